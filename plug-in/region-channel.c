/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "region-channel.h"

#include "region-colour.h"

#define OPACITY 50.0 /* per cent, as GIMP shows a channel */

static GeglColor *colour_of(int number)
{
    const float *c = region_colour(number);
    GeglColor *colour = gegl_color_new(NULL);

    gegl_color_set_pixel(colour, babl_format("R'G'B' float"), c);
    return colour;
}

/* Lays the cover over the photo; the channel is as large as the image. */
static void write_channel(GimpChannel *channel, const DpsImage *cover, GimpDrawable *photo)
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

            row[i] = inside ? layers_sample(cover, u, v) : 0.0f;
        }
        gegl_buffer_set(buffer, GEGL_RECTANGLE(0, j, width, 1), 0, format, row,
                        GEGL_AUTO_ROWSTRIDE);
    }
    g_free(row);
    g_object_unref(buffer);
    gimp_drawable_update(GIMP_DRAWABLE(channel), 0, 0, width, height);
}

GimpChannel *region_channel_add(GimpDrawable *photo, const char *name, int number, int place,
                                const DpsImage *cover)
{
    GimpImage *image = gimp_item_get_image(GIMP_ITEM(photo));
    GeglColor *colour = colour_of(number);
    GimpChannel *channel = gimp_channel_new(image, name, gimp_image_get_width(image),
                                            gimp_image_get_height(image), OPACITY, colour);

    if (cover)
        write_channel(channel, cover, photo);
    else
        gimp_drawable_fill(GIMP_DRAWABLE(channel), GIMP_FILL_TRANSPARENT);
    gimp_image_insert_channel(image, channel, NULL, place);
    g_object_unref(colour);
    return channel;
}

GimpChannel *region_channel_from_selection(GimpDrawable *photo, const char *name, int number)
{
    GimpImage *image = gimp_item_get_image(GIMP_ITEM(photo));
    GeglColor *colour;
    GimpChannel *channel;

    if (gimp_selection_is_empty(image))
        return NULL;
    channel = gimp_selection_save(image);
    colour = colour_of(number);
    gimp_item_set_name(GIMP_ITEM(channel), name);
    gimp_channel_set_color(channel, colour);
    gimp_channel_set_opacity(channel, OPACITY);
    gimp_item_set_visible(GIMP_ITEM(channel), TRUE);
    gimp_selection_none(image);
    g_object_unref(colour);
    return channel;
}

/* Selects what the chosen paths enclose; without any, the image's only one. */
static void select_paths(GimpImage *image)
{
    GimpPath **paths = gimp_image_get_selected_paths(image);

    if (!paths || !paths[0]) {
        g_free(paths);
        paths = gimp_image_get_paths(image);
        if (paths && paths[0] && paths[1])
            g_clear_pointer(&paths, g_free);
    }
    for (int i = 0; paths && paths[i]; i++)
        gimp_image_select_item(image, i ? GIMP_CHANNEL_OP_ADD : GIMP_CHANNEL_OP_REPLACE,
                               GIMP_ITEM(paths[i]));
    g_free(paths);
}

GimpChannel *region_channel_from_paths(GimpDrawable *photo, const char *name, int number)
{
    GimpImage *image = gimp_item_get_image(GIMP_ITEM(photo));
    GimpChannel *before = gimp_selection_is_empty(image) ? NULL : gimp_selection_save(image);
    GimpChannel *channel;

    gimp_selection_none(image);
    select_paths(image);
    channel = region_channel_from_selection(photo, name, number);
    if (before) {
        gimp_image_select_item(image, GIMP_CHANNEL_OP_REPLACE, GIMP_ITEM(before));
        gimp_image_remove_channel(image, before);
    }
    return channel;
}
