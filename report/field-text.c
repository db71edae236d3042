/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "field-text.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

enum { PLANES = 12, NUMBERS = 6, HEADER = 4 * NUMBERS };

/* Maps of more pixels than these are no field's: a damaged text must not take all memory. */
#define MOST_PIXELS ((gsize) 1 << 22)
#define MOST_SIDE (1 << 24)

/* A colour is a sum of four values, three of them times at most 1: it is off by 2 / 1024 at most. */
#define STEP (1.0f / 1024)

static gsize values_of(const DpsField *field)
{
    return (gsize) PLANES * field->maps.width * field->maps.height;
}

/* What value x of row y of a plane is expected to be. */
static guint16 expected(const gint16 *plane, int width, int x, int y)
{
    const gint16 *at = plane + (gsize) y * width + x;

    if (x && y)
        return (guint16) (at[-1] + at[-width] - at[-width - 1]);
    return (guint16) (x ? at[-1] : y ? at[-width] : 0);
}

/* ----------------------------------------------------------------- its bytes */

static void put_number(guint8 *bytes, guint32 number)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = number >> 8 * i & 255;
}

static guint32 get_number(const guint8 *bytes)
{
    return bytes[0] | (guint32) bytes[1] << 8 | (guint32) bytes[2] << 16 | (guint32) bytes[3] << 24;
}

/* The step with which all values fit into 16 bits; 0 if there are values that are not finite. */
static float step_for(const DpsField *field)
{
    float most = 0;

    for (gsize i = 0; i < values_of(field); i++) {
        if (!isfinite(field->maps.data[i]))
            return 0;
        most = MAX(most, fabsf(field->maps.data[i]));
    }
    return MAX(STEP, most / G_MAXINT16);
}

static void write_header(const DpsField *field, float step, guint8 *bytes)
{
    guint32 bits;

    memcpy(&bits, &step, sizeof bits);
    const guint32 numbers[NUMBERS] = { field->width,       field->height, field->maps.width,
                                       field->maps.height, bits,          0 };

    for (int i = 0; i < NUMBERS; i++)
        put_number(bytes + 4 * i, numbers[i]);
}

static void write_values(const DpsField *field, float step, guint8 *bytes)
{
    int width = field->maps.width, height = field->maps.height;
    gsize plane = (gsize) width * height, values = values_of(field);
    gint16 *v = g_new(gint16, plane);

    for (int k = 0; k < PLANES; k++) {
        for (gsize i = 0; i < plane; i++)
            v[i] = (gint16) CLAMP(lrintf(field->maps.data[k * plane + i] / step), -G_MAXINT16,
                                  G_MAXINT16);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                gsize i = (gsize) y * width + x;
                gint16 d = (gint16) (guint16) (v[i] - expected(v, width, x, y));
                guint16 z = (guint16) (d < 0 ? -2 * d - 1 : 2 * d);

                bytes[k * plane + i] = z & 255;
                bytes[values + k * plane + i] = z >> 8;
            }
    }
    g_free(v);
}

static void read_values(const guint8 *bytes, float step, DpsField *field)
{
    int width = field->maps.width, height = field->maps.height;
    gsize plane = (gsize) width * height, values = values_of(field);
    gint16 *v = g_new(gint16, plane);

    for (int k = 0; k < PLANES; k++)
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                gsize i = (gsize) y * width + x;
                guint16 z = bytes[k * plane + i] | bytes[values + k * plane + i] << 8;
                int d = z & 1 ? -(z >> 1) - 1 : z >> 1;

                v[i] = (gint16) (guint16) (d + expected(v, width, x, y));
                field->maps.data[k * plane + i] = step * v[i];
            }
    g_free(v);
}

/* Sizes and step; FALSE if they are no field's. */
static gboolean read_header(const guint8 *bytes, DpsField *field, float *step, int *width,
                            int *height)
{
    guint32 number[NUMBERS];

    for (int i = 0; i < NUMBERS; i++)
        number[i] = get_number(bytes + 4 * i);
    for (int i = 0; i < 4; i++)
        if (number[i] < 1 || number[i] > MOST_SIDE)
            return FALSE;
    field->width = number[0];
    field->height = number[1];
    *width = number[2];
    *height = number[3];
    memcpy(step, &number[4], sizeof *step);
    return (guint64) *width * *height <= MOST_PIXELS && *step > 0 && *step < 1e6f && number[5] == 0;
}

