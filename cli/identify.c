/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "identify.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "picture.h"

static gboolean truncated(const char *path, GError **error)
{
    command_file_error(error, path, _("is cut short or damaged; copy it again from its source."));
    return FALSE;
}

gboolean identify_size(const char *path, double width, double height, GError **error)
{
    double pixels = width * height;
    double memory = (double) sysconf(_SC_PHYS_PAGES) * (double) sysconf(_SC_PAGESIZE);
    if (width < 1 || height < 1) {
        command_file_error(error, path, _("has no pixels; use another picture."));
        return FALSE;
    }
    if (pixels > IDENTIFY_MOST_PIXELS || pixels * 3 * sizeof(float) > memory) {
        command_file_error(error, path,
                           _("is %.0f by %.0f pixels, more than this program or this computer "
                             "can hold; make it smaller."),
                           width, height);
        return FALSE;
    }
    return TRUE;
}

static guint32 big32(const guchar *bytes)
{
    return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

/* The checksum of PNG chunks (ISO 3309, polynomial 0xedb88320 with reflected bits). */
static guint32 crc32(const guint32 table[256], guint32 crc, const guchar *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        crc = table[(crc ^ bytes[i]) & 255] ^ (crc >> 8);
    return crc;
}

static void crc32_table(guint32 table[256])
{
    for (guint32 n = 0; n < 256; n++) {
        guint32 c = n;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
        table[n] = c;
    }
}

/* Reads over one chunk's data and checksum; `first` gets its first 16 bytes. */
static gboolean png_chunk(FILE *file, const guint32 table[256], const guchar head[8],
                          guchar first[16])
{
    guchar block[65536];
    guint32 left = big32(head), crc = crc32(table, 0xffffffffu, head + 4, 4);
    memset(first, 0, 16);
    for (gboolean begun = FALSE; left > 0; begun = TRUE) {
        size_t count = MIN(left, sizeof block);
        if (fread(block, 1, count, file) != count)
            return FALSE;
        if (!begun)
            memcpy(first, block, MIN(count, 16));
        crc = crc32(table, crc, block, count);
        left -= (guint32) count;
    }
    return fread(block, 1, 4, file) == 4 && big32(block) == (crc ^ 0xffffffffu);
}

static gboolean identify_png(Identity *identity, FILE *file)
{
    guint32 table[256];
    crc32_table(table);
    identity->format = FILE_PNG;
    if (fseek(file, 8, SEEK_SET) != 0)
        return FALSE;
    for (gboolean first = TRUE;; first = FALSE) {
        guchar head[8], data[16];
        if (fread(head, 1, 8, file) != 8 || big32(head) > G_MAXINT32 ||
            !png_chunk(file, table, head, data))
            return FALSE;
        if (first) {
            if (memcmp(head + 4, "IHDR", 4) != 0)
                return FALSE;
            identity->width = (int) MIN(big32(data), G_MAXINT32);
            identity->height = (int) MIN(big32(data + 4), G_MAXINT32);
        }
        if (memcmp(head + 4, "IEND", 4) == 0)
            return TRUE;
    }
}

/* The next marker, which entropy-coded data may precede: 0xff, then neither a stuffed
 * zero nor a restart marker nor fill.  EOF when the file ends before. */
static int jpeg_marker(FILE *file)
{
    for (int byte = getc_unlocked(file); byte != EOF; byte = getc_unlocked(file)) {
        if (byte != 0xff)
            continue;
        do
            byte = getc_unlocked(file);
        while (byte == 0xff);
        if (byte == EOF || (byte != 0 && !(byte >= 0xd0 && byte <= 0xd7)))
            return byte;
    }
    return EOF;
}

static gboolean identify_jpeg(Identity *identity, FILE *file)
{
    gboolean scanned = FALSE;
    identity->format = FILE_JPEG;
    if (fseek(file, 2, SEEK_SET) != 0)
        return FALSE;
    for (;;) {
        int marker = jpeg_marker(file);
        guchar head[7];
        if (marker == 0xd9) /* end of image */
            return scanned && identity->width > 0;
        if (marker == EOF || fread(head, 1, 2, file) != 2)
            return FALSE;
        long length = (head[0] << 8 | head[1]) - 2;
        if (length < 0)
            return FALSE;
        if (marker == 0xda) /* start of scan */
            scanned = TRUE;
        gboolean frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
                         marker != 0xcc;
        if (frame) {
            if (length < 6 || fread(head, 1, 5, file) != 5)
                return FALSE;
            identity->height = head[1] << 8 | head[2];
            identity->width = head[3] << 8 | head[4];
            length -= 5;
        }
        if (fseek(file, length, SEEK_CUR) != 0)
            return FALSE;
    }
}

/* A word of a PNM header: comments run from # to the line's end.  The one white-space
 * character after the word is eaten. */
static gboolean pnm_word(FILE *file, char *word, int room)
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

static gboolean identify_pnm(Identity *identity, FILE *file, const char *path, GError **error)
{
    char kind[4], width[12], height[12], scale[32];
    rewind(file);
    if (!pnm_word(file, kind, sizeof kind) || !pnm_word(file, width, sizeof width) ||
        !pnm_word(file, height, sizeof height) || !pnm_word(file, scale, sizeof scale))
        return truncated(path, error);
    gint64 w = g_ascii_strtoll(width, NULL, 10), h = g_ascii_strtoll(height, NULL, 10);
    double last = g_ascii_strtod(scale, NULL);
    gboolean pfm = g_ascii_toupper(kind[1]) == 'F';
    if (!identify_size(path, (double) w, (double) h, error))
        return FALSE;
    if (last == 0 || (!pfm && (last < 1 || last > 65535)))
        return truncated(path, error);
    *identity = (Identity){ .format = pfm ? FILE_PFM : FILE_PNM,
                            .width = (int) w,
                            .height = (int) h,
                            .channels = kind[1] == '6' || kind[1] == 'F' ? 3 : 1,
                            .maximum = pfm ? 0 : (int) last,
                            .big_endian = last > 0,
                            .offset = ftell(file) };
    size_t sample = pfm ? 4 : identity->maximum > 255 ? 2 : 1;
    gint64 wanted = w * h * identity->channels * (gint64) sample;
    if (fseek(file, 0, SEEK_END) != 0 || ftell(file) - identity->offset < wanted)
        return truncated(path, error);
    return TRUE;
}

static gboolean identify_open(Identity *identity, FILE *file, const char *path, GError **error)
{
    guchar magic[8] = { 0 };
    size_t count = fread(magic, 1, sizeof magic, file);
    if (count == 0) {
        command_file_error(error, path, _("is empty; use another picture."));
        return FALSE;
    }
    if (memcmp(magic, "\211PNG\r\n\032\n", 8) == 0)
        return identify_png(identity, file) || truncated(path, error);
    if (magic[0] == 0xff && magic[1] == 0xd8 && magic[2] == 0xff)
        return identify_jpeg(identity, file) || truncated(path, error);
    if (memcmp(magic, "II*\0", 4) == 0 || memcmp(magic, "MM\0*", 4) == 0 ||
        memcmp(magic, "II+\0", 4) == 0 || memcmp(magic, "MM\0+", 4) == 0) {
        identity->format = FILE_TIFF;
        return TRUE;
    }
    if (magic[0] == 'P' && strchr("56Ff", magic[1]) && magic[1] && g_ascii_isspace(magic[2]))
        return identify_pnm(identity, file, path, error);
    command_file_error(error, path,
                       _("is none of the kinds of picture that this program reads "
                         "(%s); convert it first."),
                       picture_readable());
    return FALSE;
}

/* Asked before the file is opened: opening a pipe waits for somebody who writes to it. */
static gboolean is_ordinary(const char *path, GError **error)
{
    GStatBuf about;
    gboolean known = g_stat(path, &about) == 0;
    if (known && S_ISDIR(about.st_mode))
        command_file_error(error, path, _("is a folder; name a picture in it."));
    else if (known && !S_ISREG(about.st_mode))
        command_file_error(error, path,
                           _("is a pipe, a device or a socket; save the picture in a file first."));
    else
        return TRUE;
    return FALSE;
}

gboolean identify_file(Identity *identity, const char *path, GError **error)
{
    memset(identity, 0, sizeof *identity);
    if (!is_ordinary(path, error))
        return FALSE;
    FILE *file = g_fopen(path, "rb");
    if (!file) {
        command_file_error(error, path, _("can't be read (%s); check the name."),
                           g_strerror(errno));
        return FALSE;
    }
    gboolean good = identify_open(identity, file, path, error);
    fclose(file);
    if (good && identity->format != FILE_TIFF)
        good = identify_size(path, identity->width, identity->height, error);
    return good;
}
