/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A field of colour maps as a text: what comes back, what is no field's text, and texts that chance made. */
#include "check.h"
#include "host.h"
#include <gio/gio.h>
#include "report/field-text.h"

#define STEP (1.0 / 1024)

static DpsField some_field(int width, int height, float scale)
{
    DpsField field = { 10 * width + 3, 10 * height + 1, host_photo(12, width, height, 5) };
    for (size_t i = 0; i < image_values(&field.maps); i++)
        field.maps.data[i] = scale * (field.maps.data[i] - 0.5f);
    return field;
}

/* Half a step off at most, and the same again once it is made of steps. */
static void test_round_trip(int width, int height, float scale, double step)
{
    DpsField field = some_field(width, height, scale), back, again;
    char *text = field_text_write(&field), *second;

    CHECK(text && field_text_read(text, &back), "%d x %d: no text", width, height);
    CHECK(back.width == field.width && back.height == field.height, "another photo");
    CHECK(host_same_shape(&back.maps, 12, width, height), "another shape");
    double off = host_difference(&field.maps, &back.maps);
    printf("%d x %d: %zu bytes, off by %.2g\n", width, height, strlen(text), off);
    CHECK(off <= 0.5001 * step, "%d x %d: off by %g", width, height, off); /* 0.5 steps */
    second = field_text_write(&back);
    CHECK(second && field_text_read(second, &again), "no second text");
    CHECK(host_difference(&back.maps, &again.maps) <= 1e-6 * fabs((double) scale), "it drifts");
    g_free(text);
    g_free(second);
    dps_field_clear(&field);
    dps_field_clear(&back);
    dps_field_clear(&again);
}

/* A text of this version, which another program wrote: it must be read for ever. */
static void test_frozen(void)
{
    const char *text = FIELD_TEXT_NAME "eNqzYWBg0ABiJiBmZACBBiswxcnAxcjJxsXAWQ"
                                       "HErFwsnExcHJx/GTgYYIAVzmJn+M8AAISeBCw=";
    const int first[12] = { 1024, 0, -1, 3, 0, 700, 0, -3, 2, 1, 900, -32767 };
    DpsField field;

    CHECK(field_text_read(text, &field), "a text of version 1 is not read");
    CHECK(field.width == 60 && field.height == 40, "%d x %d", field.width, field.height);
    CHECK(host_same_shape(&field.maps, 12, 2, 1), "another shape");
    for (int k = 0; k < 12; k++) {
        int second = first[k] + (first[k] < -32000 ? 0 : k % 2 ? 5 : -5);
        CHECK(field.maps.data[2 * k] * 1024 == (float) first[k] &&
                  field.maps.data[2 * k + 1] * 1024 == (float) second,
              "plane %d: %g %g", k, (double) field.maps.data[2 * k] * 1024,
              (double) field.maps.data[2 * k + 1] * 1024);
    }
    dps_field_clear(&field);
}

static void test_none(void)
{
    DpsField field = some_field(4, 3, 1), none = { 0 };

    CHECK(!field_text_write(&none), "a field without maps has a text");
    field.maps.data[7] = NAN;
    CHECK(!field_text_write(&field), "a field that is not finite has a text");
    dps_field_clear(&field);
}

static void must_fail(const char *text)
{
    DpsField field = { .width = 1 };

    CHECK(!field_text_read(text, &field), "%.40s was read", text ? text : "NULL");
    CHECK(!field.width && !field.maps.data, "%.40s left something", text ? text : "NULL");
}

/* Each kind of damage to a text that was good. */
static void test_damaged(void)
{
    DpsField field = some_field(20, 10, 2);
    char *text = field_text_write(&field);
    gsize length = strlen(text);

    must_fail(NULL);
    must_fail("");
    must_fail("no field");
    must_fail(FIELD_TEXT_NAME);
    must_fail(FIELD_TEXT_NAME "AAAA");
    for (gsize cut = 1; cut < length; cut = cut * 3 / 2 + 1) {
        char *part = g_strndup(text, length - cut);
        must_fail(part);
        g_free(part);
    }
    text[strlen(FIELD_TEXT_NAME) - 2] = '2';
    must_fail(text); /* another version */
    g_free(text);
    dps_field_clear(&field);
}

