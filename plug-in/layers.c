/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "layers.h"

#include <glib/gi18n.h>
#include <math.h>

#include "filter.h"

/* Floats in one strip: 4 MB. */
#define STRIP (1 << 20)

static gboolean no_memory(int width, int height, GError **error)
{
    g_set_error(error, GIMP_PLUG_IN_ERROR, 0,
                _("There isn't enough memory for a picture of %d × %d pixels. Close other images "
                  "or programs, or scale the image down, and try again."),
                width, height);
    return FALSE;
}

static int strip_rows(int width, int components)
{
    return MAX(1, STRIP / MAX(1, width * components));
}

/* ------------------------------------------------------------------- encodings */

void layers_encoding(GimpDrawable *content, Encoding *encoding)
{
    const Babl *trc = NULL;

    encoding->space = babl_format_get_space(gimp_drawable_get_format(content));
    babl_space_get(encoding->space, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &trc, NULL,
                   NULL);
    encoding->linear = trc == babl_trc("linear");
    encoding->grey = gimp_drawable_is_gray(content);
}

const Babl *layers_rgb_format(const Encoding *encoding, gboolean alpha)
{
    const char *name;

    if (encoding->linear)
        name = alpha ? "R~G~B~A float" : "R~G~B~ float";
    else
        name = alpha ? "R'G'B'A float" : "R'G'B' float";
    return babl_format_with_space(name, encoding->space);
}

static const Babl *grey_format(const Encoding *encoding, gboolean alpha)
{
    const char *name;

    if (encoding->linear)
        name = alpha ? "Y~A float" : "Y~ float";
    else
        name = alpha ? "Y'A float" : "Y' float";
    return babl_format_with_space(name, encoding->space);
}

/* ---------------------------------------------------------------------- photos */

static gboolean has_filters(GimpDrawable *drawable)
{
    GimpDrawableFilter **filters = gimp_drawable_get_filters(drawable);
    gboolean some = filters && filters[0];

    g_free(filters);
    return some;
}

GimpDrawable *layers_render(GimpDrawable *drawable, gboolean ours)
{
    int width = gimp_drawable_get_width(drawable), height = gimp_drawable_get_height(drawable);
    int x = 0, y = 0, copy_x = 0, copy_y = 0;
    GimpLayer *copy;

    if (!GIMP_IS_LAYER(drawable) || gimp_item_is_group(GIMP_ITEM(drawable)) ||
        !has_filters(drawable))
        return drawable;
    copy = gimp_layer_new_from_drawable(drawable, gimp_item_get_image(GIMP_ITEM(drawable)));
    if (!ours)
        filter_remove_ours(GIMP_DRAWABLE(copy));
    gimp_drawable_merge_filters(GIMP_DRAWABLE(copy));
    gimp_drawable_get_offsets(drawable, &x, &y);
    gimp_drawable_get_offsets(GIMP_DRAWABLE(copy), &copy_x, &copy_y);
    /* A blur or a shadow makes the copy larger. */
    if (gimp_drawable_get_width(GIMP_DRAWABLE(copy)) != width ||
        gimp_drawable_get_height(GIMP_DRAWABLE(copy)) != height)
        gimp_layer_resize(copy, width, height, copy_x - x, copy_y - y);
    return GIMP_DRAWABLE(copy);
}

void layers_discard(GimpDrawable *rendered, GimpDrawable *drawable)
{
    if (rendered != drawable)
        gimp_item_delete(GIMP_ITEM(rendered));
}

/* One strip of interleaved values to planes from `first` on; a grey value is repeated in three. */
static void spread(const float *strip, int components, int first, gsize from, gsize count,
                   DpsImage *out)
{
    gsize plane = (gsize) out->width * out->height;
    int planes = first ? 1 : 3;

    for (int c = 0; c < planes; c++) {
        float *to = out->data + (first + c) * plane + from;

        for (gsize i = 0; i < count; i++)
            to[i] = strip[i * components + (components == 1 ? 0 : c)];
    }
}

/* Drops a fourth plane that hides nothing. */
static void drop_opaque(DpsImage *photo)
{
    gsize plane = (gsize) photo->width * photo->height;

    for (gsize i = 0; i < plane; i++)
        if (photo->data[3 * plane + i] < 1.0f)
            return;
    photo->channels = 3;
}

