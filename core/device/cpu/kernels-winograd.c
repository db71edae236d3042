/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels-simd.h"

/* B' d, of six numbers. */
INLINE void into_six(Vec *to, int step, const Vec *d)
{
    Vec even = d[4] - all(4) * d[2], odd = d[3] - all(4) * d[1];
    Vec low = d[4] - d[2], high = all(2) * (d[3] - d[1]);

    to[0] = all(4) * (d[0] - d[2]) + low;
    to[step] = even + odd;
    to[2 * step] = even - odd;
    to[3 * step] = low + high;
    to[4 * step] = low - high;
    to[5 * step] = all(4) * (d[1] - d[3]) + d[5] - d[3];
}

/* A' m, of six numbers. */
INLINE void into_four(Vec *to, const Vec *m)
{
    Vec sum1 = m[1] + m[2], difference1 = m[1] - m[2];
    Vec sum2 = m[3] + m[4], difference2 = m[3] - m[4];

    to[0] = m[0] + sum1 + sum2;
    to[1] = difference1 + all(2) * difference2;
    to[2] = sum1 + all(4) * sum2;
    to[3] = difference1 + all(8) * difference2 + m[5];
}

void KERNEL(winograd_input)(float *to, size_t next, const float *const *pixel,
                            const float *const *gate, int channels)
{
    for (int c = 0; c < channels; c += LANES) {
        Vec t[WINOGRAD_IN][WINOGRAD_IN], d[WINOGRAD_IN];
#pragma GCC unroll 6
        for (int i = 0; i < WINOGRAD_IN; i++) {
#pragma GCC unroll 6
            for (int j = 0; j < WINOGRAD_IN; j++) {
                d[j] = load(pixel[i * WINOGRAD_IN + j] + c);
                if (gate)
                    d[j] = where_positive(load(gate[i * WINOGRAD_IN + j] + c), d[j]);
            }
            into_six(&t[0][i], WINOGRAD_IN, d);
        }
#pragma GCC unroll 6
        for (int j = 0; j < WINOGRAD_IN; j++) {
            into_six(d, 1, t[j]);
#pragma GCC unroll 6
            for (int i = 0; i < WINOGRAD_IN; i++)
                store(to + (i * WINOGRAD_IN + j) * next + c, d[i]);
        }
    }
}

void KERNEL(winograd_output)(float *const *pixel, const float *from, size_t next, const float *bias,
                             bool relu, bool add, int channels)
{
    for (int c = 0; c < channels; c += LANES) {
        Vec t[WINOGRAD_OUT][WINOGRAD_IN], m[WINOGRAD_IN], b = bias ? load(bias + c) : (Vec) { 0 };
#pragma GCC unroll 6
        for (int j = 0; j < WINOGRAD_IN; j++) {
            Vec column[WINOGRAD_OUT];
#pragma GCC unroll 6
            for (int i = 0; i < WINOGRAD_IN; i++)
                m[i] = load(from + (i * WINOGRAD_IN + j) * next + c);
            into_four(column, m);
#pragma GCC unroll 4
            for (int i = 0; i < WINOGRAD_OUT; i++)
                t[i][j] = column[i];
        }
#pragma GCC unroll 4
        for (int i = 0; i < WINOGRAD_OUT; i++) {
            Vec row[WINOGRAD_OUT];
            into_four(row, t[i]);
#pragma GCC unroll 4
            for (int j = 0; j < WINOGRAD_OUT; j++) {
                float *to = pixel[i * WINOGRAD_OUT + j];
                if (!to)
                    continue;
                Vec v = row[j] + b;
                if (add)
                    v += load(to + c);
                store(to + c, relu ? rectify(v) : v);
            }
        }
    }
}
