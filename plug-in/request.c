/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "request.h"

#include <glib/gi18n.h>

#include "arguments.h"
#include "filter.h"
#include "pairing.h"
#include "store/store.h"
#include "under.h"

/* Of what lies under a layer: a pasted figure's edges come out as they were (0.96; 0.88 without), and its colours
 * hardly further from those around it. */
#define UNDER_STRUCTURE 10

/* Sets the error; always FALSE. */
static gboolean fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean fail(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_propagate_error(error, g_error_new_valist(GIMP_PLUG_IN_ERROR, 0, format, arguments));
    va_end(arguments);
    return FALSE;
}

/* --------------------------------------------------------------- what to work on */

/* The layer that a selected mask or channel leads to, or the drawable itself. */
static GimpDrawable *layer_behind(GimpImage *image, GimpDrawable *drawable)
{
    GimpDrawable *layer = drawable;
    GimpLayer **layers;

    if (GIMP_IS_LAYER_MASK(drawable))
        return GIMP_DRAWABLE(gimp_layer_from_mask(GIMP_LAYER_MASK(drawable)));
    if (GIMP_IS_LAYER(drawable))
        return drawable;
    layers = gimp_image_get_layers(image);
    if (layers[0] && !layers[1])
        layer = GIMP_DRAWABLE(layers[0]);
    g_free(layers);
    return layer;
}

gboolean request_is_possible(GimpDrawable *layer, GError **error)
{
    if (!gimp_drawable_is_indexed(layer))
        return TRUE;
    return fail(error, "%s",
                _("Photo Style Transfer can't work on an image with a colour palette. Convert it "
                  "with Image > Mode > RGB."));
}

GimpDrawable *request_find_layer(GimpImage *image, GimpDrawable **drawables, gboolean lenient,
                                 GError **error)
{
    int n = gimp_core_object_array_get_length((GObject **) drawables);
    GimpDrawable *layer = n == 1 ? drawables[0] : NULL;
    int x, y, width, height;

    if (layer && lenient)
        layer = layer_behind(image, layer);
    if (!layer)
        fail(error,
             _("Photo Style Transfer works on one layer at a time, and got %d. Select one "
               "layer."),
             n);
    else if (!GIMP_IS_LAYER(layer))
        fail(error, "%s",
             _("Photo Style Transfer works on a layer, not on a mask or a channel. Click the "
               "layer's picture in the Layers dock."));
    else if (gimp_item_get_image(GIMP_ITEM(layer)) != image)
        fail(error, "%s", _("The layer doesn't belong to the image."));
    else if (!request_is_possible(layer, error))
        return NULL;
    else if (!gimp_selection_is_empty(image) &&
             !gimp_drawable_mask_intersect(layer, &x, &y, &width, &height))
        fail(error, "%s",
             _("The selection doesn't touch the layer. Move it, or choose Select > None."));
    else
        return layer;
    return NULL;
}

/* ---------------------------------------------------------------------- regions */

static gboolean read_pairs(Request *request, GPtrArray *pairs, GimpDrawable *style, GError **error)
{
    request->region = g_new0(DpsRegion, pairs->len + 1);
    request->job.region = request->region;
    for (guint k = 0; k < pairs->len; k++) {
        const MaskPair *pair = g_ptr_array_index(pairs, k);
        DpsRegion *region = &request->region[k];

        region->name = g_strdup(pair->name);
        request->job.regions = k + 1;
        if ((pair->content && !layers_read_mask(pair->content, request->drawable, LAYERS_MASK_SIDE,
                                                &region->content, error)) ||
            (pair->style &&
             !layers_read_mask(pair->style, style, LAYERS_MASK_SIDE, &region->style, error)))
            return FALSE;
    }
    return TRUE;
}

