/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Strokes of a brush that grow to edges. */
#include "check.h"
#include "host.h"
#include "image/image.h"

#include <math.h>
#include <stdlib.h>

enum { WIDTH = 120, HEIGHT = 80 };

/* Two colours with noise, the border between them aslant, at `edge` in the middle row. */
static double border(double edge, int y)
{
    return edge + 0.3 * (y - HEIGHT / 2.0);
}

static DpsImage two_colours(double edge, float noise)
{
    static const float colour[2][3] = { { 0.3f, 0.5f, 0.8f }, { 0.4f, 0.35f, 0.2f } };
    DpsImage photo;
    unsigned state = 7;
    CHECK(dps_image_init(&photo, 3, WIDTH, HEIGHT), "memory");
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                state = state * 1664525u + 1013904223u;
                image_plane(&photo, c)[y * WIDTH + x] =
                    colour[x >= border(edge, y)][c] +
                    noise * ((float) (state >> 8) / 8388608.0f - 1);
            }
    return photo;
}

static DpsImage disc(double x, double y, double radius)
{
    DpsImage stroke;
    CHECK(dps_image_init(&stroke, 1, WIDTH, HEIGHT), "memory");
    for (int j = 0; j < HEIGHT; j++)
        for (int i = 0; i < WIDTH; i++)
            stroke.data[j * WIDTH + i] = hypot(i - x, j - y) <= radius;
    return stroke;
}

/* A stroke beside an edge, and somewhat over it, ends at the edge. */
static void test_edge(void)
{
    DpsImage photo = two_colours(60, 0.04f), stroke = disc(50, 40, 14), out;
    double within = 1, beyond = 0, far = 0;
    CHECK(dps_stroke_grow(&photo, &stroke, 7, THREADS(2), &out) == DPS_OK, "memory");
    CHECK(out.channels == 1 && out.width == WIDTH && out.height == HEIGHT, "its size");
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            double cover = (double) out.data[y * WIDTH + x], away = hypot(x - 50, y - 40);
            if (away < 12 && x < border(60, y) - 2)
                within = fmin(within, cover);
            if (x > border(60, y) + 2)
                beyond = fmax(beyond, cover);
            if (away > 14 + 7 * 1.5)
                far = fmax(far, cover);
        }
    printf("under it %.3f, beyond the edge %.3f, far away %.3f\n", within, beyond, far);
    CHECK(within > 0.9, "under the stroke, on its side: %g", within); /* 1.000 */
    CHECK(beyond < 0.1, "beyond the edge: %g", beyond);               /* 0.000 */
    CHECK(far == 0, "far from the stroke: %g", far);
    dps_image_clear(&photo);
    dps_image_clear(&stroke);
    dps_image_clear(&out);
}

/* It grows to an edge that it didn't reach, no further than around the brush. */
static void test_growth(void)
{
    DpsImage photo = two_colours(60, 0.02f), stroke = disc(48, 40, 8), out;
    CHECK(dps_stroke_grow(&photo, &stroke, 8, THREADS(1), &out) == DPS_OK, "memory");
    CHECK(out.data[40 * WIDTH + 57] > 0.9f, "up to the edge: %g",
          (double) out.data[40 * WIDTH + 57]); /* 1.000 */
    CHECK(out.data[40 * WIDTH + 63] < 0.1f, "not over it: %g", (double) out.data[40 * WIDTH + 63]);
    CHECK(out.data[40 * WIDTH + 25] == 0, "not across the region: %g",
          (double) out.data[40 * WIDTH + 25]);
    dps_image_clear(&photo);
    dps_image_clear(&stroke);
    dps_image_clear(&out);
}

/* No stroke covers nothing, and a single pixel is a stroke. */
static void test_small(void)
{
    DpsImage photo = two_colours(60, 0), stroke = disc(30, 30, -1), out;
    double sum = 0;
    CHECK(dps_stroke_grow(&photo, &stroke, 3, THREADS(1), &out) == DPS_OK, "memory");
    for (size_t i = 0; i < image_pixels(&out); i++)
        sum += (double) out.data[i];
    CHECK(sum == 0, "nothing: %g", sum);
    dps_image_clear(&out);
    stroke.data[30 * WIDTH + 30] = 1;
    CHECK(dps_stroke_grow(&photo, &stroke, 3, THREADS(1), &out) == DPS_OK, "memory");
    CHECK(out.data[30 * WIDTH + 30] > 0.5f, "one pixel: %g",
          (double) out.data[30 * WIDTH + 30]); /* 0.640 */
    dps_image_clear(&photo);
    dps_image_clear(&stroke);
    dps_image_clear(&out);
}

int main(void)
{
    test_edge();
    test_growth();
    test_small();
    return check_done("stroke");
}
