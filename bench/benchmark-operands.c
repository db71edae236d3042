/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "benchmark-operations.h"

#include <math.h>
#include <stdlib.h>

#define WAIT_COUNTS 0.001 /* seconds: a device's answer takes a hundredth of it */

static float *noise(Bench *b, size_t n, float lo, float hi)
{
    float *v = b->status ? NULL : malloc(n * sizeof *v);

    for (size_t i = 0; v && i < n; i++)
        v[i] = lo + (hi - lo) * (float) (random_bits(&b->random) >> 40) / (float) (1 << 24);
    if (!v && !b->status)
        b->status = DPS_NO_MEMORY;
    return v;
}

Tensor *bench_zeros(Bench *b, int c, int h, int w)
{
    Tensor *t = b->status ? NULL : b->be->tensor(b->dev, c, h, w);

    if (!t && !b->status)
        b->status = DPS_NO_MEMORY;
    return t;
}

Tensor *bench_tensor(Bench *b, int c, int h, int w, float lo, float hi)
{
    Tensor *t = bench_zeros(b, c, h, w);
    float *v = t ? noise(b, (size_t) c * (size_t) h * (size_t) w, lo, hi) : NULL;

    if (v)
        b->be->upload(t, v);
    free(v);
    return t;
}

Conv *bench_conv(Bench *b, int cin, int cout, int k)
{
    const ConvShape s = { .cin = cin, .cout = cout, .k = k, .stride = 1, .pad = k / 2 };
    float scale = 1 / sqrtf((float) (cin * k * k));
    float *weight = noise(b, (size_t) cin * (size_t) (cout * k * k), -scale, scale);
    float *bias = noise(b, (size_t) cout, -0.1f, 0.1f);
    Conv *c = weight && bias ? b->be->conv_new(b->dev, &s, weight, bias) : NULL;

    free(weight);
    free(bias);
    if (!c && !b->status)
        b->status = DPS_NO_MEMORY;
    return c;
}

void bench_drop(Bench *b)
{
    Tensor **t[] = { &b->x, &b->y, &b->dx, &b->dy };

    for (int i = 0; i < 4; i++) {
        b->be->drop(*t[i]);
        *t[i] = NULL;
    }
    b->be->conv_drop(b->conv);
    b->be->masks_drop(b->masks);
    b->conv = NULL;
    b->masks = NULL;
}

void bench_convolve(Bench *b)
{
    b->be->conv(b->y, b->conv, b->x);
}

/* The seconds of `count` calls and of waiting for them. */
static double time_of(Bench *b, Operation *op, int count)
{
    double begun = benchmark_now(), slot;

    if (b->status)
        return 0;
    for (int i = 0; i < count; i++)
        op(b);
    b->status = b->be->read(b->dev, 0, 1, &slot);
    return benchmark_now() - begun;
}

double bench_time(Bench *b, Operation *op, double seconds)
{
    double best = INFINITY, took = b->status ? 0 : time_of(b, op, 1), begun = benchmark_now();
    int count = 1;

    for (int i = 0; !b->status && (i < 1 || benchmark_now() < begun + seconds); i++) {
        took = time_of(b, op, count);
        best = fmin(best, took / count);
        if (took < WAIT_COUNTS)
            count *= 2;
    }
    return b->status ? INFINITY : best;
}
