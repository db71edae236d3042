/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "under.h"

#include <glib/gi18n.h>

#include "layers.h"

/* Marks the images. */
#define PARASITE "deep-photo-style-under"

/* How far around the layer, of its longer side. */
#define AROUND 0.25

/* Long side of the picture in which is looked whether anything can be seen. */
#define GLANCE 256

/* ------------------------------------------------------------------------ layers */

/* The items beside an item, itself among them; to be freed with g_free. */
static GimpItem **siblings(GimpItem *item)
{
    GimpItem *parent = gimp_item_get_parent(item);

    return parent ? gimp_item_get_children(parent)
                  : (GimpItem **) gimp_image_get_layers(gimp_item_get_image(item));
}

static int place_of(GimpItem *item)
{
    GimpItem **all = siblings(item);
    int place = 0;

    while (all[place] && all[place] != item)
        place++;
    g_free(all);
    return place;
}

gboolean under_is_possible(GimpDrawable *layer)
{
    gboolean some = FALSE;

    for (GimpItem *item = GIMP_ITEM(layer); item && !some; item = gimp_item_get_parent(item)) {
        GimpItem **all = siblings(item);

        for (int i = place_of(item) + 1; all[i - 1] && all[i]; i++)
            some = some || gimp_item_get_visible(all[i]);
        g_free(all);
    }
    return some;
}

/* The item of a copied image that was copied from this one. */
static GimpItem *counterpart(GimpItem *item, GimpImage *copy)
{
    GimpItem *parent = gimp_item_get_parent(item), *found;
    GimpItem **all = parent ? gimp_item_get_children(counterpart(parent, copy))
                            : (GimpItem **) gimp_image_get_layers(copy);

    found = all[place_of(item)];
    g_free(all);
    return found;
}

/* Switches off an item and all that lies above it. */
static void hide_above(GimpItem *item)
{
    gimp_item_set_visible(item, FALSE);
    for (; item; item = gimp_item_get_parent(item)) {
        GimpItem **all = siblings(item);
        int place = place_of(item);

        for (int i = 0; i < place; i++)
            gimp_item_set_visible(all[i], FALSE);
        g_free(all);
    }
}

/* ----------------------------------------------------------------------- pictures */

/* What can be seen of an image, as the only layer of a new one. */
static GimpLayer *project(GimpImage *image)
{
    GimpImage *own = gimp_image_new_with_precision(
        gimp_image_get_width(image), gimp_image_get_height(image), gimp_image_get_base_type(image),
        gimp_image_get_precision(image));
    GimpColorProfile *profile = gimp_image_get_color_profile(image);
    GimpParasite *mark = gimp_parasite_new(PARASITE, 0, 1, "");
    GimpLayer *layer;

    gimp_image_undo_disable(own);
    if (profile)
        gimp_image_set_color_profile(own, profile);
    gimp_image_attach_parasite(own, mark);
    layer = gimp_layer_new_from_visible(image, own, _("What lies under this layer"));
    gimp_image_insert_layer(own, layer, NULL, 0);
    gimp_parasite_free(mark);
    g_clear_object(&profile);
    return layer;
}

/* Cuts a picture of the whole image to where the layer is and around it, as far as the image goes. */
static gboolean cut(GimpLayer *picture, GimpDrawable *layer)
{
    int width = gimp_drawable_get_width(layer), height = gimp_drawable_get_height(layer);
    int around = (int) (AROUND * MAX(width, height)), x = 0, y = 0, right, bottom;
    GimpDrawable *whole = GIMP_DRAWABLE(picture);

    gimp_drawable_get_offsets(layer, &x, &y);
    right = MIN(gimp_drawable_get_width(whole), x + width + around);
    bottom = MIN(gimp_drawable_get_height(whole), y + height + around);
    x = MAX(0, x - around);
    y = MAX(0, y - around);
    return right > x && bottom > y && gimp_layer_resize(picture, right - x, bottom - y, -x, -y);
}

static gboolean can_be_seen(GimpLayer *picture)
{
    GeglBuffer *buffer = gimp_drawable_get_buffer(GIMP_DRAWABLE(picture));
    int width = gegl_buffer_get_width(buffer), height = gegl_buffer_get_height(buffer), n;
    double scale = MIN(1.0, (double) GLANCE / MAX(width, height));
    float *alpha;
    gboolean some = FALSE;

    width = MAX(1, (int) (width * scale));
    height = MAX(1, (int) (height * scale));
    n = width * height;
    alpha = g_new(float, n);
    gegl_buffer_get(buffer, GEGL_RECTANGLE(0, 0, width, height), scale, babl_format("A float"),
                    alpha, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
    for (int i = 0; i < n; i++)
        some = some || alpha[i] > 0;
    g_free(alpha);
    g_object_unref(buffer);
    return some;
}

GimpDrawable *under_new(GimpDrawable *layer, GError **error)
{
    GimpImage *copy = gimp_image_duplicate(gimp_item_get_image(GIMP_ITEM(layer)));
    GimpLayer *picture;

    gimp_image_undo_disable(copy);
    hide_above(counterpart(GIMP_ITEM(layer), copy));
    picture = project(copy);
    gimp_image_delete(copy);
    if (cut(picture, layer) && can_be_seen(picture))
        return GIMP_DRAWABLE(picture);
    under_discard(GIMP_DRAWABLE(picture));
    g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                        _("Nothing that can be seen lies under this layer. Put it above the "
                          "picture that it belongs into, or choose another style."));
    return NULL;
}

guint under_stamp(GimpDrawable *layer)
{
    int width = LAYERS_STAMP_SIDE, height = LAYERS_STAMP_SIDE, bytes;
    GBytes *picture = gimp_image_get_thumbnail_data(gimp_item_get_image(GIMP_ITEM(layer)), &width,
                                                    &height, &bytes);
    int place[4] = { 0, 0, gimp_drawable_get_width(layer), gimp_drawable_get_height(layer) };

    gimp_drawable_get_offsets(layer, &place[0], &place[1]);
    return layers_stamp_of(picture, place);
}

gboolean under_is_image(GimpImage *image)
{
    GimpParasite *mark = image ? gimp_image_get_parasite(image, PARASITE) : NULL;
    gboolean own = mark != NULL;

    g_clear_pointer(&mark, gimp_parasite_free);
    return own;
}

void under_discard(GimpDrawable *under)
{
    GimpImage *image = NULL;

    if (under && gimp_item_is_valid(GIMP_ITEM(under)))
        image = gimp_item_get_image(GIMP_ITEM(under));
    if (image && under_is_image(image))
        gimp_image_delete(image);
}
