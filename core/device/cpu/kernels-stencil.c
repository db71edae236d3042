/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels-simd.h"

/* Offset (dy, dx) of pair o: right of the pixel, and in the two rows below it. */
static const int pair_dy[STENCIL_PAIRS] = { 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2 };
static const int pair_dx[STENCIL_PAIRS] = { 1, 2, -2, -1, 0, 1, 2, -2, -1, 0, 1, 2 };

/* The weights of pair o for the pixel's own use, and as the pixel below uses them. */
INLINE const float *up_weight(const StencilRow *r, int o)
{
    return r->weight[2] + o * r->weight_stride;
}

INLINE const float *down_weight(const StencilRow *r, int o)
{
    return r->weight[2 - pair_dy[o]] + o * r->weight_stride - pair_dx[o];
}

/* What stands before is loaded before what stands after: left to itself, the compiler loads everything at
 * once, into more registers than there are. */
INLINE void in_order(void)
{
    __asm__ volatile("" ::: "memory");
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
    const float *row[5], *up[3];
    size_t stride = r->weight_stride;
    Vec x[3], sum[3];

#pragma GCC unroll 5
    for (int u = 0; u < 5; u++)
        row[u] = r->x[u] + c * STENCIL_STRIDE + j;
#pragma GCC unroll 3
    for (int u = 0; u < 3; u++)
        up[u] = r->weight[u] + j;
#pragma GCC unroll 3
    for (int p = 0; p < P; p++) {
        x[p] = load(row[2] + p * STENCIL_STRIDE);
        sum[p] = (Vec){ 0 };
    }
#pragma GCC unroll 12
    for (int o = 0; o < STENCIL_PAIRS; o++) {
        int dy = pair_dy[o], dx = pair_dx[o];
        Vec a = load(up[2]), b = load(up[2 - dy] - dx);
#pragma GCC unroll 3
        for (int p = 0; p < P; p++) {
            sum[p] += a * (load(row[2 + dy] + p * STENCIL_STRIDE + dx) - x[p]);
            sum[p] += b * (load(row[2 - dy] + p * STENCIL_STRIDE - dx) - x[p]);
        }
#pragma GCC unroll 3
        for (int u = 0; u < 3; u++)
            up[u] += stride;
        in_order();
    }
#pragma GCC unroll 3
    for (int p = 0; p < P; p++)
        store(r->y + (c + p) * r->y_plane + j, sum[p]);
}

/* The same of a Chebyshev step. */
INLINE void step_vector(const StencilRow *r, size_t c, size_t j, const int P)
{
    const float *row[5], *up[3];
    size_t stride = r->weight_stride;
    Vec sum[3], other[3];

#pragma GCC unroll 5
    for (int u = 0; u < 5; u++)
        row[u] = r->x[u] + c * STENCIL_STRIDE + j;
#pragma GCC unroll 3
    for (int u = 0; u < 3; u++)
        up[u] = r->weight[u] + j;
#pragma GCC unroll 3
    for (int p = 0; p < P; p++) {
        sum[p] = load(r->rhs + (c + p) * r->rhs_plane + j);
        other[p] = (Vec){ 0 };
    }
#pragma GCC unroll 12
    for (int o = 0; o < STENCIL_PAIRS; o++) {
        int dy = pair_dy[o], dx = pair_dx[o];
        Vec a = load(up[2]), b = load(up[2 - dy] - dx);
#pragma GCC unroll 3
        for (int p = 0; p < P; p++) {
            sum[p] -= a * load(row[2 + dy] + p * STENCIL_STRIDE + dx);
            other[p] -= b * load(row[2 - dy] + p * STENCIL_STRIDE - dx);
        }
#pragma GCC unroll 3
        for (int u = 0; u < 3; u++)
            up[u] += stride;
        in_order();
    }
    Vec own = all(1 + r->momentum - r->rate * r->shift) + all(r->rate) * load(up[2]);
#pragma GCC unroll 3
    for (int p = 0; p < P; p++) {
        Vec v = own * load(row[2] + p * STENCIL_STRIDE) -
                all(r->momentum) * load(r->before + (c + p) * r->before_plane + j);
        store(r->y + (c + p) * r->y_plane + j, v + all(r->rate) * (sum[p] + other[p]));
    }
}

/* The last vector overlaps the one before it, so y must not be among what is read. */
INLINE void stencil_planes(const StencilRow *row, int c, int columns, const int P)
{
    const StencilRow own = *row, *r = &own; /* which no store can change */

    for (int j = 0; j < columns; j += LANES) {
        int at = j + LANES > columns ? columns - LANES : j;
        if (own.before)
            step_vector(r, c, at, P);
        else
            stencil_vector(r, c, at, P);
    }
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
