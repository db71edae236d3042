/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "result.h"

#include <glib/gi18n.h>

#include "layer-recipe.h"

gboolean result_fits(const Request *request, int width, int height, GError **error)
{
    GimpDrawable *drawable = request->drawable;

    if (!gimp_item_is_valid(GIMP_ITEM(drawable)))
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("The photo was closed or its layer deleted while the transfer was "
                              "computed, so there is nowhere to put the result."));
    else if (gimp_drawable_get_width(drawable) != width ||
             gimp_drawable_get_height(drawable) != height)
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("The layer changed its size while the transfer was computed. Run "
                              "the transfer again."));
    else if (gimp_drawable_is_gray(drawable) != request->encoding.grey)
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("The image changed its mode while the transfer was computed. Run "
                              "the transfer again."));
    else
        return request_is_possible(drawable, error);
    return FALSE;
}

/* Multiplies the values of a mask by those of another that lies (x, y) further right and down
 * in its own coordinates. */
static void multiply_mask(GimpLayerMask *mask, GimpDrawable *by, int x, int y)
{
    GeglBuffer *from = gimp_drawable_get_buffer(by);
    GeglBuffer *to = gimp_drawable_get_buffer(GIMP_DRAWABLE(mask));
    int width = gegl_buffer_get_width(to), height = gegl_buffer_get_height(to);
    const Babl *format = babl_format("Y float");
    float *row = g_new(float, width), *factor = g_new(float, width);

    for (int j = 0; j < height; j++) {
        gegl_buffer_get(to, GEGL_RECTANGLE(0, j, width, 1), 1.0, format, row, GEGL_AUTO_ROWSTRIDE,
                        GEGL_ABYSS_NONE);
        gegl_buffer_get(from, GEGL_RECTANGLE(x, y + j, width, 1), 1.0, format, factor,
                        GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        for (int i = 0; i < width; i++)
            row[i] *= factor[i];
        gegl_buffer_set(to, GEGL_RECTANGLE(0, j, width, 1), 0, format, row, GEGL_AUTO_ROWSTRIDE);
    }
    g_free(row);
    g_free(factor);
    g_object_unref(from);
    g_object_unref(to);
    gimp_drawable_update(GIMP_DRAWABLE(mask), 0, 0, width, height);
}

static void add_mask(GimpImage *image, GimpLayer *layer, GimpLayer *original)
{
    GimpLayerMask *own = gimp_layer_get_mask(original), *mask;
    gboolean selected = !gimp_selection_is_empty(image), masked;
    int x, y;

    masked = own && gimp_layer_get_apply_mask(original);
    if (!selected && !masked)
        return;
    mask = gimp_layer_create_mask(layer, GIMP_ADD_MASK_WHITE);
    gimp_layer_add_mask(layer, mask);
    gimp_drawable_get_offsets(GIMP_DRAWABLE(layer), &x, &y);
    if (selected)
        multiply_mask(mask, GIMP_DRAWABLE(gimp_image_get_selection(image)), x, y);
    if (masked)
        multiply_mask(mask, GIMP_DRAWABLE(own), 0, 0);
    gimp_layer_set_edit_mask(layer, FALSE);
}

/* An empty layer for the result, not in the image yet. */
static GimpLayer *new_layer(const Request *request, GimpImage *image, const DpsImage *result)
{
    GimpImageType type = request->encoding.grey ? GIMP_GRAYA_IMAGE : GIMP_RGBA_IMAGE;
    char *name = gimp_item_get_name(GIMP_ITEM(request->drawable));
    char *styled = g_strdup_printf(C_("layer name", "%s (styled)"), name);
    GimpLayer *layer = gimp_layer_new(image, styled, result->width, result->height, type, 100.0,
                                      gimp_image_get_default_new_layer_mode(image));

    g_free(name);
    g_free(styled);
    return layer;
}

GimpLayer *result_insert(const Request *request, const DpsImage *result, const char *report,
                         GimpDrawable *replaced)
{
    GimpLayer *original = GIMP_LAYER(request->drawable), *layer;
    GimpItem *item = GIMP_ITEM(original);
    GimpImage *image = gimp_item_get_image(item);
    int x, y;

    gimp_drawable_get_offsets(request->drawable, &x, &y);

    gimp_image_undo_group_start(image);
    if (replaced && gimp_item_is_valid(GIMP_ITEM(replaced)))
        gimp_image_remove_layer(image, GIMP_LAYER(replaced));
    layer = new_layer(request, image, result);
    gimp_image_insert_layer(image, layer, GIMP_LAYER(gimp_item_get_parent(item)),
                            gimp_image_get_item_position(image, item));
    gimp_layer_set_offsets(layer, x, y);
    layers_write(GIMP_DRAWABLE(layer), result, request->drawable, &request->encoding);
    add_mask(image, layer, original);
    layer_recipe_attach(layer, report);
    gimp_image_undo_group_end(image);
    gimp_displays_flush();
    return layer;
}

/* An empty image of the result's size, like another. */
static GimpImage *new_image(GimpImage *like, const DpsImage *result)
{
    GimpImage *image = gimp_image_new_with_precision(result->width, result->height,
                                                     gimp_image_get_base_type(like),
                                                     gimp_image_get_precision(like));
    GimpColorProfile *profile = gimp_image_get_color_profile(like);
    double x, y;

    if (profile)
        gimp_image_set_color_profile(image, profile);
    if (gimp_image_get_resolution(like, &x, &y))
        gimp_image_set_resolution(image, x, y);
    g_clear_object(&profile);
    return image;
}

GimpLayer *result_open(const Request *request, const DpsImage *result, const char *report,
                       gboolean shown)
{
    GimpImage *image = new_image(gimp_item_get_image(GIMP_ITEM(request->drawable)), result);
    GimpLayer *layer;

    gimp_image_undo_disable(image);
    layer = new_layer(request, image, result);
    gimp_image_insert_layer(image, layer, NULL, 0);
    layers_write(GIMP_DRAWABLE(layer), result, request->drawable, &request->encoding);
    layer_recipe_attach(layer, report);
    gimp_image_undo_enable(image);
    if (shown)
        gimp_display_new(image);
    return layer;
}
