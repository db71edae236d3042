/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A device's operations one by one on the shapes that matter: VGG-19's layers, of which the first is the
 * built-in network's too, and what is done to pictures. */

#include "benchmark-operations.h"
#include "image/image.h"
#include "image/matting.h"
#include "transfer/options.h"

#include <math.h>
#include <stdlib.h>

#define WIDTH 700
#define HEIGHT 466

#define PER_REPEAT 0.04 /* seconds spent on an operation, for each repeat asked for */

/* Regions side by side, scaled as a loss would scale them. */
static Masks *make_masks(Bench *b, int h, int w)
{
    int k = b->m->b.regions;
    size_t n = (size_t) h * (size_t) w;
    float *v = b->status ? NULL : calloc((size_t) k * n, sizeof *v);

    for (size_t i = 0; v && i < n; i++)
        v[i % (size_t) w * (size_t) k / (size_t) w * n + i] = 0.01f;
    Masks *masks = v ? b->be->masks(b->dev, k, h, w, v) : NULL;
    free(v);
    if (!masks && !b->status)
        b->status = DPS_NO_MEMORY;
    return masks;
}

/* The operation's work is gflop 10^9 operations and gbyte 10^9 bytes, each 0 where nobody would ask. */
static void measure(Bench *b, Operation *op, DpsFigure f, double gflop, double gbyte)
{
    double flops, bytes;

    f.kind = DPS_FIGURE_OPERATION;
    f.seconds = bench_time(b, op, PER_REPEAT * b->m->b.repeats);
    if (b->status)
        return;
    f.gflops = gflop / f.seconds;
    f.gbytes = gbyte / f.seconds;
    flops = f.gflops / b->most_gflops;
    bytes = f.gbytes / b->most_gbytes;
    f.ceiling = flops > bytes ? DPS_FIGURE_PRODUCT : DPS_FIGURE_COPY;
    f.share = fmax(flops, bytes);
    benchmark_figure(b->m, &f);
}

static void conv_back(Bench *b)
{
    b->be->conv_back(b->dx, b->conv, b->dy, b->y, false);
}

static void pool(Bench *b)
{
    b->be->pool(b->y, b->x, &b->pool);
}

static void pool_back(Bench *b)
{
    b->be->pool_back(b->dx, b->dy, b->y, b->x, &b->pool, false);
}

static void gram(Bench *b)
{
    b->be->gram(b->dy, b->x, b->masks);
}

static void gram_back(Bench *b)
{
    b->be->gram_back(b->dx, b->dy, b->x, b->masks, false);
}

static void apply(Bench *b)
{
    b->be->apply(b->y, b->linop, b->x);
}

static void precondition(Bench *b)
{
    const Preconditioner *p = &b->preconditioner;

    b->be->chebyshev(b->y, b->linop, b->x, p->shift, p->lo, p->hi, p->steps, b->scratch);
}

static void dots(Bench *b)
{
    b->be->dots(0, b->x, BENCH_VECTORS, b->v);
}

static void combine(Bench *b)
{
    b->be->lincomb(b->y, BENCH_VECTORS, b->a, b->v);
}

static void difference(Bench *b)
{
    b->be->sqdiff(0, 0.5, b->dx, b->x, b->y, false);
}

static void convolutions(Bench *b, int cin, int cout, int h, int w)
{
    DpsFigure f = { .planes_in = cin, .planes_out = cout, .width = w, .height = h };
    double gpixel = 1e-9 * h * w, gflop = 18 * gpixel * cin * cout;
    double in = 4 * gpixel * cin, out = 4 * gpixel * cout;

    b->conv = bench_conv(b, cin, cout, 3);
    b->x = bench_tensor(b, cin, h, w, -1, 1);
    b->y = bench_zeros(b, cout, h, w);
    b->dx = bench_zeros(b, cin, h, w);
    b->dy = bench_tensor(b, cout, h, w, -1, 1);
    f.operation = DPS_OPERATION_CONVOLUTION;
    measure(b, bench_convolve, f, gflop, in + out);
    f.operation = DPS_OPERATION_CONVOLUTION_BACK;
    measure(b, conv_back, f, gflop, in + 2 * out);
    bench_drop(b);
}

/* A Gram matrix is symmetric: half of its products are enough. */
static void grams(Bench *b, int c, int h, int w)
{
    DpsFigure f = { .planes_in = c, .count = b->m->b.regions, .width = w, .height = h };
    double gpixel = 1e-9 * h * w;

    b->masks = make_masks(b, h, w);
    b->x = bench_tensor(b, c, h, w, 0, 1);
    b->dx = bench_zeros(b, c, h, w);
    b->dy = bench_tensor(b, b->m->b.regions, c, c, -1, 1);
    f.operation = DPS_OPERATION_GRAM;
    measure(b, gram, f, gpixel * c * (c + 1), 4 * gpixel * c);
    f.operation = DPS_OPERATION_GRAM_BACK;
    measure(b, gram_back, f, 2 * gpixel * c * c, 8 * gpixel * c);
    bench_drop(b);
}

