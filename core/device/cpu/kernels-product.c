/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels-simd.h"

#define TILE_ROWS PRODUCT_ROWS

/* A row of a tile that is not as wide as the panel goes through a buffer. */
static void finish_narrow(const Product *p, float *c, const float *sum, int columns)
{
    for (int j = 0; j < columns; j++) {
        float v = sum[j] + (p->add ? c[j] : 0);
        c[j] = p->relu && !(v > 0) ? 0 : v;
    }
}

/* R rows of the product with one panel, or with W = 1 its first half: their sums stay in registers. */
INLINE void tile(const Product *p, const float *a, const float *b, const float *bias, float *c,
                 int columns, const bool PICK, const int W, const int R)
{
    Vec s0[TILE_ROWS], s1[TILE_ROWS], b0 = { 0 }, b1 = { 0 };
    const int *offset = p->offset;
    size_t a_row = p->a_row, b_row = p->b_row, c_row = p->c_row;

    if (bias) {
        b0 = load(bias);
        b1 = W > 1 ? load(bias + LANES) : b0;
    }
#pragma GCC unroll 6
    for (int r = 0; r < R; r++) {
        s0[r] = b0;
        s1[r] = b1;
    }
    for (const int *end = offset + p->depth; offset < end; offset++) {
        const float *ak = a + *offset, *bk = PICK ? b + *offset * b_row : b;
        b += PICK ? 0 : b_row;
        b0 = load(bk);
        b1 = W > 1 ? load(bk + LANES) : b0;
#pragma GCC unroll 6
        for (int r = 0; r < R; r++) {
            Vec v = all(ak[r * a_row]);
            s0[r] += v * b0;
            if (W > 1)
                s1[r] += v * b1;
        }
    }
    if (columns < W * LANES) {
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
            if (W > 1)
                s1[r] += load(c + r * c_row + LANES);
        }
    if (p->relu)
#pragma GCC unroll 6
        for (int r = 0; r < R; r++) {
            s0[r] = rectify(s0[r]);
            s1[r] = rectify(s1[r]);
        }
    if (p->past) {
#pragma GCC unroll 6
        for (int r = 0; r < R; r++) {
            store_past(c + r * c_row, s0[r]);
            if (W > 1)
                store_past(c + r * c_row + LANES, s1[r]);
        }
        return;
    }
#pragma GCC unroll 6
    for (int r = 0; r < R; r++) {
        store(c + r * c_row, s0[r]);
        if (W > 1)
            store(c + r * c_row + LANES, s1[r]);
    }
}

/* R rows with every panel. */
INLINE void band(const Product *p, const float *a, float *c, const bool PICK, const int R)
{
    const float *b = p->b, *bias = p->bias;

    for (int j = 0; j < p->columns; j += COLUMNS, b += p->b_panel)
        if (p->columns - j > LANES)
            tile(p, a, b, bias ? bias + j : NULL, c + j, p->columns - j, PICK, 2, R);
        else
            tile(p, a, b, bias ? bias + j : NULL, c + j, p->columns - j, PICK, 1, R);
}

INLINE void bands(const Product *p, const bool PICK)
{
    const float *a = p->a;
    float *c = p->c;

    for (int left = p->rows, n; left > 0; left -= n, a += n * p->a_row, c += n * p->c_row) {
        n = left >= 10 || left == 6 ? 6 : left > 6 ? 4 : left;
        switch (n) {
        case 6:
            band(p, a, c, PICK, 6);
            break;
        case 5:
            band(p, a, c, PICK, 5);
            break;
        case 4:
            band(p, a, c, PICK, 4);
            break;
        case 3:
            band(p, a, c, PICK, 3);
            break;
        case 2:
            band(p, a, c, PICK, 2);
            break;
        default:
            band(p, a, c, PICK, 1);
        }
    }
}

/* Bands of 6 rows; the last ones are lower, but not lower than they must be. */
void KERNEL(product)(const Product *p)
{
    if (p->pick)
        bands(p, true);
    else
        bands(p, false);
    if (p->past)
        settle();
}
