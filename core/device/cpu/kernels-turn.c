/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels-simd.h"

/* Lane i of the result is lane m[i] of a followed by b. */
INLINE Vec mix(Vec a, Vec b, Mask m)
{
#if defined(__GNUC__) && !defined(__clang__)
    return __builtin_shuffle(a, b, m);
#else
    Vec v = a;

    for (int i = 0; i < LANES; i++)
        v[i] = m[i] < LANES ? a[m[i]] : b[m[i] - LANES];
    return v;
#endif
}

/* LANES x LANES numbers, turned: 4 x 4 blocks within the quarters of four rows each, then the
 * quarters themselves. */
INLINE void turn(Vec v[LANES])
{
    Mask low1 = { 0 }, low2 = { 0 };

#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) {
        low1[i] = (i & ~3) + (i & 3) / 2 + (i & 1) * LANES;
        low2[i] = (i & ~3) + (i & 1) + (i & 2) / 2 * LANES;
    }
#pragma GCC unroll 4
    for (int r = 0; r < LANES; r += 4) {
        Vec t0 = mix(v[r], v[r + 1], low1);
        Vec t1 = mix(v[r], v[r + 1], low1 + 2);
        Vec t2 = mix(v[r + 2], v[r + 3], low1);
        Vec t3 = mix(v[r + 2], v[r + 3], low1 + 2);
        v[r] = mix(t0, t2, low2);
        v[r + 1] = mix(t0, t2, low2 + 2);
        v[r + 2] = mix(t1, t3, low2);
        v[r + 3] = mix(t1, t3, low2 + 2);
    }
#pragma GCC unroll 2
    for (int d = 4; d < LANES; d *= 2) {
        Mask low = { 0 }, high = { 0 };
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++) {
            low[i] = i & d ? LANES + i - d : i;
            high[i] = i & d ? LANES + i : i + d;
        }
#pragma GCC unroll 16
        for (int k = 0; k < LANES / 2; k++) {
            int r = k / d * 2 * d + k % d;
            Vec t = mix(v[r], v[r + d], low);
            v[r + d] = mix(v[r], v[r + d], high);
            v[r] = t;
        }
    }
}

void KERNEL(rectified_planes)(float *to, size_t plane, const float *dy, size_t dy_step,
                              const float *y, size_t y_step, int pixels, int channels)
{
    int i = 0, whole = channels - channels % LANES;

    for (; i + LANES <= pixels; i += LANES)
        for (int c = 0; c < whole; c += LANES) {
            Vec v[LANES];
#pragma GCC unroll 16
            for (int k = 0; k < LANES; k++)
                v[k] = where_positive(load(y + (i + k) * y_step + c),
                                      load(dy + (i + k) * dy_step + c));
            turn(v);
#pragma GCC unroll 16
            for (int k = 0; k < LANES; k++)
                store(to + (c + k) * plane + i, v[k]);
        }
    for (int p = 0; p < pixels; p++)
        for (int c = p < i ? whole : 0; c < channels; c++)
            to[c * plane + p] = y[p * y_step + c] > 0 ? dy[p * dy_step + c] : 0;
}
