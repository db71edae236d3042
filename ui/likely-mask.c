/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "likely-mask.h"

#include "preview.h"

/* A layer looks like a photo with this share of pixels that are coloured, or of middle greys. */
#define COLOURED 0.02
#define MIDDLE_GREY 0.5
#define THUMB 48

static gboolean is_coloured(const guchar *pixel)
{
    return MAX(MAX(pixel[0], pixel[1]), pixel[2]) - MIN(MIN(pixel[0], pixel[1]), pixel[2]) > 24;
}

gboolean mask_looks_like_photo(GimpDrawable *mask)
{
    int width, height, opaque = 0, coloured = 0, grey = 0, n;
    cairo_surface_t *small;

    if (!GIMP_IS_LAYER(mask))
        return FALSE;
    small = preview_surface(mask, THUMB, THUMB);
    width = cairo_image_surface_get_width(small);
    height = cairo_image_surface_get_height(small);
    n = width * height;
    for (int i = 0; i < n; i++) {
        /* the four bytes of a pixel, of which the order of the first three doesn't matter */
        const guint32 *row = (const guint32 *) (const void *) (
            cairo_image_surface_get_data(small) +
            (gsize) (i / width) * cairo_image_surface_get_stride(small));
        guint32 argb = row[i % width];
        guchar pixel[3] = { argb >> 16 & 255, argb >> 8 & 255, argb & 255 };

        opaque += argb >> 24 == 255;
        coloured += is_coloured(pixel);
        grey += pixel[1] > 32 && pixel[1] < 223;
    }
    cairo_surface_destroy(small);
    return opaque == n && (coloured > COLOURED * n || grey > MIDDLE_GREY * n);
}
