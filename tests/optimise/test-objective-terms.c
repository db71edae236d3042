/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the paper's objective lacks: the terms that hold the result to a first guess, and the weights of
 * small regions; each against what its definition says, on the reference device. */

#include "objective-bench.h"

static double whole_loss(const GoldenCase *c, const ObjectiveOptions *o, DpsLosses *l)
{
    Bench b;

    bench_open(&b, &ref_backend, NULL, &c->content, &c->style, &c->x, &c->set, o);
    double total = loss_at(&b, b.x, l);
    bench_close(&b);
    return total;
}

/* The guess adds the mean squared distance to it, and nothing at the guess itself. */
static void test_guess(const GoldenCase *c)
{
    ObjectiveOptions o = { .weight = { [LOSS_STYLE] = 100, [LOSS_CONTENT] = 3 },
                           .window_radius = 1 };
    double mean = 0;
    DpsLosses l;

    double without = whole_loss(c, &o, &l);
    o.weight[LOSS_ESTIMATE] = 7;
    o.estimate = &c->content;
    for (size_t i = 0; i < image_values(&c->x); i++)
        mean += pow((double) (c->x.data[i] - c->content.data[i]), 2) / (double) image_values(&c->x);
    double with = whole_loss(c, &o, &l);
    CHECK(fabs(with - without - 7 * mean) < 1e-6 * with, "%.9g, not %.9g", with - without,
          7 * mean);
    o.estimate = &c->x;
    with = whole_loss(c, &o, &l);
    CHECK(fabs(with - without) < 1e-6 * with, "%.9g at the guess itself", with - without);
}

/* Of a plane's 3 x 3 pixels, those that there are: their mean. */
static double mean_about(const DpsImage *image, int c, int y, int x)
{
    double sum = 0;
    int n = 0;

    for (int v = y > 0 ? y - 1 : 0; v <= y + 1 && v < image->height; v++)
        for (int u = x > 0 ? x - 1 : 0; u <= x + 1 && u < image->width; u++, n++)
            sum += (double) image_plane(image, c)[v * image->width + u];
    return sum / n;
}

/* w_ij |d_i - d_j|^2 of two neighbours, d being the difference of a and b. */
static double pair(const DpsImage *content, const DpsImage *a, const DpsImage *b, int y, int x,
                   int v, int u)
{
    double edge = 0, step = 0;
    int i = y * content->width + x, j = v * content->width + u;

    if (v >= content->height || u >= content->width)
        return 0;
    for (int c = 0; c < 3; c++) {
        const float *p = image_plane(a, c), *q = image_plane(b, c);
        edge += pow((mean_about(content, c, y, x) - mean_about(content, c, v, u)) * 255 / 4, 2);
        step += pow((double) p[i] - (double) q[i] - (double) p[j] + (double) q[j], 2);
    }
    return step * exp(-edge);
}

/* The gradient of the difference to the guess adds its squares where the content is flat, and nothing where
 * the difference is the same everywhere, at full size or shrunk. */
static void test_flat(const GoldenCase *c)
{
    ObjectiveOptions o = { .weight = { [LOSS_STYLE] = 100, [LOSS_CONTENT] = 3 },
                           .window_radius = 1 };
    DpsImage shifted;
    double sum = 0;
    DpsLosses l;

    double without = whole_loss(c, &o, &l);
    CHECK(image_copy(&c->x, &shifted), "memory");
    for (size_t i = 0; i < image_values(&shifted); i++)
        shifted.data[i] += 0.25f;
    for (int y = 0; y < c->x.height; y++)
        for (int x = 0; x < c->x.width; x++)
            sum += pair(&c->content, &c->x, &c->content, y, x, y + 1, x) +
                   pair(&c->content, &c->x, &c->content, y, x, y, x + 1);
    o.weight[LOSS_GRADIENT] = 70;
    o.estimate = &c->content;
    double with = whole_loss(c, &o, &l), expected = 70 * sum / (double) image_values(&c->x);
    CHECK(fabs(with - without - expected) < 1e-6 * with, "%.9g, not %.9g", with - without,
          expected);
    o.gradient_size = 12;
    CHECK(fabs(whole_loss(c, &o, &l) - with) > 1e-3 * expected, "the size makes no difference");
    o.estimate = &shifted;
    with = whole_loss(c, &o, &l);
    CHECK(fabs(with - without) < 1e-6 * with, "%.9g for a shift, shrunk", with - without);
    dps_image_clear(&shifted);
}

/* Regions weigh less below the number of pixels that is enough, and all the same above it. */
static void test_enough(const GoldenCase *c)
{
    ObjectiveOptions o = { .weight = { [LOSS_STYLE] = 100, [LOSS_CONTENT] = 3 },
                           .window_radius = 1 };
    DpsLosses all, weighed;

    whole_loss(c, &o, &all);
    o.min_region_pixels = 300;
    whole_loss(c, &o, &weighed);
    CHECK(fabs(all.style - weighed.style) > 1e-3 * all.style,
          "weighing regions by pixels changes nothing: %g", weighed.style);
    o.min_region_pixels = 1e-9;
    whole_loss(c, &o, &weighed);
    CHECK(fabs(all.style - weighed.style) < 1e-12, "large regions weigh something else: %g",
          weighed.style);
}

int main(void)
{
    GoldenCase c;

    golden_case_open(&c);
    test_guess(&c);
    test_flat(&c);
    test_enough(&c);
    golden_case_close(&c);
    return check_done("objective-terms");
}
