/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The predictor and its parts against central differences, the grid against what it is by definition, and a training
 * in small. */
#include "learnt/learnt.h"

#include "check.h"
#include "host.h"
#include "image/luma.h"
#include "image/random.h"
#include "learnt/layer.h"

#include <math.h>
#include <string.h>

static void draw(Random *r, double size, size_t n, float *values)
{
    for (size_t i = 0; i < n; i++)
        values[i] = (float) (size * random_normal(r));
}

static DpsImage drawn_picture(Random *r, int width, int height)
{
    DpsImage image;

    CHECK(dps_image_init(&image, 3, width, height), "memory");
    for (size_t i = 0; i < image_values(&image); i++)
        image.data[i] = (float) random_uniform(r);
    return image;
}

static double product(const float *a, const float *b, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double) a[i] * (double) b[i];
    return sum;
}

/* ------------------------------------------------------------------- one layer */

enum { MOST = 8 * 8 * 8 };

/* The convolution by its definition. */
static double plain(const ConvLayer *l, const float *weight, const float *x, int o, int row, int column)
{
    double sum = weight[(size_t) l->out * (size_t) (l->in * l->k * l->k) + (size_t) o];

    for (int i = 0; i < l->in; i++)
        for (int t = 0; t < l->k * l->k; t++) {
            int y = row * l->stride + t / l->k - l->k / 2, z = column * l->stride + t % l->k - l->k / 2;
            if (y >= 0 && y < l->side && z >= 0 && z < l->side)
                sum += (double) weight[(o * l->in + i) * l->k * l->k + t] *
                       (double) x[(i * l->side + y) * l->side + z];
        }
    return l->relu ? fmax(0, sum) : sum;
}

/* d |y . dy| / d values[i], values being the weights or x. */
static double slope(const ConvLayer *l, const float *weight, const float *x, float *values, int i,
                    const float *dy)
{
    static float room[9 * MOST], y[2][MOST];
    const float step = 1e-2f, was = values[i];
    size_t n = (size_t) l->out * layer_pixels(l);

    for (int side = 0; side < 2; side++) {
        values[i] = was + (side ? step : -step);
        layer_forward(l, weight, x, room, y[side]);
    }
    values[i] = was;
    return (product(y[1], dy, n) - product(y[0], dy, n)) / (2 * (double) step);
}

static void test_layer(ConvLayer l)
{
    static float weight[MOST], x[MOST], y[MOST], dy[MOST], change[MOST], room[9 * MOST], dweight[MOST],
        dx[MOST];
    Random r = { 5 };
    int side = l.side / l.stride, all = (int) layer_weights(&l);
    double worst = 0;

    draw(&r, 0.5, layer_weights(&l), weight);
    for (int o = 0; o < l.out; o++) /* no ReLU turns: so the layer is linear */
        weight[all - l.out + o] = o % 2 ? 30 : -30;
    draw(&r, 1, MOST, x);
    draw(&r, 1, MOST, dy);
    layer_forward(&l, weight, x, room, y);
    for (int i = 0; i < l.out * side * side; i++)
        worst = fmax(worst, fabs((double) y[i] - plain(&l, weight, x, i / (side * side), i / side % side,
                                                       i % side)));
    CHECK(worst < 1e-5, "k %d, stride %d: off by %g", l.k, l.stride, worst); /* 1e-6 */

    memset(dweight, 0, sizeof dweight);
    memcpy(change, dy, sizeof dy);
    layer_back(&l, weight, x, y, change, room, dweight, dx);
    for (int i = 0; i < all; i += 3) {
        double want = slope(&l, weight, x, weight, i, dy);
        CHECK(fabs((double) dweight[i] - want) < 2e-3 * (1 + fabs(want)), "weight %d: %g, not %g", i,
              (double) dweight[i], want); /* 2e-4 */
    }
    for (int i = 0; i < l.in * l.side * l.side; i += 5) {
        double want = slope(&l, weight, x, x, i, dy);
        CHECK(fabs((double) dx[i] - want) < 2e-3 * (1 + fabs(want)), "x %d: %g, not %g", i,
              (double) dx[i], want); /* 2e-4 */
    }
}

/* -------------------------------------------------------------------- the grid */

