/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The GEGL operation, as GIMP uses it: the field's colours in whole pictures, parts, threads and zoom
 * levels, in each encoding, with alpha, after a crop, and with damaged fields. */

#include "check.h"
#include "host.h"
#include "report/field-text.h"

#include <gegl.h>

/* Frozen, as files have it. */
#define NAME "deep-photo-style:colour-field"

enum { W = 301, H = 211 };

static DpsField some_field(void)
{
    DpsField field = { W, H, host_photo(12, 23, 17, 5) };

    for (size_t i = 0; i < image_values(&field.maps); i++)
        field.maps.data[i] = 0.7f * (field.maps.data[i] - 0.4f);
    return field;
}

/* W x H pixels of a format that has `values` floats in a pixel. */
static GeglBuffer *buffer_of(const float *pixels, const Babl *format)
{
    GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, W, H), format);

    gegl_buffer_set(buffer, NULL, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
    return buffer;
}

typedef struct {
    GeglNode *graph, *source, *op;
    GeglBuffer *buffer;
} Graph;

static Graph graph_open(const float *pixels, const Babl *format, const char *text)
{
    Graph g = { .graph = gegl_node_new(), .buffer = buffer_of(pixels, format) };

    g.source = gegl_node_new_child(g.graph, "operation", "gegl:buffer-source", "buffer", g.buffer,
                                   NULL);
    g.op = gegl_node_new_child(g.graph, "operation", NAME, "field", text, NULL);
    gegl_node_link(g.source, g.op);
    return g;
}

static void graph_close(Graph *g)
{
    g_object_unref(g->graph);
    g_object_unref(g->buffer);
}

/* Four floats a pixel: photo's three planes and an alpha that varies. */
static float *pixels_of(unsigned seed)
{
    DpsImage photo = host_photo(3, W, H, seed);
    float *pixels = malloc(sizeof *pixels * 4 * W * H);

    if (!pixels)
        abort();
    image_clip(&photo);
    for (size_t i = 0; i < W * H; i++) {
        for (size_t c = 0; c < 3; c++)
            pixels[4 * i + c] = photo.data[c * W * H + i];
        pixels[4 * i + 3] = (float) (i % 5 + 1) / 5;
    }
    dps_image_clear(&photo);
    return pixels;
}

static double furthest(const float *a, const float *b, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double) a[i] - (double) b[i]));
    return most;
}

/* What the core makes of the pixels. */
static float *expected(const DpsField *field, DpsTake take, double amount, const float *pixels,
                       int left, int top)
{
    float *out = malloc(sizeof *out * 4 * W * H);

    for (int y = 0; out && y < H; y++)
        dps_field_apply(field, &(DpsFieldRow){ 0.5 + left, y + 0.5 + top, 1, W }, take, amount,
                        pixels + 4 * W * y, out + 4 * W * y);
    return out;
}

/* The same in any part, with each choice. */
static void test_parts(const char *text, const DpsField *field)
{
    const Babl *format = babl_format("R'G'B'A float");
    float *pixels = pixels_of(3), *out = malloc(sizeof *out * 4 * W * H);
    const char *const takes[] = { "all", "colour", "brightness" };
    Graph g = graph_open(pixels, format, text);

    for (int take = 0; take < 3; take++) {
        float *want = expected(field, take, 0.8, pixels, 12, -7);
        gegl_node_set(g.op, "take", take, "amount", 0.8, "left", 12, "top", -7, NULL);
        gegl_node_blit(g.op, 1, GEGL_RECTANGLE(0, 0, W, H), format, out, GEGL_AUTO_ROWSTRIDE,
                       GEGL_BLIT_DEFAULT);
        double off = furthest(want, out, 4 * W * H);
        CHECK(off < 1e-6, "%s: off by %g", takes[take], off); /* 1.2e-7 */
        for (int x = 0; x < W; x += 37) {
            int n = W - x < 37 ? W - x : 37;
            gegl_node_blit(g.op, 1, GEGL_RECTANGLE(x, 13, n, 3), format, out, GEGL_AUTO_ROWSTRIDE,
                           GEGL_BLIT_DEFAULT);
            for (int y = 0; y < 3; y++)
                off = fmax(
                    off, furthest(want + 4 * (W * (13 + y) + x), out + 4 * n * y, 4 * (size_t) n));
        }
        CHECK(off < 1e-6, "%s, in parts: off by %g", takes[take], off);
        free(want);
    }
    graph_close(&g);
    free(pixels);
    free(out);
}

