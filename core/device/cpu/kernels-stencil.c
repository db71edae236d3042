/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels-simd.h"

/* Offset (dy, dx) of pair o: right of the pixel, and in the two rows below it. */
static const int pair_dy[STENCIL_PAIRS] = { 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2 };
static const int pair_dx[STENCIL_PAIRS] = { 1, 2, -2, -1, 0, 1, 2, -2, -1, 0, 1, 2 };

/* The weights of pair o for the pixel's own use, and as the pixel below uses them. */
INLINE const float *up_weight(const StencilRow *r, int o)
{
    return r->weight[2] + o * STENCIL_STRIDE;
}

INLINE const float *down_weight(const StencilRow *r, int o)
{
    return r->weight[2 - pair_dy[o]] + o * STENCIL_STRIDE - pair_dx[o];
}

static void stencil_pixel(const StencilRow *r, int c, int j)
{
    int at = c * STENCIL_STRIDE + j;
    float x = r->x[2][at], sum = 0;

    for (int o = 0; o < STENCIL_PAIRS; o++) {
        int dy = pair_dy[o], dx = pair_dx[o];
        sum += up_weight(r, o)[j] * (r->x[2 + dy][at + dx] - x);
        sum += down_weight(r, o)[j] * (r->x[2 - dy][at - dx] - x);
    }
    if (r->before)
        sum = x + r->momentum * (x - r->before[c * r->before_plane + j]) +
              r->rate * (r->rhs[c * r->rhs_plane + j] - sum - r->shift * x);
    r->y[c * r->y_plane + j] = sum;
}

/* P planes from c on together: the weights are read once for all of them. */
INLINE void stencil_vector(const StencilRow *r, size_t c, size_t j, const int P)
{
    const float *row[5], *weight[3];
    Vec x[3], up_sum[3], down_sum[3];

#pragma GCC unroll 5
    for (int u = 0; u < 5; u++)
        row[u] = r->x[u] + c * STENCIL_STRIDE + j;
#pragma GCC unroll 3
    for (int u = 0; u < 3; u++)
        weight[u] = r->weight[u] + j;
#pragma GCC unroll 3
    for (int p = 0; p < P; p++) {
        x[p] = load(row[2] + p * STENCIL_STRIDE);
        up_sum[p] = down_sum[p] = (Vec){ 0 };
    }
#pragma GCC unroll 12
    for (int o = 0; o < STENCIL_PAIRS; o++) {
        int dy = pair_dy[o], dx = pair_dx[o];
        Vec up = load(weight[2] + o * STENCIL_STRIDE);
        Vec down = load(weight[2 - dy] + o * STENCIL_STRIDE - dx);
#pragma GCC unroll 3
        for (int p = 0; p < P; p++) {
            up_sum[p] += up * (load(row[2 + dy] + p * STENCIL_STRIDE + dx) - x[p]);
            down_sum[p] += down * (load(row[2 - dy] + p * STENCIL_STRIDE - dx) - x[p]);
        }
    }
#pragma GCC unroll 3
    for (int p = 0; p < P; p++) {
        Vec v = up_sum[p] + down_sum[p];
        if (r->before)
            v = x[p] + all(r->momentum) * (x[p] - load(r->before + (c + p) * r->before_plane + j)) +
                all(r->rate) *
                    (load(r->rhs + (c + p) * r->rhs_plane + j) - v - all(r->shift) * x[p]);
        store(r->y + (c + p) * r->y_plane + j, v);
    }
}

/* The last vector overlaps the one before it, so y must not be among what is read. */
INLINE void stencil_planes(const StencilRow *row, int c, int columns, const int P)
{
    const StencilRow own = *row, *r = &own; /* which no store can change */

    for (int j = 0; j < columns; j += LANES)
        stencil_vector(r, c, j + LANES > columns ? columns - LANES : j, P);
}

void KERNEL(stencil_row)(const StencilRow *r, int columns)
{
    for (int c = 0, planes; c < r->planes; c += planes) {
        planes = r->planes - c >= 3 ? 3 : 1;
        if (columns < LANES)
            for (int p = 0; p < planes; p++)
                for (int j = 0; j < columns; j++)
                    stencil_pixel(r, c + p, j);
        else if (planes == 3)
            stencil_planes(r, c, columns, 3);
        else
            stencil_planes(r, c, columns, 1);
    }
}
