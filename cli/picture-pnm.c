/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* picture-pnm.c - PPM and PGM with 8 or 16 bits, and PFM with floats.
 *
 * The samples of a PFM are taken as they are: display-encoded, like all others here. */

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "picture-private.h"

typedef struct {
    gboolean pfm, big_endian;
    int width, height;
    int channels, maximum; /* samples per pixel, greatest sample */
    goffset offset;        /* where the pixels begin */
} Header;

gboolean picture_pnm_begins(const guchar magic[3])
{
    return magic[0] == 'P' && magic[1] && strchr("56Ff", magic[1]) && g_ascii_isspace(magic[2]);
}

/* A word of the header: comments run from # to the line's end.  The one white-space
 * character after the word is eaten. */
static gboolean read_word(FILE *file, char *word, int room)
{
    int length = 0, byte = getc(file);
    while (byte == '#' || g_ascii_isspace(byte)) {
        if (byte == '#')
            while (byte != '\n' && byte != EOF)
                byte = getc(file);
        byte = getc(file);
    }
    for (; byte != EOF && !g_ascii_isspace(byte); byte = getc(file)) {
        if (length == room - 1)
            return FALSE;
        word[length++] = (char) byte;
    }
    word[length] = 0;
    return length > 0 && byte != EOF;
}

/* The header, and whether all pixels are there. */
static gboolean read_header(Header *header, FILE *file, const char *path, GError **error)
{
    char kind[4], width[12], height[12], scale[32];
    if (!read_word(file, kind, sizeof kind) || !read_word(file, width, sizeof width) ||
        !read_word(file, height, sizeof height) || !read_word(file, scale, sizeof scale))
        return picture_damaged(path, error);
    gint64 w = g_ascii_strtoll(width, NULL, 10), h = g_ascii_strtoll(height, NULL, 10);
    double last = g_ascii_strtod(scale, NULL);
    gboolean pfm = g_ascii_toupper(kind[1]) == 'F';
    if (!picture_check_size(path, (double) w, (double) h, error))
        return FALSE;
    if (!isfinite(last) || last == 0 || (!pfm && (last < 1 || last > 65535)))
        return picture_damaged(path, error);
    *header = (Header) { .pfm = pfm,
                         .big_endian = last > 0,
                         .width = (int) w,
                         .height = (int) h,
                         .channels = kind[1] == '6' || kind[1] == 'F' ? 3 : 1,
                         .maximum = pfm ? 0 : (int) last,
                         .offset = ftell(file) };
    size_t sample = pfm ? 4 : header->maximum > 255 ? 2 : 1;
    gint64 wanted = w * h * header->channels * (gint64) sample;
    if (fseek(file, 0, SEEK_END) != 0 || ftell(file) - header->offset < wanted)
        return picture_damaged(path, error);
    return TRUE;
}

static float sample(const guchar *row, const Header *header, size_t i)
{
    if (header->pfm) {
        guint32 bits;
        memcpy(&bits, row + 4 * i, 4);
        bits = header->big_endian ? GUINT32_FROM_BE(bits) : GUINT32_FROM_LE(bits);
        float value;
        memcpy(&value, &bits, 4);
        return value;
    }
    int value = header->maximum > 255 ? row[2 * i] << 8 | row[2 * i + 1] : row[i];
    return (float) value / (float) header->maximum;
}

/* Puts a row of the file into row y of the planes. */
static void copy_row(DpsImage *image, const Header *header, const guchar *row, int y)
{
    size_t plane = (size_t) image->width * image->height, start = (size_t) y * image->width;
    for (int x = 0; x < image->width; x++) {
        float rgb[3];
        for (int c = 0; c < 3; c++)
            rgb[c] = sample(row, header, (size_t) x * header->channels + c % header->channels);
        if (image->channels == 1)
            image->data[start + x] = header->channels == 1 ? rgb[0]
                                                           : dps_luma(rgb[0], rgb[1], rgb[2]);
        else
            for (int c = 0; c < 3; c++)
                image->data[c * plane + start + x] = rgb[c];
    }
}

static gboolean read_pixels(Picture *picture, const Header *header, FILE *file, GError **error)
{
    size_t bytes = header->pfm ? 4 : header->maximum > 255 ? 2 : 1;
    size_t stride = (size_t) header->width * header->channels * bytes;
    guchar *row = g_try_malloc(stride);
    gboolean good = fseek(file, header->offset, SEEK_SET) == 0;
    picture->depth = bytes == 4 ? PICTURE_FLOAT : bytes == 2 ? PICTURE_16 : PICTURE_8;
    for (int y = 0; row && good && y < header->height; y++) {
        good = fread(row, 1, stride, file) == stride;
        /* PFM begins with the bottom row. */
        if (good)
            copy_row(&picture->rgb, header, row, header->pfm ? header->height - 1 - y : y);
    }
    if (!good)
        command_file_error(error, picture->path, _("can't be read (%s); check the file."),
                           g_strerror(errno));
    else if (!row)
        good = picture_no_memory(picture->path, error);
    g_free(row);
    return good;
}

gboolean picture_pnm_read(Picture *picture, PictureKind kind, GError **error)
{
    Header header = { 0 };
    FILE *file = g_fopen(picture->path, "rb");
    if (!file) {
        command_file_error(error, picture->path, _("can't be read (%s); check the file."),
                           g_strerror(errno));
        return FALSE;
    }
    gboolean good = read_header(&header, file, picture->path, error) &&
                    picture_allocate(picture, kind == PICTURE_MASK ? 1 : 3, header.width,
                                     header.height, FALSE, error) &&
                    read_pixels(picture, &header, file, error);
    fclose(file);
    return good;
}

/* PPM has the upper byte first, PFM as written here the lower one. */
static void order_bytes(PictureDepth depth, gsize samples, void *row)
{
    guint16 *words = row;
    guint32 *longs = row;
    for (gsize i = 0; depth == PICTURE_16 && i < samples; i++)
        words[i] = GUINT16_TO_BE(words[i]);
    for (gsize i = 0; depth == PICTURE_FLOAT && i < samples; i++)
        longs[i] = GUINT32_TO_LE(longs[i]);
}

gboolean picture_pnm_write(const DpsImage *rgb, const float *alpha, const PictureTarget *target,
                           GError **error)
{
    PictureDepth depth = target->depth;
    const PictureRows rows = { .rgb = rgb, .matte = alpha, .depth = depth };
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
        picture_put_row(&rows, 0, pfm ? rgb->height - 1 - y : y, rgb->width, row);
        order_bytes(depth, (gsize) 3 * rgb->width, row);
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