static void test_grid_by_hand(void)
{
    static float grid[GRID_VALUES];
    Random r = { 1 };
    DpsImage in = drawn_picture(&r, 37, 23), out;

    CHECK(dps_image_init(&out, 3, 37, 23), "memory");
    grid_apply(grid, &in, THREADS(2), &out);
    CHECK(memcmp(in.data, out.data, image_values(&in) * sizeof(float)) == 0, "zeros change something");

    /* red gets half of green, plus the luma, which is as the grid's middles are deep */
    for (int i = 0; i < GRID_VALUES; i += GRID_MAP) {
        grid[i + 1] = 0.5f;
        grid[i + 3] = ((float) (i / GRID_MAP % GRID_DEPTH) + 0.5f) / GRID_DEPTH;
    }
    grid_apply(grid, &in, THREADS(1), &out);
    double worst = 0;
    for (size_t i = 0; i < image_pixels(&in); i++) {
        float red = in.data[i], green = image_plane(&in, 1)[i], blue = image_plane(&in, 2)[i];
        double luma = fmin(15.0 / 16, fmax(1.0 / 16, (double) luma_601(red, green, blue)));
        worst = fmax(worst, fabs((double) red + 0.5 * (double) green + luma - (double) out.data[i]));
        worst = fmax(worst, fabs((double) green - (double) image_plane(&out, 1)[i]));
    }
    CHECK(worst < 1e-6, "off by %g", worst); /* 1.2e-7 */
    dps_image_clear(&in);
    dps_image_clear(&out);
}

/* The picture is linear in the grid: so one product has all of the gradient. */
static void test_grid_back(void)
{
    static float grid[GRID_VALUES], slope[GRID_VALUES];
    Random r = { 2 };
    DpsImage in = drawn_picture(&r, 41, 29), out, gradient = drawn_picture(&r, 41, 29);
    size_t n = image_values(&in);

    CHECK(dps_image_init(&out, 3, 41, 29), "memory");
    draw(&r, 1, GRID_VALUES, grid);
    grid_apply(grid, &in, THREADS(2), &out);
    for (size_t i = 0; i < n; i++)
        out.data[i] -= in.data[i];
    grid_back(&in, gradient.data, slope);
    double have = product(grid, slope, GRID_VALUES), want = product(out.data, gradient.data, n);
    CHECK(fabs(have - want) < 1e-5 * fabs(want), "%g, not %g", have, want); /* 2e-7 */
    dps_image_clear(&in);
    dps_image_clear(&out);
    dps_image_clear(&gradient);
}

/* --------------------------------------------------------------- the predictor */

static float weight[PREDICTOR_WEIGHTS], input[PREDICTOR_INPUTS], aim[GRID_VALUES];

/* <grid, aim> */
static double value(Predictor *p)
{
    return product(predictor_forward(p, weight, input), aim, GRID_VALUES);
}

/* Planes and taps of the layers (predictor.h). */
static const int planes[] = { 16, 32, 32, 32, 32, GRID_CELL }, taps[] = { 54, 144, 288, 64, 64, 32 };

/* Along lines in the weights of each layer, in which the values are linear. */
static void test_predictor(void)
{
    static float dweight[PREDICTOR_WEIGHTS], way[PREDICTOR_WEIGHTS], was[PREDICTOR_WEIGHTS];
    Predictor *p = predictor_new();
    Random r = { 3 };
    const float step = 1e-2f;
    int at = 0;

    CHECK(p != NULL, "memory");
    draw(&r, 0.3, PREDICTOR_INPUTS, input);
    draw(&r, 1, GRID_VALUES, aim);
    predictor_draw(7, weight);
    CHECK(value(p) == 0, "a new predictor changes something: %g", value(p));
    draw(&r, 0.3, (size_t) GRID_CELL * 32, weight + PREDICTOR_WEIGHTS - GRID_CELL * 33);
    for (int k = 0; k < 6; k++) /* each plane is above zero everywhere, or below: no ReLU turns */
        for (int i = 0; i < planes[k] * (taps[k] + 1); i++, at++)
            weight[at] = i < planes[k] * taps[k] ? 0.15f * weight[at] : i % 2 ? 1 : -1;
    CHECK(at == PREDICTOR_WEIGHTS, "other layers");
    value(p);
    predictor_back(p, weight, input, aim, dweight);
    memcpy(was, weight, sizeof weight);
    at = 0;
    for (int k = 0; k < 6; k++) {
        int n = planes[k] * (taps[k] + 1);
        double ends[2];
        memset(way, 0, sizeof way);
        draw(&r, 1, (size_t) n, way + at);
        for (int side = 0; side < 2; side++) {
            for (int i = 0; i < PREDICTOR_WEIGHTS; i++)
                weight[i] = was[i] + (side ? step : -step) * way[i];
            ends[side] = value(p);
        }
        memcpy(weight, was, sizeof weight);
        double want = (ends[1] - ends[0]) / (2 * (double) step);
        double have = product(dweight, way, PREDICTOR_WEIGHTS);
        CHECK(fabs(have - want) < 5e-3 * fabs(want), "layer %d: %g, not %g", k, have, want); /* 8e-4 */
        at += n;
    }
    predictor_free(p);
}

