/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels-simd.h"

#define TILE_ROWS 6

/* A row of a tile that is not as wide as the panel goes through a buffer. */
static void finish_narrow(const Product *p, float *c, const float *sum, int columns)
{
    for (int j = 0; j < columns; j++) {
        float v = sum[j] + (p->add ? c[j] : 0);
        c[j] = p->relu && !(v > 0) ? 0 : v;
    }
}

/* R rows of the product with one panel: their sums stay in registers. */
INLINE void tile(const Product *p, const float *a, const float *b, const float *bias, float *c,
                 int columns, const int R)
{
    Vec s0[TILE_ROWS], s1[TILE_ROWS], b0 = { 0 }, b1 = { 0 };
    const int *offset = p->offset;
    size_t a_row = p->a_row, b_row = p->b_row, c_row = p->c_row;

    if (bias) {
        b0 = load(bias);
        b1 = load(bias + LANES);
    }
#pragma GCC unroll 6
    for (int r = 0; r < R; r++) {
        s0[r] = b0;
        s1[r] = b1;
    }
    for (const int *end = offset + p->depth; offset < end; offset++, b += b_row) {
        const float *ak = a + *offset;
        b0 = load(b);
        b1 = load(b + LANES);
#pragma GCC unroll 6
        for (int r = 0; r < R; r++) {
            Vec v = all(ak[r * a_row]);
            s0[r] += v * b0;
            s1[r] += v * b1;
        }
    }
    if (columns < COLUMNS) {
#pragma GCC unroll 6
        for (int r = 0; r < R; r++) {
            float row[COLUMNS];
            store(row, s0[r]);
            store(row + LANES, s1[r]);
            finish_narrow(p, c + r * c_row, row, columns);
        }
        return;
    }
    if (p->add)
#pragma GCC unroll 6
        for (int r = 0; r < R; r++) {
            s0[r] += load(c + r * c_row);
            s1[r] += load(c + r * c_row + LANES);
        }
    if (p->relu)
#pragma GCC unroll 6
        for (int r = 0; r < R; r++) {
            s0[r] = where_positive(s0[r], s0[r]);
            s1[r] = where_positive(s1[r], s1[r]);
        }
    if (p->past) {
#pragma GCC unroll 6
        for (int r = 0; r < R; r++) {
            store_past(c + r * c_row, s0[r]);
            store_past(c + r * c_row + LANES, s1[r]);
        }
        return;
    }
#pragma GCC unroll 6
    for (int r = 0; r < R; r++) {
        store(c + r * c_row, s0[r]);
        store(c + r * c_row + LANES, s1[r]);
    }
}

/* R rows with every panel. */
INLINE void band(const Product *p, const float *a, float *c, const int R)
{
    const float *b = p->b, *bias = p->bias;

    for (int j = 0; j < p->columns; j += COLUMNS, b += p->b_panel) {
        tile(p, a, b, bias ? bias + j : NULL, c + j, p->columns - j, R);
    }
}

/* Bands of 6 rows; the last ones are lower, but not lower than they must be. */
void KERNEL(product)(const Product *p)
{
    const float *a = p->a;
    float *c = p->c;

    for (int left = p->rows, n; left > 0; left -= n, a += n * p->a_row, c += n * p->c_row) {
        n = left >= 10 || left == 6 ? 6 : left > 6 ? 4 : left;
        switch (n) {
        case 6:
            band(p, a, c, 6);
            break;
        case 5:
            band(p, a, c, 5);
            break;
        case 4:
            band(p, a, c, 4);
            break;
        case 3:
            band(p, a, c, 3);
            break;
        case 2:
            band(p, a, c, 2);
            break;
        default:
            band(p, a, c, 1);
        }
    }
    if (p->past)
        settle();
}