/* The bytes of a header with these numbers, and `values` bytes, as a text. */
static char *text_of(const guint32 number[6], gsize values)
{
    guint8 *plain = g_malloc0(24 + values), packed[4096];
    gsize in, size;
    GZlibCompressor *zlib = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);
    char *base64, *text;

    for (int i = 0; i < 24; i++)
        plain[i] = number[i / 4] >> 8 * (i % 4) & 255;
    g_converter_convert(G_CONVERTER(zlib), plain, 24 + values, packed, sizeof packed,
                        G_CONVERTER_INPUT_AT_END, &in, &size, NULL);
    base64 = g_base64_encode(packed, size);
    text = g_strconcat(FIELD_TEXT_NAME, base64, NULL);
    g_object_unref(zlib);
    g_free(base64);
    g_free(plain);
    return text;
}

/* Streams that zlib finds whole, and whose numbers are no field's. */
static void test_numbers(void)
{
    const guint32 step = 0x3a800000; /* 1 / 1024 */
    const struct {
        guint32 number[6];
        gsize values;
        gboolean good;
    } cases[] = {
        { { 60, 40, 3, 2, step, 0 }, 144, TRUE },
        { { 60, 40, 3, 2, step, 0 }, 143, FALSE },
        { { 60, 40, 3, 2, step, 0 }, 145, FALSE },
        { { 60, 40, 3, 2, step, 1 }, 144, FALSE },
        { { 0, 40, 3, 2, step, 0 }, 144, FALSE },
        { { 60, 0, 3, 2, step, 0 }, 144, FALSE },
        { { 60, 40, 0, 2, step, 0 }, 0, FALSE },
        { { 60, 40, 3, 0xffffffff, step, 0 }, 144, FALSE },
        { { 60, 40, 1 << 20, 1 << 20, step, 0 }, 144, FALSE },
        { { 60, 40, 1 << 24, 1 << 24, step, 0 }, 144, FALSE },
        { { 60, 40, 3, 2, 0, 0 }, 144, FALSE },
        { { 60, 40, 3, 2, step | 0x80000000, 0 }, 144, FALSE },
        { { 60, 40, 3, 2, 0x7f800000, 0 }, 144, FALSE }, /* infinity */
        { { 60, 40, 3, 2, 0x7fc00000, 0 }, 144, FALSE }, /* not a number */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *text = text_of(cases[i].number, cases[i].values);
        DpsField field;
        CHECK(field_text_read(text, &field) == cases[i].good, "case %zu", i);
        dps_field_clear(&field);
        g_free(text);
    }
}

/* `rounds` good texts with some letters changed, cut or doubled: read or not, nothing breaks. */
static void test_chance(int rounds)
{
    DpsField field = some_field(9, 7, 3), back;
    char *text = field_text_write(&field);
    gsize length = strlen(text), begin = strlen(FIELD_TEXT_NAME);
    unsigned state = 11;
    int good = 0;

    for (int i = 0; i < rounds; i++) {
        char *other = g_strdup(text);
        for (int k = (int) (8 * host_random(&state)); k >= 0; k--)
            other[begin + (gsize) ((double) host_random(&state) * (double) (length - begin))] =
                "ABCZabcz0189+/=?"[(int) (16 * host_random(&state))];
        if (i % 4 == 0)
            other[begin + (gsize) ((double) host_random(&state) * (double) (length - begin))] =
                '\0';
        if (field_text_read(other, &back)) {
            good++;
            CHECK(image_is_finite(&back.maps), "not finite");
            dps_field_clear(&back);
        }
        g_free(other);
    }
    printf("%d of %d damaged texts were read\n", good, rounds);
    CHECK(good < rounds / 50, "%d of %d damaged texts were read", good, rounds);
    g_free(text);
    dps_field_clear(&field);
}

int main(int argc, char **argv)
{
    test_round_trip(30, 20, 1, STEP);
    test_round_trip(1, 1, 1, STEP);
    test_round_trip(1, 40, 20, STEP);
    test_round_trip(41, 1, 60, STEP);
    test_round_trip(17, 13, 1000, 1000 * 0.55 / 32767);
    test_frozen();
    test_none();
    test_damaged();
    test_numbers();
    test_chance(argc > 1 ? atoi(argv[1]) : 2000);
    return check_done("field-text");
}