void request_adopt(Request *request, int regions, DpsRegion *region)
{
    request->region = g_new0(DpsRegion, regions + 1);
    request->job.region = request->region;
    request->job.regions = regions;
    for (int k = 0; k < regions; k++) {
        request->region[k] = region[k];
        request->region[k].name = g_strdup(region[k].name);
        region[k].content = region[k].style = (DpsImage) { 0 };
    }
    dps_regions_free(regions, region);
}

static gboolean read_labels(Request *request, GimpDrawable *content_labels,
                            GimpDrawable *style_labels, GimpDrawable *style, GError **error)
{
    DpsImage of_content = { 0 }, of_style = { 0 };
    DpsRegion *region = NULL;
    int regions = 0;
    gboolean ok = layers_read_labels(content_labels, request->drawable, LAYERS_MASK_SIDE,
                                     &of_content, error) &&
                  layers_read_labels(style_labels, style, LAYERS_MASK_SIDE, &of_style, error);

    if (ok && dps_regions_from_labels(&of_content, &of_style, &regions, &region) != DPS_OK)
        ok = fail(error, "%s", _("There isn't enough memory for the label maps."));
    if (ok)
        request_adopt(request, regions, region);
    dps_image_clear(&of_content);
    dps_image_clear(&of_style);
    return ok;
}

static gboolean read_regions(Request *request, GimpProcedureConfig *config, GimpDrawable *style,
                             GError **error)
{
    GimpDrawable **content_masks = NULL, **style_masks = NULL;
    GimpDrawable *content_labels = NULL, *style_labels = NULL;
    GPtrArray *pairs = NULL;
    char *pairing = NULL;
    gboolean ok = FALSE, find;

    g_object_get(config, "content-masks", &content_masks, "style-masks", &style_masks,
                 "content-labels", &content_labels, "style-labels", &style_labels, "pairing",
                 &pairing, "auto-regions", &find, NULL);
    pairs = masks_pair(content_masks, style_masks, pairing, error);
    if (!pairs)
        ok = FALSE;
    else if (!content_labels != !style_labels)
        ok = fail(error, "%s",
                  content_labels ? _("There is a label map for the content but none for the "
                                     "style. Give both or neither.")
                                 : _("There is a label map for the style but none for the "
                                     "content. Give both or neither."));
    else if (content_labels && pairs->len)
        ok = fail(error, "%s", _("Give either masks or label maps, not both."));
    else if (find && (content_labels || pairs->len))
        ok = fail(error, "%s",
                  _("Either give masks or a label map, or let the regions be found, not both."));
    else if (find)
        ok = request->find = TRUE;
    else if (content_labels)
        ok = read_labels(request, content_labels, style_labels, style, error);
    else
        ok = pairs->len == 0 || read_pairs(request, pairs, style, error);

    if (pairs)
        g_ptr_array_unref(pairs);
    g_free(content_masks);
    g_free(style_masks);
    g_free(pairing);
    g_clear_object(&content_labels);
    g_clear_object(&style_labels);
    return ok;
}

/* -------------------------------------------------------------------- the whole */

static gboolean read_options(Request *request, GimpProcedureConfig *config, GError **error)
{
    DpsOptions *options = &request->job.options;

    option_set_init(&request->settings);
    if (!arguments_read(config, &request->settings, error))
        return FALSE;
    *options = request->settings.options;
    char *network = g_strdup(options->network);
    if (!store_resolve(&network, error)) {
        g_free(network);
        return FALSE;
    }
    if (network)
        options->network = g_string_chunk_insert(request->settings.text, network);
    g_free(network);
    if (!options->threads)
        options->threads = gimp_get_num_processors();
    return TRUE;
}

gboolean request_set_kind(Request *request, GimpProcedureConfig *config, GError **error)
{
    request->kind = gimp_procedure_config_get_choice_id(config, "result");
    request->job.want_field = request->kind == RESULT_FILTER;
    return request->kind != RESULT_FILTER || filter_possible(&request->job.options, error);
}

