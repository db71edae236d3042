/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "result.h"

#include <glib/gi18n.h>

#include "layer-recipe.h"

static gboolean still_fits(const Request *request, const DpsImage *result, GError **error)
{
    GimpDrawable *drawable = request->drawable;

    if (!gimp_item_is_valid(GIMP_ITEM(drawable)))
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("The photo was closed or its layer deleted while the transfer was "
                              "computed, so there is nowhere to put the result."));
    else if (gimp_drawable_get_width(drawable) != result->width ||
             gimp_drawable_get_height(drawable) != result->height)
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("The layer changed its size while the transfer was computed. Run "
                              "the transfer again."));
    else
        return TRUE;
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

GimpLayer *result_insert(const Request *request, const DpsImage *result, const char *report,
                         GError **error)
{
    GimpLayer *original = GIMP_LAYER(request->drawable), *layer;
    GimpItem *item = GIMP_ITEM(original);
    GimpImageType type = request->encoding.grey ? GIMP_GRAYA_IMAGE : GIMP_RGBA_IMAGE;
    GimpImage *image;
    char *name, *styled;
    int x, y;

    if (!still_fits(request, result, error))
        return NULL;
    image = gimp_item_get_image(item);
    name = gimp_item_get_name(item);
    styled = g_strdup_printf(C_("layer name", "%s (styled)"), name);
    gimp_drawable_get_offsets(request->drawable, &x, &y);

    gimp_image_undo_group_start(image);
    layer = gimp_layer_new(image, styled, result->width, result->height, type, 100.0,
                           gimp_image_get_default_new_layer_mode(image));
    gimp_image_insert_layer(image, layer, GIMP_LAYER(gimp_item_get_parent(item)),
                            gimp_image_get_item_position(image, item));
    gimp_layer_set_offsets(layer, x, y);
    layers_write(GIMP_DRAWABLE(layer), result, request->drawable, &request->encoding);
    add_mask(image, layer, original);
    layer_recipe_attach(layer, report);
    gimp_image_undo_group_end(image);
    gimp_displays_flush();

    g_free(name);
    g_free(styled);
    return layer;
}
