/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "found.h"

#include <glib/gi18n.h>

#include "models/model.h"

static DpsStatus find_by_model(const DpsJob *work, const DpsWork *how, int *regions,
                               DpsRegion **region, DpsMessage *message)
{
    GError *error = NULL;
    DpsStatus status;

    if (model_regions(work->options.regions_model, work->content, work->style, DPS_REGIONS_AUTO,
                      how, regions, region, NULL, &error))
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
        status = find_by_model(work, &how, &regions, &region, message);
    else
        status = dps_regions_auto(work->content, work->style, DPS_REGIONS_AUTO, work->options.seed,
                                  &how, &regions, &region, message);
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

/* How GIMP shows a channel; the order of the dialog's rows. */
static const char *const colours[DPS_REGIONS_AUTO] = { "#3584e4", "#33d17a", "#f6d32d",
                                                       "#ff7800", "#e01b24", "#9141ac" };

/* Lays the mask over the photo; the channel is as large as the image. */
static void write_channel(GimpChannel *channel, const DpsImage *mask, GimpDrawable *photo)
{
    GeglBuffer *buffer = gimp_drawable_get_buffer(GIMP_DRAWABLE(channel));
    const Babl *format = layers_channel_format(buffer);
    int width = gegl_buffer_get_width(buffer), height = gegl_buffer_get_height(buffer), x, y;
    double photo_width = gimp_drawable_get_width(photo);
    double photo_height = gimp_drawable_get_height(photo);
    float *row = g_new(float, width);

    gimp_drawable_get_offsets(photo, &x, &y);
    for (int j = 0; j < height; j++) {
        double v = (j - y + 0.5) / photo_height;

        for (int i = 0; i < width; i++) {
            double u = (i - x + 0.5) / photo_width;
            gboolean inside = u > 0 && u < 1 && v > 0 && v < 1;

            row[i] = inside ? layers_sample(mask, u, v) : 0.0f;
        }
        gegl_buffer_set(buffer, GEGL_RECTANGLE(0, j, width, 1), 0, format, row,
                        GEGL_AUTO_ROWSTRIDE);
    }
    g_free(row);
    g_object_unref(buffer);
    gimp_drawable_update(GIMP_DRAWABLE(channel), 0, 0, width, height);
}

static GimpDrawable **add_channels(GimpDrawable *photo, int regions, const DpsRegion *region,
                                   gboolean of_style)
{
    GimpImage *image = gimp_item_get_image(GIMP_ITEM(photo));
    GimpDrawable **added = g_new0(GimpDrawable *, regions + 1);

    for (int k = 0; k < regions; k++) {
        GeglColor *colour = gegl_color_new(colours[k]);
        GimpChannel *channel = gimp_channel_new(image, region[k].name, gimp_image_get_width(image),
                                                gimp_image_get_height(image), 50.0, colour);

        write_channel(channel, of_style ? &region[k].style : &region[k].content, photo);
        gimp_image_insert_channel(image, channel, NULL, k);
        added[k] = GIMP_DRAWABLE(channel);
        g_object_unref(colour);
    }
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