/* The picture to start with, where there is one. */
static gboolean read_start(Request *request, GimpProcedureConfig *config, GError **error)
{
    GimpDrawable *start = NULL;

    g_object_get(config, "start-image", &start, NULL);
    if (!start)
        return TRUE;
    request->start = photo_read(start, FALSE, &request->encoding, 0, error);
    g_object_unref(start);
    if (!request->start)
        return FALSE;
    if (request->job.options.start == DPS_START_AUTO)
        request->job.options.start = DPS_START_IMAGE;
    request->job.start = &request->start->pixels;
    return TRUE;
}

gboolean request_set_options(Request *request, GimpProcedureConfig *config, GError **error)
{
    option_set_clear(&request->settings);
    g_clear_pointer(&request->start, photo_unref);
    request->job.start = NULL;
    return read_options(request, config, error) && read_start(request, config, error);
}

GimpDrawable *request_style(GimpDrawable *content, GimpProcedureConfig *config, GError **error)
{
    GimpDrawable *style = NULL;
    gboolean under;

    g_object_get(config, "style", &style, "under", &under, NULL);
    if (under && (!style || !under_is_image(gimp_item_get_image(GIMP_ITEM(style))))) {
        g_clear_object(&style);
        style = under_new(content, error);
        g_object_set(config, "style", style, NULL);
        return style;
    }
    if (!style) {
        fail(error, "%s",
             _("There is no style: pass the photo whose look you want as “style”, a layer of any "
               "open image."));
        return NULL;
    }
    g_object_unref(style); /* libgimp keeps it */
    if (gimp_item_get_id(GIMP_ITEM(style)) != gimp_item_get_id(GIMP_ITEM(content)))
        return style;
    fail(error, "%s",
         _("The style is the layer itself, which would change nothing. Choose another photo as the "
           "style."));
    return NULL;
}

gboolean request_make(Request *request, Photo *content, Photo *style, const Encoding *encoding,
                      GimpProcedureConfig *config, GError **error)
{
    gboolean ok;

    *request = (Request) { .drawable = content->drawable,
                           .encoding = *encoding,
                           .content = photo_ref(content),
                           .style = photo_ref(style),
                           .under = under_is_image(gimp_item_get_image(GIMP_ITEM(style->drawable))) };
    request->job.content = &content->pixels;
    request->job.style = &style->pixels;
    request->job.learnt = style->learnt;
    request->job.look = style->look.colour ? &style->look : NULL;
    ok = read_options(request, config, error) &&
         read_regions(request, config, style->drawable, error) &&
         read_start(request, config, error);
    if (!ok)
        request_clear(request);
    return ok;
}

gboolean request_read(Request *request, GimpDrawable *content, GimpProcedureConfig *config,
                      GError **error)
{
    GimpDrawable *style = request_style(content, config, error);
    Photo *photo, *other;
    Encoding encoding;
    gboolean ok;

    *request = (Request) { 0 };
    if (!style)
        return FALSE;
    layers_encoding(content, &encoding);
    photo = photo_read(content, TRUE, &encoding, 0, error);
    other = photo ? photo_read(style, FALSE, &encoding, 0, error) : NULL;
    ok = photo && other && request_make(request, photo, other, &encoding, config, error) &&
         request_set_kind(request, config, error);
    photo_unref(photo);
    photo_unref(other);
    if (!ok)
        request_clear(request);
    return ok;
}

DpsJob request_job(const Request *request)
{
    DpsJob job = request->job;

    if (request->under && !dps_options_paint(&job.options))
        job.options.content_weight = MIN(UNDER_STRUCTURE * job.options.content_weight,
                                         dps_option_find("content-weight")->most);
    return job;
}

void request_clear(Request *request)
{
    for (int k = 0; k < request->job.regions; k++) {
        dps_image_clear(&request->region[k].content);
        dps_image_clear(&request->region[k].style);
        g_free((char *) request->region[k].name);
    }
    g_free(request->region);
    photo_unref(request->content);
    photo_unref(request->style);
    photo_unref(request->start);
    option_set_clear(&request->settings);
    *request = (Request) { 0 };
}
