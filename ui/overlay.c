/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "overlay.h"

#include "plug-in/layers.h"
#include "plug-in/region-colour.h"

/* How dense a tint is where a mask covers fully. */
#define DENSITY 0.5f

struct Overlay {
    GimpDrawable *photo;
    cairo_surface_t *surface;
};

Overlay *overlay_new(GimpDrawable *photo)
{
    Overlay *overlay = g_new0(Overlay, 1);

    overlay->photo = photo;
    return overlay;
}

cairo_surface_t *overlay_finish(Overlay *overlay)
{
    cairo_surface_t *surface = overlay->surface;

    g_free(overlay);
    return surface;
}

static void make_surface(Overlay *overlay)
{
    int width = gimp_drawable_get_width(overlay->photo);
    int height = gimp_drawable_get_height(overlay->photo);
    double scale = MIN(1.0, (double) OVERLAY_SIDE / MAX(width, height));

    if (!overlay->surface)
        overlay->surface = cairo_image_surface_create(
            CAIRO_FORMAT_ARGB32, MAX(1, (int) (width * scale)), MAX(1, (int) (height * scale)));
}

/* Lays a picture of premultiplied ARGB pixels over what is there. */
static void lay(Overlay *overlay, cairo_surface_t *picture)
{
    cairo_t *cr;

    make_surface(overlay);
    cairo_surface_mark_dirty(picture);
    cr = cairo_create(overlay->surface);
    cairo_scale(cr,
                (double) cairo_image_surface_get_width(overlay->surface) /
                    cairo_image_surface_get_width(picture),
                (double) cairo_image_surface_get_height(overlay->surface) /
                    cairo_image_surface_get_height(picture));
    cairo_set_source_surface(cr, picture, 0, 0);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_destroy(picture);
}

static guint32 pixel(float red, float green, float blue, float alpha)
{
    guint32 a = 255.0f * CLAMP(alpha, 0.0f, 1.0f) + 0.5f;

    return a << 24 | (guint32) (red * a) << 16 | (guint32) (green * a) << 8 | (guint32) (blue * a);
}

void overlay_add_cover(Overlay *overlay, const DpsImage *cover, int number)
{
    cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, cover->width,
                                                          cover->height);
    const float *colour = region_colour(number);

    for (int y = 0; y < cover->height; y++) {
        guint32 *row = (guint32 *) (void *) (cairo_image_surface_get_data(picture) +
                                             y * cairo_image_surface_get_stride(picture));

        for (int x = 0; x < cover->width; x++)
            row[x] = pixel(colour[0], colour[1], colour[2],
                           DENSITY * cover->data[(gsize) y * cover->width + x]);
    }
    lay(overlay, picture);
}

double overlay_cover(const DpsImage *cover)
{
    gsize pixels = (gsize) cover->width * cover->height;
    double sum = 0;

    for (gsize i = 0; i < pixels; i++)
        sum += cover->data[i];
    return sum / MAX(1, pixels);
}

void overlay_add_labels(Overlay *overlay, GimpDrawable *labels)
{
    DpsImage map = { 0 };
    cairo_surface_t *picture;
    gsize plane;

    if (!layers_read_labels(labels, overlay->photo, OVERLAY_SIDE, &map, NULL))
        return;
    plane = (gsize) map.width * map.height;
    picture = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, map.width, map.height);
    for (int y = 0; y < map.height; y++) {
        guint32 *row = (guint32 *) (void *) (cairo_image_surface_get_data(picture) +
                                             y * cairo_image_surface_get_stride(picture));

        for (int x = 0; x < map.width; x++) {
            const float *p = map.data + (gsize) y * map.width + x;

            row[x] = pixel(CLAMP(p[0], 0, 1), CLAMP(p[plane], 0, 1), CLAMP(p[2 * plane], 0, 1),
                           DENSITY);
        }
    }
    dps_image_clear(&map);
    lay(overlay, picture);
}
