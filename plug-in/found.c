/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "found.h"

#include <glib/gi18n.h>

#include "models/model.h"
#include "region-channel.h"

static DpsStatus find_by_model(const Request *request, const DpsJob *work, const DpsWork *how,
                               int *regions, DpsRegion **region, DpsMessage *message)
{
    GError *error = NULL;
    DpsStatus status;

    if (model_regions(work->options.regions_model, &request->content->pixels,
                      &request->style->pixels, DPS_REGIONS_AUTO, how, regions, region, NULL,
                      &error))
        return DPS_OK;
    status = g_error_matches(error, MODEL_ERROR, MODEL_ERROR_CANCELLED) ? DPS_CANCELLED
                                                                        : DPS_BAD_FILE;
    dps_message_set(message, status == DPS_CANCELLED ? DPS_SAY_CANCELLED : DPS_SAY_BAD_FILE,
                    error->message);
    g_error_free(error);
    return status;
}

DpsStatus found_prepare(DpsJob *work, gpointer data, DpsMessage *message)
{
    Request *request = data;
    const DpsWork how = { work->options.threads, work->cancelled, work->data };
    DpsRegion *region;
    DpsStatus status;
    int regions;

    if (!request->find)
        return DPS_OK;
    if (work->options.regions_model && *work->options.regions_model)
        status = find_by_model(request, work, &how, &regions, &region, message);
    else
        status = dps_regions_auto(&request->content->pixels, &request->style->pixels,
                                  DPS_REGIONS_AUTO, work->options.seed, &how, &regions, &region,
                                  message);
    if (status != DPS_OK)
        return status;
    request_adopt(request, regions, region);
    request->find = FALSE;
    request->found = regions;
    work->regions = request->job.regions;
    work->region = request->job.region;
    return DPS_OK;
}

char *found_explain(const char *model)
{
    GError *error = NULL;
    char *licence, *text;

    if (!model || !*model)
        return g_strdup(_("Parts that both photos have, such as sky and land, are found by "
                          "colour, texture and place, and are tinted. To correct them, "
                          "make channels of them."));
    licence = model_licence(model, &error);
    text = licence
               ? g_strdup_printf(_("Parts that both photos have are found by what the model sees, "
                                   "and are tinted. To correct them, make channels of them. The "
                                   "model's licence: %s"),
                                 licence)
               : g_strdup(error->message);
    g_clear_error(&error);
    g_free(licence);
    return text;
}

/* --------------------------------------------------------------------- channels */

static GimpDrawable **add_channels(GimpDrawable *photo, int regions, const DpsRegion *region,
                                   gboolean of_style)
{
    GimpDrawable **added = g_new0(GimpDrawable *, regions + 1);

    for (int k = 0; k < regions; k++)
        added[k] = GIMP_DRAWABLE(
            region_channel_add(photo, region[k].unnamed ? _(region[k].name) : region[k].name, k, k,
                               of_style ? &region[k].style : &region[k].content));
    return added;
}

/* One undo step for an image, also where both photos are layers of one. */
static void add_to_images(GimpDrawable *content, GimpDrawable *style, int regions,
                          const DpsRegion *region, GimpDrawable ***on_content,
                          GimpDrawable ***on_style)
{
    GimpImage *a = gimp_item_get_image(GIMP_ITEM(content));
    GimpImage *b = gimp_item_get_image(GIMP_ITEM(style));

    gimp_image_undo_group_start(a);
    *on_content = add_channels(content, regions, region, FALSE);
    if (b != a) {
        gimp_image_undo_group_end(a);
        gimp_image_undo_group_start(b);
    }
    *on_style = add_channels(style, regions, region, TRUE);
    gimp_image_undo_group_end(b);
    gimp_displays_flush();
}

gboolean found_add_channels(const Request *request, GimpDrawable ***on_content,
                            GimpDrawable ***on_style, GError **error)
{
    GimpDrawable *content = request->drawable, *style = request->style->drawable;

    *on_content = *on_style = NULL;
    if (!gimp_item_is_valid(GIMP_ITEM(content)) || !gimp_item_is_valid(GIMP_ITEM(style)))
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0, _("One of the photos has been closed."));
    else if (request->found < 2)
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("Nothing was found that sets regions apart in both photos."));
    else
        add_to_images(content, style, request->found, request->region, on_content, on_style);
    return *on_content != NULL;
}