/* ------------------------------------------------------------- a style's file */

static void expect(unsigned char *bytes, size_t size, const char *words)
{
    DpsMessage message = { 0 };
    DpsLearnt *learnt;

    CHECK(dps_learnt_parse(bytes, size, "x.dps", &learnt, &message) == DPS_BAD_FILE && !learnt,
          "accepted: %s", words);
    CHECK(strstr(message.text, words) && strncmp(message.text, "x.dps: ", 7) == 0, "\"%s\", not %s",
          message.text, words);
}

static void test_file(void)
{
    Random r = { 4 };
    DpsImage style = drawn_picture(&r, 400, 300), content = drawn_picture(&r, 90, 60), first, second;
    DpsLearnt *learnt = learnt_new(&style, 1, THREADS(1)), *again;
    DpsMessage message = { 0 };
    unsigned char *bytes, *other;
    size_t size, other_size;

    CHECK(learnt && learnt->style.width == LEARNT_SIDE && learnt->style.height == 192, "a copy");
    draw(&r, 0.02, PREDICTOR_WEIGHTS, learnt->weight);
    CHECK(dps_learnt_print(learnt, &bytes, &size), "memory");
    CHECK(dps_learnt_parse(bytes, size, "x.dps", &again, &message) == DPS_OK, "%s", message.text);
    CHECK(dps_learnt_print(again, &other, &other_size) && size == other_size &&
              memcmp(bytes, other, size) == 0,
          "not what was written");
    CHECK(memcmp(dps_learnt_style(again)->data, learnt->style.data,
                 image_values(&learnt->style) * sizeof(float)) == 0,
          "another style");

    CHECK(image_copy(&content, &first) && image_copy(&content, &second), "memory");
    CHECK(learnt_apply(learnt, &content, THREADS(1), &first) &&
              learnt_apply(again, &content, THREADS(3), &second),
          "memory");
    CHECK(memcmp(first.data, second.data, image_values(&first) * sizeof(float)) == 0,
          "not the same to the last bit");
    CHECK(memcmp(first.data, content.data, image_values(&first) * sizeof(float)) != 0,
          "nothing has changed");

    for (size_t i = 0; i < size; i += 1 + size / 97) {
        bytes[i] ^= 4;
        expect(bytes, size, i < 8 ? "no learnt style" : i < 12 ? "version" : i < 24 ? "" : "checksum");
        bytes[i] ^= 4;
    }
    expect(bytes, size - 1, "cut short");
    expect(bytes, 23, "no learnt style");
    bytes[8] = 2;
    expect(bytes, size, "version 2");
    bytes[8] = 1;
    memset(bytes + 12, 0, 4);
    expect(bytes, size, "impossible");
    free(bytes);
    free(other);
    dps_learnt_free(learnt);
    dps_learnt_free(again);
    DpsImage *all[] = { &style, &content, &first, &second };
    for (int i = 0; i < 4; i++)
        dps_image_clear(all[i]);
}

int main(void)
{
    test_layer((ConvLayer){ 3, 4, 3, 1, 6, true });
    test_layer((ConvLayer){ 3, 4, 3, 2, 8, true });
    test_layer((ConvLayer){ 4, 5, 1, 1, 6, false });
    test_grid_by_hand();
    test_grid_back();
    test_predictor();
    test_file();
    return check_done("predictor");
}
