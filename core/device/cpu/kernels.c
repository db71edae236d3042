/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels-simd.h"

#include <stdint.h>

#define TEXT_(name) #name
#define TEXT(name) TEXT_(name)

static void rectified(float *to, const float *dy, const float *y, size_t n)
{
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        store(to + i, where_positive(load(y + i), load(dy + i)));
    for (; i < n; i++)
        to[i] = y[i] > 0 ? dy[i] : 0;
}

/* Bit i is set where lane i is not 0. */
INLINE unsigned lanes_used(Mask v)
{
    Mask used = v != (Mask){ 0 };
#if LANES == 16 && defined(__AVX512DQ__)
    return (unsigned short) __builtin_ia32_cvtd2mask512(used);
#elif LANES == 8 && defined(__AVX__)
    return (unsigned) __builtin_ia32_movmskps256((Vec) used);
#else
    unsigned bits = 0;

    for (int i = 0; i < LANES; i++)
        bits |= (unsigned) (used[i] & 1) << i;
    return bits;
#endif
}

static int columns_used(int *column, const float *x, size_t step, int rows, int n)
{
    int used = 0, i = 0;

    for (int first = 0; i + LANES <= n; first = i) {
        uint64_t bits = 0; /* of 64 columns */
        for (; i < first + 64 && i + LANES <= n; i += LANES) {
            Mask any = (Mask) load(x + i);
            for (int r = 1; r < rows; r++)
                any |= (Mask) load(x + r * step + i);
            bits |= (uint64_t) lanes_used(any) << (i - first);
        }
        for (; bits; bits &= bits - 1)
            column[used++] = first + __builtin_ctzll(bits);
    }
    for (; i < n; i++) {
        bool any = false;
        for (int r = 0; r < rows; r++)
            any = any || x[r * step + i] != 0;
        column[used] = i;
        used += any;
    }
    return used;
}

INLINE double sum_of(Vec v)
{
    double sum = 0;

    for (int i = 0; i < LANES; i++)
        sum += v[i];
    return sum;
}

/* Blocks are short enough for float lanes. */
static double dot(const float *x, const float *y, size_t n)
{
    Vec s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 };
    size_t i = 0;

    for (; i + 4 * LANES <= n; i += 4 * LANES) {
        s0 += load(x + i) * load(y + i);
        s1 += load(x + i + LANES) * load(y + i + LANES);
        s2 += load(x + i + 2 * LANES) * load(y + i + 2 * LANES);
        s3 += load(x + i + 3 * LANES) * load(y + i + 3 * LANES);
    }
    double sum = sum_of(s0) + sum_of(s1) + sum_of(s2) + sum_of(s3);
    for (; i < n; i++)
        sum += (double) x[i] * y[i];
    return sum;
}

static void combine4(float *y, const float *a, const float *const *x, size_t n)
{
    const float *x0 = x[0], *x1 = x[1], *x2 = x[2], *x3 = x[3];
    Vec a0 = all(a[0]), a1 = all(a[1]), a2 = all(a[2]), a3 = all(a[3]);
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        store(y + i, load(y + i) + a0 * load(x0 + i) + a1 * load(x1 + i) + a2 * load(x2 + i) +
                         a3 * load(x3 + i));
    for (; i < n; i++)
        y[i] += a[0] * x0[i] + a[1] * x1[i] + a[2] * x2[i] + a[3] * x3[i];
}

static void scale(float *y, float a, const float *x, size_t n)
{
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        store(y + i, all(a) * load(x + i));
    for (; i < n; i++)
        y[i] = a * x[i];
}

static void add(float *y, const float *x, size_t n)
{
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        store(y + i, load(y + i) + load(x + i));
    for (; i < n; i++)
        y[i] += x[i];
}

static void largest(float *y, const float *x, size_t n)
{
    size_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        Vec a = load(y + i), b = load(x + i);
        store(y + i, a + where_positive(b - a, b - a));
    }
    for (; i < n; i++)
        y[i] = x[i] > y[i] ? x[i] : y[i];
}

static void largest_back(float *const *dx, const float *dy, const float *const *x, int count,
                         bool also, size_t n)
{
    size_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        Vec best = load(x[0] + i), left = load(dy + i);
        for (int k = 1; k < count; k++) {
            Vec d = load(x[k] + i) - best;
            Mask more = d > (Vec){ 0 };
            best = (Vec) ((more & (Mask) load(x[k] + i)) | (~more & (Mask) best));
        }
        for (int k = 0; k < count; k++) {
            Mask here = load(x[k] + i) == best;
            Vec v = (Vec) ((Mask) left & here);
            left = (Vec) ((Mask) left & ~here);
            store(dx[k] + i, also ? load(dx[k] + i) + v : v);
        }
    }
    for (; i < n; i++) {
        int best = 0;
        for (int k = 1; k < count; k++)
            best = x[k][i] > x[best][i] ? k : best;
        for (int k = 0; k < count; k++)
            dx[k][i] = (k == best ? dy[i] : 0) + (also ? dx[k][i] : 0);
    }
}

static double difference(float *dx, float w, const float *x, const float *t, bool also, size_t n)
{
    Vec sum = { 0 }, one = all(1), zero = { 0 };
    double rest = 0;
    size_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        Vec v = load(x + i), d;
        if (t)
            d = v - load(t + i);
        else
            d = where_positive(zero - v, v) + where_positive(v - one, v - one);
        sum += d * d;
        store(dx + i, also ? load(dx + i) + all(w) * d : all(w) * d);
    }
    for (; i < n; i++) {
        float v = x[i], d = t ? v - t[i] : v < 0 ? v : v > 1 ? v - 1 : 0;
        rest += (double) d * d;
        dx[i] = w * d + (also ? dx[i] : 0);
    }
    return sum_of(sum) + rest;
}

static double difference_rows(float *dx, float w, const float *x, size_t step, const float *t,
                              size_t t_step, int rows, int n)
{
    Vec sum = { 0 };
    double rest = 0;

    for (int r = 0; r < rows; r++, dx += step, x += step, t += t_step) {
        int i = 0;
        for (; i + LANES <= n; i += LANES) {
            Vec d = load(x + i) - load(t + i);
            sum += d * d;
            store(dx + i, load(dx + i) + all(w) * d);
        }
        for (; i < n; i++) {
            float d = x[i] - t[i];
            rest += (double) d * d;
            dx[i] += w * d;
        }
    }
    return sum_of(sum) + rest;
}

const Kernels KERNEL(kernels) = {
    .name = TEXT(KERNELS),
    .lanes = LANES,
    .columns = COLUMNS,
    .product = KERNEL(product),
    .stencil_row = KERNEL(stencil_row),
    .rectified_planes = KERNEL(rectified_planes),
    .rectified = rectified,
    .winograd_input = KERNEL(winograd_input),
    .winograd_output = KERNEL(winograd_output),
    .columns_used = columns_used,
    .dot = dot,
    .combine4 = combine4,
    .scale = scale,
    .add = add,
    .largest = largest,
    .largest_back = largest_back,
    .difference = difference,
    .difference_rows = difference_rows,
};
