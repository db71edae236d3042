/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* picture-pnm.c - PPM and PGM with 8 or 16 bits, and PFM with floats.
 *
 * The samples of a PFM are taken as they are: display-encoded, like all others here. */

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "picture-private.h"
#include "quantise.h"

static float sample(const guchar *row, const Identity *identity, size_t i)
{
    if (identity->format == FILE_PFM) {
        guint32 bits;
        memcpy(&bits, row + 4 * i, 4);
        bits = identity->big_endian ? GUINT32_FROM_BE(bits) : GUINT32_FROM_LE(bits);
        float value;
        memcpy(&value, &bits, 4);
        return value;
    }
    int value = identity->maximum > 255 ? row[2 * i] << 8 | row[2 * i + 1] : row[i];
    return (float) value / (float) identity->maximum;
}

/* Puts a row of the file into row y of the planes. */
static void copy_row(DpsImage *image, const Identity *identity, const guchar *row, int y)
{
    size_t plane = (size_t) image->width * image->height, start = (size_t) y * image->width;
    for (int x = 0; x < image->width; x++) {
        float rgb[3];
        for (int c = 0; c < 3; c++)
            rgb[c] = sample(row, identity,
                            (size_t) x * identity->channels + c % identity->channels);
        if (image->channels == 1)
            image->data[start + x] = identity->channels == 1 ? rgb[0]
                                                             : dps_luma(rgb[0], rgb[1], rgb[2]);
        else
            for (int c = 0; c < 3; c++)
                image->data[c * plane + start + x] = rgb[c];
    }
}

gboolean picture_pnm_read(Picture *picture, const Identity *identity, PictureKind kind,
                          GError **error)
{
    size_t bytes = identity->format == FILE_PFM ? 4 : identity->maximum > 255 ? 2 : 1;
    size_t stride = (size_t) identity->width * identity->channels * bytes;
    if (!picture_allocate(picture, kind == PICTURE_MASK ? 1 : 3, identity->width, identity->height,
                          FALSE, error))
        return FALSE;
    picture->depth = bytes == 4 ? PICTURE_FLOAT : bytes == 2 ? PICTURE_16 : PICTURE_8;
    FILE *file = g_fopen(picture->path, "rb");
    guchar *row = g_malloc(stride);
    gboolean good = file && fseek(file, identity->offset, SEEK_SET) == 0;
    for (int y = 0; good && y < identity->height; y++) {
        good = fread(row, 1, stride, file) == stride;
        /* PFM begins with the bottom row. */
        if (good)
            copy_row(&picture->rgb, identity, row,
                     identity->format == FILE_PFM ? identity->height - 1 - y : y);
    }
    if (!good)
        command_file_error(error, picture->path, _("can't be read (%s); check the file."),
                           g_strerror(errno));
    g_free(row);
    if (file)
        fclose(file);
    return good;
}

static void give_row(const DpsImage *rgb, const float *alpha, PictureDepth depth, int y,
                     guchar *row)
{
    size_t plane = (size_t) rgb->width * rgb->height, start = (size_t) y * rgb->width;
    for (int x = 0; x < rgb->width; x++)
        for (int c = 0; c < 3; c++) {
            size_t i = (size_t) 3 * x + c;
            float value = picture_over_white(rgb->data[c * plane + start + x], alpha, start + x);
            if (depth == PICTURE_FLOAT) {
                guint32 bits;
                memcpy(&bits, &value, 4);
                bits = GUINT32_TO_LE(bits);
                memcpy(row + 4 * i, &bits, 4);
            } else if (depth == PICTURE_16) {
                guint16 bits = GUINT16_TO_BE(quantise_16(value));
                memcpy(row + 2 * i, &bits, 2);
            } else
                row[i] = quantise_8(value, x, y, c);
        }
}

gboolean picture_pnm_write(const DpsImage *rgb, const float *alpha, const PictureTarget *target,
                           GError **error)
{
    PictureDepth depth = target->depth;
    size_t bytes = depth == PICTURE_FLOAT ? 4 : depth == PICTURE_16 ? 2 : 1;
    size_t stride = (size_t) 3 * rgb->width * bytes;
    gboolean pfm = depth == PICTURE_FLOAT;
    FILE *file = g_fopen(target->path, "wb");
    guchar *row = g_malloc(stride);
    gboolean good = file &&
                    fprintf(file, "%s\n%d %d\n%s\n", pfm ? "PF" : "P6", rgb->width, rgb->height,
                            pfm                   ? "-1.0"
                            : depth == PICTURE_16 ? "65535"
                                                  : "255") > 0;
    for (int y = 0; good && y < rgb->height; y++) {
        give_row(rgb, alpha, depth, pfm ? rgb->height - 1 - y : y, row);
        good = fwrite(row, 1, stride, file) == stride;
    }
    if (file && fclose(file) != 0)
        good = FALSE;
    if (!good)
        command_file_error(error, target->shown,
                           _("can't be written (%s); make room or choose another folder."),
                           g_strerror(errno));
    g_free(row);
    return good;
}
