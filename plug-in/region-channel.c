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
    const DpsImage nothing = { 1, 1, 1, (float[]) { 0 } };
    GimpChannel *channel = gimp_channel_new(image, name, gimp_image_get_width(image),
                                            gimp_image_get_height(image), OPACITY, colour);

    write_channel(channel, cover ? cover : &nothing, photo);
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

/* --------------------------------------------------------------------- painting */

struct ChannelPart {
    GeglRectangle area;
    float *values;
};

/* Through the shadow, so that GIMP can undo it, and within a selection of the area alone: nothing else goes
 * through. */
static void write_part(GimpChannel *channel, const GeglRectangle *area, const float *values)
{
    GimpImage *image = gimp_item_get_image(GIMP_ITEM(channel));
    GimpDrawable *drawable = GIMP_DRAWABLE(channel);
    GimpChannel *before = gimp_selection_is_empty(image) ? NULL : gimp_selection_save(image);
    GeglBuffer *buffer;

    gimp_image_select_rectangle(image, GIMP_CHANNEL_OP_REPLACE, area->x, area->y, area->width,
                                area->height);
    buffer = gimp_drawable_get_shadow_buffer(drawable);
    gegl_buffer_set(buffer, area, 0, layers_channel_format(buffer), values, GEGL_AUTO_ROWSTRIDE);
    g_object_unref(buffer);
    gimp_drawable_merge_shadow(drawable, TRUE);
    gimp_drawable_update(drawable, area->x, area->y, area->width, area->height);
    if (before) {
        gimp_image_select_item(image, GIMP_CHANNEL_OP_REPLACE, GIMP_ITEM(before));
        gimp_image_remove_channel(image, before);
    } else {
        gimp_selection_none(image);
    }
}

/* What a stroke over the photo covers of the channel. */
static void find_area(GimpChannel *channel, GimpDrawable *photo, const DpsImage *stroke,
                      GeglRectangle *area)
{
    int left = stroke->width, top = stroke->height, right = -1, bottom = -1, x, y;
    double across = (double) gimp_drawable_get_width(photo) / stroke->width;
    double down = (double) gimp_drawable_get_height(photo) / stroke->height;
    GeglRectangle own = { 0, 0, gimp_drawable_get_width(GIMP_DRAWABLE(channel)),
                          gimp_drawable_get_height(GIMP_DRAWABLE(channel)) };

    for (int j = 0; j < stroke->height; j++)
        for (int i = 0; i < stroke->width; i++)
            if (stroke->data[(gsize) j * stroke->width + i] > 0) {
                left = MIN(left, i);
                right = MAX(right, i);
                top = MIN(top, j);
                bottom = MAX(bottom, j);
            }
    gimp_drawable_get_offsets(photo, &x, &y);
    *area = (GeglRectangle) { 0 };
    if (right < 0)
        return;
    /* between two pixels the stroke goes over to the next */
    area->x = x + (int) ((left - 1) * across);
    area->y = y + (int) ((top - 1) * down);
    area->width = x + (int) ((right + 2) * across) + 1 - area->x;
    area->height = y + (int) ((bottom + 2) * down) + 1 - area->y;
    gegl_rectangle_intersect(area, area, &own);
}

ChannelPart *region_channel_paint(GimpChannel *channel, GimpDrawable *photo,
                                  const DpsImage *stroke, gboolean erase)
{
    double width = gimp_drawable_get_width(photo), height = gimp_drawable_get_height(photo);
    ChannelPart *part = g_new0(ChannelPart, 1);
    const GeglRectangle *area = &part->area;
    GeglBuffer *buffer;
    float *painted;
    int x, y;

    find_area(channel, photo, stroke, &part->area);
    if (area->width < 1 || area->height < 1) {
        g_free(part);
        return NULL;
    }
    gimp_drawable_get_offsets(photo, &x, &y);
    part->values = g_new(float, (gsize) area->width * area->height);
    buffer = gimp_drawable_get_buffer(GIMP_DRAWABLE(channel));
    gegl_buffer_get(buffer, area, 1.0, layers_channel_format(buffer), part->values,
                    GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    g_object_unref(buffer);
    painted = g_memdup2(part->values, (gsize) area->width * area->height * sizeof *painted);
    for (int j = 0; j < area->height; j++)
        for (int i = 0; i < area->width; i++) {
            double u = (area->x + i - x + 0.5) / width, v = (area->y + j - y + 0.5) / height;
            gboolean inside = u > 0 && u < 1 && v > 0 && v < 1;
            float cover = inside ? layers_sample(stroke, u, v) : 0.0f;
            float *to = &painted[(gsize) j * area->width + i];

            *to = erase ? MAX(0, *to - cover) : MAX(*to, cover);
        }
    write_part(channel, area, painted);
    g_free(painted);
    return part;
}

void region_channel_put_back(GimpChannel *channel, const ChannelPart *part)
{
    GimpImage *image = gimp_item_get_image(GIMP_ITEM(channel));

    if (!part)
        return;
    gimp_image_undo_group_start(image);
    write_part(channel, &part->area, part->values);
    gimp_image_undo_group_end(image);
}

void region_channel_part_free(ChannelPart *part)
{
    if (!part)
        return;
    g_free(part->values);
    g_free(part);
}
