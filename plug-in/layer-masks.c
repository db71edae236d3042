/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What covers how much: masks and label maps, of layers.h. */

#include "layers.h"

/* What to read of a drawable, and by which factor to reduce it. */
typedef struct {
    GeglBuffer *buffer;
    GeglRectangle area;
    int factor, width, height; /* of the reduced picture */
} Window;

/* The window of `mask` that lies over `photo`; all of it if it belongs to another image. */
static void window_open(Window *window, GimpDrawable *mask, GimpDrawable *photo, int most)
{
    GeglRectangle *area = &window->area;

    if (gimp_item_get_image(GIMP_ITEM(mask)) == gimp_item_get_image(GIMP_ITEM(photo))) {
        int x, y, mask_x = 0, mask_y = 0;

        gimp_drawable_get_offsets(photo, &x, &y);
        gimp_drawable_get_offsets(mask, &mask_x, &mask_y);
        *area = *GEGL_RECTANGLE(x - mask_x, y - mask_y, gimp_drawable_get_width(photo),
                                gimp_drawable_get_height(photo));
    } else {
        *area = *GEGL_RECTANGLE(0, 0, gimp_drawable_get_width(mask),
                                gimp_drawable_get_height(mask));
    }
    window->factor = MAX(1, (MAX(area->width, area->height) + most - 1) / most);
    window->width = (area->width + window->factor - 1) / window->factor;
    window->height = (area->height + window->factor - 1) / window->factor;
    window->buffer = gimp_drawable_get_buffer(mask);
}

/* Averages `components` interleaved values over factor x factor blocks into planes of `out`;
 * *least becomes the smallest last component (the alpha, where there is one) among the
 * drawable's own pixels: what lies beyond its edges is empty, but doesn't count as painted. */
static gboolean window_average(const Window *window, const Babl *format, int components,
                               DpsImage *out, float *least, GError **error)
{
    int f = window->factor, full = window->area.width;
    gsize plane = (gsize) window->width * window->height;
    const GeglRectangle *own = gegl_buffer_get_extent(window->buffer);
    float *strip = g_try_malloc_n((gsize) full * f, components * sizeof *strip);

    if (!strip || !dps_image_init(out, components, window->width, window->height)) {
        g_free(strip);
        return layers_no_memory(window->area.width, window->area.height, error);
    }
    *least = G_MAXFLOAT;
    for (int y = 0; y < window->height; y++) {
        int n = MIN(f, window->area.height - y * f);

        gegl_buffer_get(window->buffer,
                        GEGL_RECTANGLE(window->area.x, window->area.y + y * f, full, n), 1.0,
                        format, strip, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        for (int x = 0; x < window->width; x++) {
            int m = MIN(f, full - x * f);

            for (int j = 0; j < n; j++)
                for (int i = 0; i < m; i++) {
                    const float *p = strip + ((gsize) j * full + x * f + i) * components;
                    int own_x = window->area.x + x * f + i - own->x;
                    int own_y = window->area.y + y * f + j - own->y;

                    for (int c = 0; c < components; c++)
                        out->data[c * plane + (gsize) y * window->width + x] += p[c] / (m * n);
                    if (own_x >= 0 && own_x < own->width && own_y >= 0 && own_y < own->height)
                        *least = MIN(*least, p[components - 1]);
                }
        }
    }
    g_free(strip);
    return TRUE;
}

/* Channels are stored as "Y'" in 8-bit images and as "Y" otherwise, and the same stored value
 * means the same coverage: read what is stored. */
const Babl *layers_channel_format(GeglBuffer *buffer)
{
    const Babl *stored = gegl_buffer_get_format(buffer);
    gboolean curved = g_str_has_prefix(babl_format_get_encoding(stored), "Y'");

    return babl_format_with_space(curved ? "Y' float" : "Y float", stored);
}

gboolean layers_read_mask(GimpDrawable *mask, GimpDrawable *photo, int most, DpsImage *out,
                          GError **error)
{
    Window window;
    DpsImage both = { 0 };
    float least;
    gboolean ok;

    window_open(&window, mask, photo, most);
    if (GIMP_IS_CHANNEL(mask)) {
        ok = window_average(&window, layers_channel_format(window.buffer), 1, out, &least, error);
    } else if (!gimp_drawable_has_alpha(mask)) {
        ok = window_average(&window, babl_format("Y' float"), 1, out, &least, error);
    } else {
        ok = window_average(&window, babl_format("Y'A float"), 2, &both, &least, error);
        if (ok && dps_image_init(out, 1, window.width, window.height)) {
            gsize plane = (gsize) window.width * window.height;
            float *chosen = both.data + (least < 1.0f ? plane : 0);

            memcpy(out->data, chosen, plane * sizeof *chosen);
        } else if (ok) {
            ok = layers_no_memory(window.width, window.height, error);
        }
        dps_image_clear(&both);
    }
    g_object_unref(window.buffer);
    return ok;
}

gboolean layers_read_labels(GimpDrawable *labels, GimpDrawable *photo, int most, DpsImage *out,
                            GError **error)
{
    Window window;
    const Babl *format;
    float *row;
    int f;

    window_open(&window, labels, photo, most);
    f = window.factor;
    format = babl_format_with_space("R'G'B' float", gegl_buffer_get_format(window.buffer));
    row = g_try_malloc_n(window.area.width, 3 * sizeof *row);
    if (!row || !dps_image_init(out, 3, window.width, window.height)) {
        g_free(row);
        g_object_unref(window.buffer);
        return layers_no_memory(window.area.width, window.area.height, error);
    }
    for (int y = 0; y < window.height; y++) {
        gsize plane = (gsize) window.width * window.height;
        int middle = MIN(y * f + f / 2, window.area.height - 1);

        gegl_buffer_get(window.buffer,
                        GEGL_RECTANGLE(window.area.x, window.area.y + middle, window.area.width, 1),
                        1.0, format, row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        for (int x = 0; x < window.width; x++)
            for (int c = 0; c < 3; c++)
                out->data[c * plane + (gsize) y * window.width + x] =
                    row[3 * MIN(x * f + f / 2, window.area.width - 1) + c];
    }
    g_free(row);
    g_object_unref(window.buffer);
    return TRUE;
}

float layers_sample(const DpsImage *mask, double u, double v)
{
    double x = CLAMP(u * mask->width - 0.5, 0, mask->width - 1);
    double y = CLAMP(v * mask->height - 0.5, 0, mask->height - 1);
    int left = MIN((int) x, MAX(0, mask->width - 2)), top = MIN((int) y, MAX(0, mask->height - 2));
    gsize right = mask->width > 1, below = mask->height > 1 ? mask->width : 0;
    const float *p = mask->data + (gsize) top * mask->width + left;
    float a = (float) (x - left), b = (float) (y - top);

    return (1 - b) * ((1 - a) * p[0] + a * p[right]) +
           b * ((1 - a) * p[below] + a * p[below + right]);
}
