/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "png-profile.h"

#include <gio/gio.h>
#include <string.h>

/* Larger ones than any profile is. */
#define MOST_BYTES (64 << 20)

/* What stands before the compressed bytes: a name of 1 to 79 bytes, a zero, the method. */
#define MOST_NAME 79

/* The chunk's bytes, decompressed. */
static GBytes *decompress(const guint8 *data, gsize size)
{
    const guint8 *end = memchr(data, 0, MIN(size, MOST_NAME + 1));
    GByteArray *profile = g_byte_array_new();
    if (end && end + 2 < data + size) {
        GConverter *zlib = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
        GInputStream *packed = g_memory_input_stream_new_from_data(end + 2, data + size - (end + 2),
                                                                   NULL);
        GInputStream *plain = g_converter_input_stream_new(packed, zlib);
        guint8 part[4096];
        gssize got;
        while (profile->len < MOST_BYTES &&
               (got = g_input_stream_read(plain, part, sizeof part, NULL, NULL)) > 0)
            g_byte_array_append(profile, part, (guint) got);
        g_object_unref(plain);
        g_object_unref(packed);
        g_object_unref(zlib);
    }
    return g_byte_array_free_to_bytes(profile);
}

static gboolean read_bytes(GInputStream *stream, void *bytes, gsize count)
{
    gsize got;
    return g_input_stream_read_all(stream, bytes, count, &got, NULL, NULL) && got == count;
}

static gboolean skip_bytes(GInputStream *stream, gsize count)
{
    while (count > 0) {
        gssize skipped = g_input_stream_skip(stream, count, NULL, NULL);
        if (skipped <= 0)
            return FALSE;
        count -= (gsize) skipped;
    }
    return TRUE;
}

/* The chunk's bytes, as many as there are. */
static GBytes *read_chunk(GInputStream *stream, gsize size)
{
    gsize got = 0;
    guint8 *data = g_malloc(size + 1);
    g_input_stream_read_all(stream, data, size, &got, NULL, NULL);
    GBytes *profile = decompress(data, got);
    g_free(data);
    return profile;
}

/* Goes from chunk to chunk; the pixels stand behind the profile. */
static GBytes *find_chunk(GInputStream *stream)
{
    struct {
        guint32 size;
        char name[4];
    } head;
    guint8 first[8];
    if (!read_bytes(stream, first, 8) || memcmp(first, "\x89PNG\r\n\x1a\n", 8) != 0)
        return NULL;
    while (read_bytes(stream, &head, 8) && memcmp(head.name, "IDAT", 4) != 0) {
        gsize size = GUINT32_FROM_BE(head.size);
        if (memcmp(head.name, "iCCP", 4) == 0)
            return size <= MOST_BYTES ? read_chunk(stream, size) : NULL;
        if (!skip_bytes(stream, size + 4)) /* and its check sum */
            return NULL;
    }
    return NULL;
}

GBytes *png_profile(const char *path)
{
    GFile *file = g_file_new_for_path(path);
    GInputStream *stream = G_INPUT_STREAM(g_file_read(file, NULL, NULL));
    GBytes *profile = stream ? find_chunk(stream) : NULL;
    g_clear_object(&stream);
    g_object_unref(file);
    return profile;
}