/* After the layer was scaled: three times as large, the field lies over it as before. */
static void test_scale(const char *text, const DpsField *field)
{
    const Babl *format = babl_format("R'G'B'A float");
    float *pixels = pixels_of(3), out[4 * 90], want[4 * 90];
    Graph g = graph_open(pixels, format, text);

    gegl_node_set(g.op, "scale", 3.0, "left", 40, "top", 20, NULL);
    gegl_node_blit(g.op, 1, GEGL_RECTANGLE(30, 60, 90, 1), format, out, GEGL_AUTO_ROWSTRIDE,
                   GEGL_BLIT_DEFAULT);
    dps_field_apply(field, &(DpsFieldRow){ 40 + 30.5 / 3, 20 + 60.5 / 3, 1 / 3.0, 90 },
                    DPS_TAKE_ALL, 1, pixels + 4 * (60 * W + 30), want);
    double off = furthest(want, out, 4 * 90);
    CHECK(off < 1e-6, "scaled: off by %g", off);
    graph_close(&g);
    free(pixels);
}

/* At level n the maps are those in the middle of 2^n x 2^n pixels: of a photo of one colour nothing but
 * they makes a difference. */
static void test_levels(const char *text, const DpsField *field)
{
    const Babl *format = babl_format("R'G'B'A float");
    float *pixels = malloc(sizeof *pixels * 4 * W * H);

    for (int i = 0; i < 4 * W * H; i++)
        pixels[i] = (float[]){ 0.3f, 0.6f, 0.8f, 1 }[i % 4];
    g_object_set(gegl_config(), "mipmap-rendering", TRUE, NULL);
    Graph g = graph_open(pixels, format, text);
    for (int level = 0; level < 4; level++) {
        int step = 1 << level, w = W / step - 2, h = H / step - 2;
        float *want = malloc(sizeof *want * 4 * (size_t) (w * h)),
              *out = malloc(sizeof *out * 4 * (size_t) (w * h));
        for (int y = 0; y < h; y++)
            dps_field_apply(field, &(DpsFieldRow){ 0.5 * step, (y + 0.5) * step, step, w },
                            DPS_TAKE_ALL, 1, pixels, want + 4 * w * y);
        gegl_node_blit(g.op, 1.0 / step, GEGL_RECTANGLE(0, 0, w, h), format, out,
                       GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
        double off = furthest(want, out, 4 * (size_t) (w * h));
        CHECK(off < 1e-6, "level %d: off by %g", level, off); /* 0 */
        free(want);
        free(out);
    }
    g_object_set(gegl_config(), "mipmap-rendering", FALSE, NULL);
    graph_close(&g);
    free(pixels);
}

/* The encoding's own numbers are changed, whatever the space; one with a linear curve has them by the
 * sRGB curve. */
static void test_encodings(const char *text, const DpsField *field)
{
    const Babl *adobe = babl_space("Adobish"), *linear;
    float *pixels = pixels_of(4), *out = malloc(sizeof *out * 4 * W * H);
    float *want = expected(field, DPS_TAKE_ALL, 1, pixels, 0, 0);

    linear = babl_space_with_trc(babl_space("sRGB"), babl_trc("linear"));
    const Babl *formats[] = { babl_format_with_space("R'G'B'A float", adobe),
                              babl_format_with_space("R~G~B~A float", linear) };
    for (int i = 0; i < 2; i++) {
        Graph g = graph_open(pixels, formats[i], text);
        gegl_node_blit(g.op, 1, GEGL_RECTANGLE(0, 0, W, H), formats[i], out, GEGL_AUTO_ROWSTRIDE,
                       GEGL_BLIT_DEFAULT);
        double off = furthest(want, out, 4 * W * H);
        CHECK(off < 1e-4, "encoding %d: off by %g", i, off);
        graph_close(&g);
    }
    free(want);
    free(out);
    free(pixels);
}

/* One channel: the luma of what its repetition becomes. */
static void test_grey(const char *text, const DpsField *field)
{
    const Babl *format = babl_format("Y'A float");
    float *pixels = pixels_of(6), *out = malloc(sizeof *out * 4 * W * H);
    float *grey = malloc(sizeof *grey * 2 * W * H);

    for (size_t i = 0; i < W * H; i++) {
        grey[2 * i] = pixels[4 * i];
        grey[2 * i + 1] = pixels[4 * i + 3];
        pixels[4 * i + 1] = pixels[4 * i + 2] = pixels[4 * i];
    }
    float *want = expected(field, DPS_TAKE_ALL, 1, pixels, 0, 0);
    Graph g = graph_open(grey, format, text);
    gegl_node_blit(g.op, 1, GEGL_RECTANGLE(0, 0, W, H), format, out, GEGL_AUTO_ROWSTRIDE,
                   GEGL_BLIT_DEFAULT);
    double off = 0;
    for (size_t i = 0; i < W * H; i++) {
        const float *c = want + 4 * i;
        off = fmax(off, fabs((double) (out[2 * i] - dps_luma(c[0], c[1], c[2]))));
        off = fmax(off, fabs((double) (out[2 * i + 1] - grey[2 * i + 1])));
    }
    CHECK(off < 1e-6, "grey: off by %g", off); /* 1.2e-7 */
    graph_close(&g);
    free(want);
    free(out);
    free(grey);
    free(pixels);
}

static int warnings;

static GLogWriterOutput count(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
    warnings += (level & G_LOG_LEVEL_WARNING) != 0;
    return G_LOG_WRITER_HANDLED;
}

/* Without a field and with a damaged one the picture stays; of the damage is told once. */
static void test_damaged(const char *text)
{
    const Babl *format = babl_format("R'G'B'A float");
    float *pixels = pixels_of(3), *out = malloc(sizeof *out * 4 * W * H);
    char *half = g_strndup(text, strlen(text) / 2);
    const char *const bad[] = { NULL, "", half, "anything" };

    for (int i = 0; i < 4; i++) {
        Graph g = graph_open(pixels, format, bad[i]);
        warnings = 0;
        for (int k = 0; k < 3; k++) {
            gegl_node_set(g.op, "amount", 0.9 - k * 0.1, NULL);
            gegl_node_blit(g.op, 1, GEGL_RECTANGLE(0, 0, W, H), format, out, GEGL_AUTO_ROWSTRIDE,
                           GEGL_BLIT_DEFAULT);
        }
        double off = furthest(pixels, out, 4 * W * H);
        CHECK(off < 1e-7, "field %d: the picture is off by %g", i, off);
        CHECK(warnings == (i >= 2), "field %d: %d warnings", i, warnings);
        gegl_node_set(g.op, "field", text, NULL);
        gegl_node_blit(g.op, 1, GEGL_RECTANGLE(0, 0, W, H), format, out, GEGL_AUTO_ROWSTRIDE,
                       GEGL_BLIT_DEFAULT);
        CHECK(furthest(pixels, out, 4 * W * H) > 0.1, "a field after field %d does nothing", i);
        gegl_node_set(g.op, "field", "", NULL);
        gegl_node_blit(g.op, 1, GEGL_RECTANGLE(0, 0, W, H), format, out, GEGL_AUTO_ROWSTRIDE,
                       GEGL_BLIT_DEFAULT);
        CHECK(furthest(pixels, out, 4 * W * H) > 0.1, "setting the defaults takes the field away");
        graph_close(&g);
    }
    g_free(half);
    free(pixels);
    free(out);
}

/* What files rely on. */
static void test_frozen(void)
{
    const struct {
        const char *name;
        GType type;
    } properties[] = { { "amount", G_TYPE_DOUBLE }, { "take", G_TYPE_ENUM },
                       { "left", G_TYPE_INT },      { "top", G_TYPE_INT },
                       { "scale", G_TYPE_DOUBLE },  { "field", G_TYPE_STRING } };
    guint n;
    GParamSpec **specs = gegl_operation_list_properties(NAME, &n);

    CHECK(n == G_N_ELEMENTS(properties), "%u properties", n);
    for (guint i = 0; i < n && i < G_N_ELEMENTS(properties); i++)
        CHECK(strcmp(specs[i]->name, properties[i].name) == 0 &&
                  g_type_is_a(specs[i]->value_type, properties[i].type),
              "property %u is %s, a %s", i, specs[i]->name, g_type_name(specs[i]->value_type));
    CHECK(strcmp(gegl_operation_get_op_version(NAME), "1:0") == 0, "the version is %s",
          gegl_operation_get_op_version(NAME));
    CHECK(strcmp(gegl_operation_get_property_key(NAME, "field", "visible"), "0") == 0,
          "the field is shown");
    g_free(specs);
}

int main(int argc, char **argv)
{
    DpsField made = some_field(), field;
    char *text = field_text_write(&made);

    g_log_set_writer_func(count, NULL, NULL);
    gegl_init(NULL, NULL);
    g_object_set(gegl_config(), "threads", 3, NULL);
    if (!CHECK(gegl_has_operation(NAME), "GEGL doesn't find the operation"))
        return check_done("colour-field");
    CHECK(text && field_text_read(text, &field), "no text");
    test_frozen();
    test_parts(text, &field);
    test_scale(text, &field);
    test_levels(text, &field);
    test_encodings(text, &field);
    test_grey(text, &field);
    test_damaged(text);
    dps_field_clear(&made);
    dps_field_clear(&field);
    g_free(text);
    gegl_exit();
    return check_done("colour-field");
}
