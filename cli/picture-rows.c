/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A result's rows in a file's samples. */

#include "colours.h"
#include "picture-private.h"
#include "quantise.h"

/* Pixels at a time: their values stay in the cache from one step to the next. */
#define PIECE 512

/* One colour of some pixels, as the file has it. */
static void take_colour(const PictureRows *rows, gsize first, int count, int c, float *values)
{
    const float *from = rows->rgb->data + (gsize) rows->rgb->width * rows->rgb->height * c + first;
    for (int i = 0; i < count; i++)
        values[i] = from[i];
    for (int i = 0; rows->matte && i < count; i++) {
        float alpha = rows->matte[first + i];
        values[i] = values[i] * alpha + (1 - alpha);
    }
#ifdef HAVE_VIPS
    colours_store(rows->colours, values, (gsize) count);
#endif
}

static void put_floats(const float *values, int count, float *out, int step)
{
    for (int i = 0; i < count; i++)
        out[i * step] = values[i];
}

/* Transparency has no gradients that would become bands. */
static void put_alpha_8(const float *values, int count, guint8 *out, int step)
{
    for (int i = 0; i < count; i++)
        out[i * step] = (guint8) (CLAMP(values[i], 0, 1) * 255 + 0.5f);
}

static void put_piece(const PictureRows *rows, int x, int y, int count, void *out)
{
    gsize first = (gsize) y * rows->rgb->width + x;
    int samples = rows->alpha ? 4 : 3;
    float buffer[PIECE];
    for (int c = 0; c < samples; c++) {
        const float *values = c == 3 ? rows->alpha + first : buffer;
        if (c < 3)
            take_colour(rows, first, count, c, buffer);
        if (rows->depth == PICTURE_FLOAT)
            put_floats(values, count, (float *) out + c, samples);
        else if (rows->depth == PICTURE_16)
            quantise_row_16(values, count, (guint16 *) out + c, samples);
        else if (c == 3)
            put_alpha_8(values, count, (guint8 *) out + c, samples);
        else
            quantise_row_8(values, count, x, y, c, (guint8 *) out + c, samples);
    }
}

void picture_put_row(const PictureRows *rows, int x, int y, int count, void *out)
{
    static const gsize sizes[] = { 1, 2, 4 };
    gsize pixel = sizes[rows->depth] * (rows->alpha ? 4 : 3);
    for (int done = 0; done < count; done += PIECE)
        put_piece(rows, x + done, y, MIN(PIECE, count - done), (guint8 *) out + done * pixel);
}