/* ---------------------------------------------------------------------- zlib */

/* A stream of `size` bytes, to be freed; NULL if memory is short. */
static guint8 *compress(const guint8 *from, gsize size, gsize *packed_size)
{
    GZlibCompressor *zlib = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 6);
    gsize room = size + size / 1000 + 64; /* more than zlib ever needs */
    guint8 *packed = g_try_malloc(room);
    GConverterResult result = packed ? G_CONVERTER_CONVERTED : G_CONVERTER_ERROR;

    *packed_size = 0;
    while (result == G_CONVERTER_CONVERTED) {
        gsize in = 0, out = 0;

        result = g_converter_convert(G_CONVERTER(zlib), from, size, packed + *packed_size,
                                     room - *packed_size, G_CONVERTER_INPUT_AT_END, &in, &out,
                                     NULL);
        from += in;
        size -= in;
        *packed_size += out;
    }
    if (result == G_CONVERTER_ERROR)
        g_clear_pointer(&packed, g_free);
    g_object_unref(zlib);
    return packed;
}

/* A zlib stream that is read to its end, and no further than is asked for. */
typedef struct {
    GZlibDecompressor *zlib;
    const guint8 *from;
    gsize left;
    gboolean finished;
} Stream;

/* The next `size` bytes; FALSE if the stream is damaged or has fewer. */
static gboolean stream_read(Stream *stream, guint8 *to, gsize size)
{
    while (size) {
        gsize in = 0, out = 0;
        GConverterResult result =
            stream->finished
                ? G_CONVERTER_ERROR
                : g_converter_convert(G_CONVERTER(stream->zlib), stream->from, stream->left, to,
                                      size, G_CONVERTER_INPUT_AT_END, &in, &out, NULL);

        if (result == G_CONVERTER_ERROR)
            return FALSE;
        stream->finished = result == G_CONVERTER_FINISHED;
        stream->from += in;
        stream->left -= in;
        to += out;
        size -= out;
    }
    return TRUE;
}

/* Nothing is left, and zlib's sum over all of it is right. */
static gboolean stream_ends(Stream *stream)
{
    guint8 more;

    return !stream_read(stream, &more, 1) && stream->finished && stream->left == 0;
}

/* --------------------------------------------------------------------- texts */

char *field_text_write(const DpsField *field)
{
    float step = field->maps.data && values_of(field) <= PLANES * MOST_PIXELS ? step_for(field) : 0;
    gsize size = HEADER + 2 * values_of(field), packed_size;
    guint8 *plain = step > 0 ? g_try_malloc(size) : NULL, *packed;
    char *base64, *text = NULL;

    if (!plain)
        return NULL;
    write_header(field, step, plain);
    write_values(field, step, plain + HEADER);
    packed = compress(plain, size, &packed_size);
    g_free(plain);
    if (packed && packed_size / 3 * 4 + 100 < FIELD_TEXT_MOST) {
        base64 = g_base64_encode(packed, packed_size);
        text = g_strconcat(FIELD_TEXT_NAME, base64, NULL);
        g_free(base64);
    }
    g_free(packed);
    return text;
}

static gboolean read_stream(Stream *stream, DpsField *field)
{
    guint8 header[HEADER], *bytes = NULL;
    int width, height;
    float step;
    gboolean good = stream_read(stream, header, HEADER) &&
                    read_header(header, field, &step, &width, &height) &&
                    dps_image_init(&field->maps, PLANES, width, height) &&
                    (bytes = g_try_malloc(2 * values_of(field))) &&
                    stream_read(stream, bytes, 2 * values_of(field)) && stream_ends(stream);

    if (good)
        read_values(bytes, step, field);
    g_free(bytes);
    return good;
}

gboolean field_text_read(const char *text, DpsField *field)
{
    Stream stream = { 0 };
    guint8 *packed;
    gboolean good;

    *field = (DpsField){ 0 };
    if (!text || !g_str_has_prefix(text, FIELD_TEXT_NAME))
        return FALSE;
    packed = g_base64_decode(text + strlen(FIELD_TEXT_NAME), &stream.left);
    stream.from = packed;
    stream.zlib = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
    good = read_stream(&stream, field);
    if (!good)
        dps_field_clear(field);
    g_object_unref(stream.zlib);
    g_free(packed);
    return good;
}
