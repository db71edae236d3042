/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "layers.h"

#include <glib/gi18n.h>
#include <math.h>

#include "filter.h"

/* Floats in one strip: 4 MB. */
#define STRIP (1 << 20)

gboolean layers_no_memory(int width, int height, GError **error)
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

guint layers_stamp_of(GBytes *picture, const int number[4])
{
    guint stamp = picture ? g_bytes_hash(picture) : 0;

    for (int i = 0; i < 4; i++)
        stamp = 31 * stamp + (guint) number[i];
    g_clear_pointer(&picture, g_bytes_unref);
    return stamp;
}

guint layers_stamp(GimpDrawable *drawable)
{
    const int size[4] = { gimp_drawable_get_width(drawable), gimp_drawable_get_height(drawable) };
    int width, height, bytes;

    return layers_stamp_of(gimp_drawable_get_thumbnail_data(drawable, LAYERS_STAMP_SIDE, LAYERS_STAMP_SIDE,
                                                            &width, &height, &bytes),
                           size);
}

/* A photo on its way from GIMP to planes. */
typedef struct {
    const Babl *format;
    int width, height, colours; /* full size; values of a pixel */
    int factor;                 /* so many pixels in a row, and rows, become one */
    float *strip, *alpha;       /* some rows; alpha may be NULL: opaque */
} Reading;

/* The mean of a block whose upper left pixel is at `from` in the strip, weighted by alpha where anything
 * can be seen, and the mean alpha. */
static void average(const Reading *r, gsize from, int columns, int rows, float out[4])
{
    float all[3] = { 0 }, seen[3] = { 0 }, weight = 0.0f, pixels = (float) (columns * rows);

    for (int j = 0; j < rows; j++)
        for (int i = 0; i < columns; i++) {
            gsize at = from + (gsize) j * r->width + i;
            float alpha = r->alpha ? r->alpha[at] : 1.0f;

            weight += alpha;
            for (int c = 0; c < 3; c++) {
                float value = r->strip[at * r->colours + (r->colours == 1 ? 0 : c)];

                all[c] += value;
                seen[c] += alpha * value;
            }
        }
    for (int c = 0; c < 3; c++)
        out[c] = weight > 0.0f && pixels > 1 ? seen[c] / weight : all[c] / pixels;
    out[3] = weight / pixels;
}

/* The strip's rows to planes, from row y of the photo on. */
static void spread(const Reading *r, int y, int rows, DpsImage *out)
{
    gsize plane = (gsize) out->width * out->height;
    int f = r->factor;

    for (int j = 0; j < rows; j += f)
        for (int x = 0; x < out->width; x++) {
            gsize to = (gsize) ((y + j) / f) * out->width + x;
            float value[4];

            average(r, (gsize) j * r->width + (gsize) x * f, MIN(f, r->width - x * f),
                    MIN(f, rows - j), value);
            for (int c = 0; c < out->channels; c++)
                out->data[c * plane + to] = value[c];
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
static void read_strips(GimpDrawable *drawable, const Reading *r, int most_rows, DpsImage *out)
{
    GeglBuffer *buffer = gimp_drawable_get_buffer(drawable);

    for (int y = 0; y < r->height; y += most_rows) {
        const GeglRectangle *area = GEGL_RECTANGLE(0, y, r->width, MIN(most_rows, r->height - y));

        gegl_buffer_get(buffer, area, 1.0, r->format, r->strip, GEGL_AUTO_ROWSTRIDE,
                        GEGL_ABYSS_NONE);
        if (r->alpha)
            gegl_buffer_get(buffer, area, 1.0, babl_format("A float"), r->alpha,
                            GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        spread(r, y, area->height, out);
    }
    g_object_unref(buffer);
}

gboolean layers_read_photo(GimpDrawable *drawable, const Encoding *encoding, int most,
                           DpsImage *out, GError **error)
{
    gboolean alpha = gimp_drawable_has_alpha(drawable);
    Reading r = { .width = gimp_drawable_get_width(drawable),
                  .height = gimp_drawable_get_height(drawable),
                  .colours = encoding->grey ? 1 : 3 };
    int side = MAX(r.width, r.height), rows;

    r.format = encoding->grey ? grey_format(encoding, FALSE) : layers_rgb_format(encoding, FALSE);
    r.factor = most > 0 ? MAX(1, side / most) : 1;
    rows = MAX(1, strip_rows(r.width, r.colours) / r.factor) * r.factor;
    r.strip = g_try_malloc_n((gsize) r.width * rows, r.colours * sizeof *r.strip);
    if (!r.strip || !dps_image_init(out, alpha ? 4 : 3, (r.width + r.factor - 1) / r.factor,
                                    (r.height + r.factor - 1) / r.factor)) {
        g_free(r.strip);
        return layers_no_memory(r.width, r.height, error);
    }
    if (alpha)
        r.alpha = g_new(float, (gsize) r.width *rows);
    read_strips(drawable, &r, rows, out);
    if (alpha)
        drop_opaque(out);
    g_free(r.alpha);
    g_free(r.strip);
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

GimpLayer *layers_new_image(const DpsImage *picture, GimpPrecision precision, const char *name)
{
    int width = picture->width, height = picture->height;
    gsize plane = (gsize) width * height;
    GimpImage *image = gimp_image_new_with_precision(width, height, GIMP_RGB, precision);
    GimpLayer *layer = gimp_layer_new(image, name, width, height, GIMP_RGB_IMAGE, 100,
                                      GIMP_LAYER_MODE_NORMAL);
    float *pixels = g_new(float, 3 * plane);
    GeglBuffer *buffer;

    for (gsize i = 0; i < plane; i++)
        for (int c = 0; c < 3; c++)
            pixels[3 * i + c] = picture->data[c * plane + i];
    gimp_image_insert_layer(image, layer, NULL, 0);
    buffer = gimp_drawable_get_buffer(GIMP_DRAWABLE(layer));
    gegl_buffer_set(buffer, GEGL_RECTANGLE(0, 0, width, height), 0, babl_format("R'G'B' float"),
                    pixels, GEGL_AUTO_ROWSTRIDE);
    g_free(pixels);
    g_object_unref(buffer);
    return layer;
}