static void poolings(Bench *b, int c, int h, int w, PoolKind kind)
{
    DpsFigure f = { .planes_in = c, .planes_out = c, .width = w, .height = h };
    double gbyte = 4e-9 * c * h * w;

    b->pool = (PoolShape) { kind, 2, 2, 0 };
    b->x = bench_tensor(b, c, h, w, 0, 1);
    b->y = bench_zeros(b, c, h / 2, w / 2);
    b->dx = bench_zeros(b, c, h, w);
    b->dy = bench_tensor(b, c, h / 2, w / 2, 0, 1);
    f.operation = kind == POOL_MAX ? DPS_OPERATION_MAX_POOLING : DPS_OPERATION_AVERAGE_POOLING;
    measure(b, pool, f, 0, 1.25 * gbyte);
    f.operation++;
    measure(b, pool_back, f, 0, kind == POOL_MAX ? 2.25 * gbyte : 1.25 * gbyte);
    bench_drop(b);
}

/* One convolution of each shape. */
static void vgg(Bench *b, int h, int w)
{
    int cin = 3;

    for (int level = 0; level < BENCHMARK_VGG_LEVELS; level++) {
        int cout = benchmark_vgg_planes[level];
        if (level > 0 && (h < 2 || w < 2))
            return;
        convolutions(b, cin, cout, h, w);
        if (level < BENCHMARK_VGG_LEVELS - 1 || cin != cout)
            convolutions(b, cout, cout, h, w);
        grams(b, cout, h, w);
        if (level < BENCHMARK_VGG_LEVELS - 1 && h > 1 && w > 1)
            poolings(b, cout, h, w, POOL_MAX);
        cin = cout;
        h /= 2;
        w /= 2;
    }
}

/* The matting Laplacian of a photo, and the preconditioner as a transfer has it. */
static void make_operator(Bench *b, int h, int w)
{
    double *stats = malloc(9 * (size_t) h * (size_t) w * sizeof *stats);
    DpsOptions defaults;
    DpsImage photo = { 0 };
    Schedule s;

    dps_options_default(&defaults);
    if (!b->status)
        b->status = options_schedule(&defaults, w, &s, b->m->message);
    if (b->status) {
        free(stats);
        return;
    }
    const ObjectiveOptions *o = &s.level[s.levels - 1].objective;
    b->preconditioner = s.level[s.levels - 1].minimiser.preconditioner;
    if (stats && benchmark_photo(w, h, 0, &photo) &&
        matting_stats(&photo, o->window_radius, o->eps > 0 ? o->eps : MATTING_EPS, &b->m->work,
                      stats))
        b->linop = b->be->matting(b->dev, h, w, o->window_radius, photo.data, stats);
    if (!b->linop)
        b->status = DPS_NO_MEMORY;
    dps_image_clear(&photo);
    free(stats);
}

/* Bytes are what has to be read and written, operation by operation: for windows of 3 x 3, the
 * Laplacian's 12 distinct weights of a pixel beside its colours.  A device that keeps some of it in
 * its caches shows more than it really moves. */
static void pictures(Bench *b, int h, int w)
{
    DpsFigure f = { .planes_in = 3, .planes_out = 3, .width = w, .height = h };
    double plane = 4e-9 * h * w;

    make_operator(b, h, w);
    b->x = bench_tensor(b, 3, h, w, -1, 1);
    b->y = bench_zeros(b, 3, h, w);
    b->dx = bench_zeros(b, 3, h, w);
    for (int i = 0; i < BENCH_VECTORS; i++) {
        b->v[i] = bench_tensor(b, 3, h, w, -1, 1);
        b->a[i] = 0.01 * (i + 1);
    }
    for (int i = 0; i < 3; i++)
        b->scratch[i] = bench_zeros(b, 3, h, w);
    f.operation = DPS_OPERATION_MATTING;
    measure(b, apply, f, 0, 18 * plane);
    f.operation = DPS_OPERATION_PRECONDITIONER;
    f.count = b->preconditioner.steps;
    measure(b, precondition, f, 0, (f.count - 1) * 24 * plane);
    f.count = BENCH_VECTORS;
    f.operation = DPS_OPERATION_DOTS;
    measure(b, dots, f, 0, 3 * plane * (BENCH_VECTORS + 1));
    f.operation = DPS_OPERATION_COMBINATION;
    measure(b, combine, f, 0, 3 * plane * (BENCH_VECTORS + 1));
    f.count = 0;
    f.operation = DPS_OPERATION_DIFFERENCE;
    measure(b, difference, f, 0, 9 * plane);
    for (int i = 0; i < BENCH_VECTORS; i++)
        b->be->drop(b->v[i]);
    for (int i = 0; i < 3; i++)
        b->be->drop(b->scratch[i]);
    b->be->linop_drop(b->linop);
    bench_drop(b);
}

DpsStatus benchmark_operations(Benchmark *m)
{
    Bench b = { .m = m, .be = m->be, .dev = benchmark_open(m), .random = { 1 } };
    int w = m->b.width ? m->b.width : WIDTH, h = m->b.width ? m->b.height : HEIGHT;

    if (!b.dev)
        return DPS_NO_MEMORY;
    bench_ceilings(&b);
    vgg(&b, h, w);
    poolings(&b, 3, h, w, POOL_AVERAGE);
    pictures(&b, h, w);
    b.status = device_reason(b.dev, b.status);
    b.be->close(b.dev);
    return b.status;
}
