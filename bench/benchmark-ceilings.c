/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A device at its best: the largest products of matrices, and copies. */

#include "benchmark-operations.h"

#include <math.h>

/* The product that is the yardstick grows until one takes LONG_ENOUGH seconds: small ones keep no
 * device busy.  The best counts. */
#define LEAST_SIDE 256
#define MOST_SIDE 16384 /* a copy of 1 GB */
#define LONG_ENOUGH 0.05
#define PER_CEILING 0.1 /* seconds spent on one, for each repeat asked for */
#define COPY_SIDE 4096  /* 67 MB, more than caches hold */

static void copy(Bench *b)
{
    b->be->lincomb(b->y, 1, (double[]) { 1 }, &b->x);
}

/* A convolution with 1 x 1 filters is a product of matrices. */
static double product_rate(Bench *b, int side)
{
    b->conv = bench_conv(b, side, side, 1);
    b->x = bench_tensor(b, side, 16, side / 16, -1, 1);
    b->y = bench_zeros(b, side, 16, side / 16);
    double seconds = bench_time(b, bench_convolve, PER_CEILING * b->m->b.repeats);
    bench_drop(b);
    return 2e-9 * pow(side, 3) / seconds;
}

static double copy_rate(Bench *b)
{
    b->x = bench_tensor(b, 1, COPY_SIDE, COPY_SIDE, 0, 1);
    b->y = bench_zeros(b, 1, COPY_SIDE, COPY_SIDE);
    double seconds = bench_time(b, copy, PER_CEILING * b->m->b.repeats);
    bench_drop(b);
    return 2e-9 * sizeof(float) * pow(COPY_SIDE, 2) / seconds; /* read and written */
}

/* The device's own way where it has one. */
static void rates(Bench *b, int side, double *gflops, double *gbytes)
{
    double slot;

    if (!b->be->ceilings) {
        *gflops = product_rate(b, side);
        return;
    }
    b->be->ceilings(b->dev, side, gflops, gbytes);
    b->status = b->be->read(b->dev, 0, 1, &slot);
    *gflops *= 1e-9;
    *gbytes *= 1e-9;
}

/* Whether three matrices of that side are but a part of the device's memory. */
static bool has_room(const Bench *b, int side)
{
    double bytes = 3.0 * sizeof(float) * pow(side, 2);

    return !b->be->memory_free || bytes < 0.5 * (double) b->be->memory_free(b->dev);
}

void bench_ceilings(Bench *b)
{
    DpsFigure product = { .kind = DPS_FIGURE_PRODUCT }, copied = { .kind = DPS_FIGURE_COPY };

    for (int side = LEAST_SIDE; !b->status; side *= 2) {
        double gflops = 0;
        rates(b, side, &gflops, &copied.gbytes);
        copied.width = copied.height = side;
        if (gflops > product.gflops) {
            product.width = product.height = side;
            product.gflops = gflops;
        }
        if (2e-9 * pow(side, 3) > LONG_ENOUGH * gflops || 2 * side > MOST_SIDE ||
            !has_room(b, 2 * side))
            break;
    }
    if (!b->be->ceilings) {
        copied.width = copied.height = COPY_SIDE;
        copied.gbytes = copy_rate(b);
    }
    if (b->status)
        return;
    product.seconds = 2e-9 * pow(product.width, 3) / product.gflops;
    copied.seconds = 2e-9 * sizeof(float) * pow(copied.width, 2) / copied.gbytes;
    benchmark_figure(b->m, &product);
    benchmark_figure(b->m, &copied);
    b->most_gflops = product.gflops;
    b->most_gbytes = copied.gbytes;
}