/* The colours are read without alpha: babl converts those with alpha less exactly (measured:
 * 4e-4 off in Adobe RGB, against 2e-7). */
gboolean layers_read_photo(GimpDrawable *drawable, const Encoding *encoding, DpsImage *out,
                           GError **error)
{
    int width = gimp_drawable_get_width(drawable), height = gimp_drawable_get_height(drawable);
    int colours = encoding->grey ? 1 : 3, rows = strip_rows(width, colours);
    gboolean alpha = gimp_drawable_has_alpha(drawable);
    const Babl *format = encoding->grey ? grey_format(encoding, FALSE)
                                        : layers_rgb_format(encoding, FALSE);
    float *strip = g_try_malloc_n((gsize) width * rows, colours * sizeof *strip);
    GeglBuffer *buffer;

    if (!strip || !dps_image_init(out, alpha ? 4 : 3, width, height)) {
        g_free(strip);
        return no_memory(width, height, error);
    }
    buffer = gimp_drawable_get_buffer(drawable);
    for (int y = 0; y < height; y += rows) {
        const GeglRectangle *area = GEGL_RECTANGLE(0, y, width, MIN(rows, height - y));
        gsize from = (gsize) y * width, count = (gsize) area->height * width;

        gegl_buffer_get(buffer, area, 1.0, format, strip, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        spread(strip, colours, 0, from, count, out);
        if (alpha) {
            gegl_buffer_get(buffer, area, 1.0, babl_format("A float"), strip, GEGL_AUTO_ROWSTRIDE,
                            GEGL_ABYSS_NONE);
            spread(strip, 1, 3, from, count, out);
        }
    }
    if (alpha)
        drop_opaque(out);
    g_object_unref(buffer);
    g_free(strip);
    return TRUE;
}

static float luma(const DpsImage *image, gsize i)
{
    gsize plane = (gsize) image->width * image->height;

    return dps_luma(image->data[i], image->data[plane + i], image->data[2 * plane + i]);
}

/* Puts the result's colours into a strip of the original; what is transparent keeps its own. */
static void gather(const DpsImage *result, gsize from, gsize count, int colours, float *strip)
{
    gsize plane = (gsize) result->width * result->height;

    for (gsize i = 0; i < count; i++, strip += colours + 1) {
        if (!(strip[colours] > 0.0f))
            continue;
        if (colours == 1)
            strip[0] = luma(result, from + i);
        else
            for (int c = 0; c < 3; c++)
                strip[c] = result->data[c * plane + from + i];
    }
}

void layers_write(GimpDrawable *layer, const DpsImage *result, GimpDrawable *original,
                  const Encoding *encoding)
{
    int width = result->width, height = result->height, rows = strip_rows(width, 4);
    int colours = encoding->grey ? 1 : 3;
    const Babl *format = encoding->grey ? grey_format(encoding, TRUE)
                                        : layers_rgb_format(encoding, TRUE);
    GeglBuffer *from = gimp_drawable_get_buffer(original);
    GeglBuffer *to = gimp_drawable_get_buffer(layer);
    float *strip = g_new(float, (gsize) width *rows *(colours + 1));

    for (int y = 0; y < height; y += rows) {
        int n = MIN(rows, height - y);
        const GeglRectangle *area = GEGL_RECTANGLE(0, y, width, n);

        gegl_buffer_get(from, area, 1.0, format, strip, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        gather(result, (gsize) y * width, (gsize) n * width, colours, strip);
        gegl_buffer_set(to, area, 0, format, strip, GEGL_AUTO_ROWSTRIDE);
    }
    g_free(strip);
    g_object_unref(from);
    g_object_unref(to); /* sends what is left to GIMP */
    gimp_drawable_update(layer, 0, 0, width, height);
}

/* ----------------------------------------------------------------------- masks */

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
        return no_memory(window->area.width, window->area.height, error);
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
            ok = no_memory(window.width, window.height, error);
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
        return no_memory(window.area.width, window.area.height, error);
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
    int x = CLAMP((int) (u * mask->width), 0, mask->width - 1);
    int y = CLAMP((int) (v * mask->height), 0, mask->height - 1);

    return mask->data[(gsize) y * mask->width + x];
}
