/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Compiled once per kind of processor, with KERNELS naming the table and LANES the floats that
 * fit one register.  Vectors are GCC's: the same source serves every instruction set. */
#include "kernels.h"

typedef float Vec __attribute__((vector_size(4 * LANES)));
typedef int Mask __attribute__((vector_size(4 * LANES)));
typedef float Loose __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE Vec load(const float *p)
{
    return *(const Loose *) p;
}

INLINE void store(float *p, Vec v)
{
    *(Loose *) p = v;
}

/* Past the caches, where the processor can. */
INLINE void store_past(float *p, Vec v)
{
#if LANES == 16 && defined(__AVX512F__)
    __builtin_ia32_movntps512(p, v);
#elif LANES == 8 && defined(__AVX__)
    __builtin_ia32_movntps256(p, v);
#elif LANES == 4 && defined(__SSE__)
    __builtin_ia32_movntps(p, v);
#else
    store(p, v);
#endif
}

/* What was written past the caches is there for other threads. */
INLINE void settle(void)
{
#ifdef __SSE__
    __builtin_ia32_sfence();
#endif
}

INLINE Vec all(float v)
{
    return v - (Vec){ 0 };
}

/* What of v stands where m is positive. */
INLINE Vec where_positive(Vec m, Vec v)
{
    return (Vec) ((Mask) v & (m > (Vec){ 0 }));
}

/* ----------------------------------------------------------------------- products */

#define TILE_ROWS 6
#define COLUMNS (2 * LANES)

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
static void product(const Product *p)
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

/* ------------------------------------------------------------------------ stencil */

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
                all(r->rate) * (load(r->rhs + (c + p) * r->rhs_plane + j) - v - all(r->shift) * x[p]);
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

static void stencil_row(const StencilRow *r, int columns)
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

/* ----------------------------------------------------------------- gradients' gate */

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
        Vec t0 = __builtin_shuffle(v[r], v[r + 1], low1);
        Vec t1 = __builtin_shuffle(v[r], v[r + 1], low1 + 2);
        Vec t2 = __builtin_shuffle(v[r + 2], v[r + 3], low1);
        Vec t3 = __builtin_shuffle(v[r + 2], v[r + 3], low1 + 2);
        v[r] = __builtin_shuffle(t0, t2, low2);
        v[r + 1] = __builtin_shuffle(t0, t2, low2 + 2);
        v[r + 2] = __builtin_shuffle(t1, t3, low2);
        v[r + 3] = __builtin_shuffle(t1, t3, low2 + 2);
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
            Vec t = __builtin_shuffle(v[r], v[r + d], low);
            v[r + d] = __builtin_shuffle(v[r], v[r + d], high);
            v[r] = t;
        }
    }
}

static void rectified_planes(float *to, size_t plane, const float *dy, size_t dy_step,
                             const float *y, size_t y_step, int pixels, int channels)
{
    int i = 0, whole = channels - channels % LANES;

    for (; i + LANES <= pixels; i += LANES)
        for (int c = 0; c < whole; c += LANES) {
            Vec v[LANES];
#pragma GCC unroll 16
            for (int k = 0; k < LANES; k++)
                v[k] = where_positive(load(y + (i + k) * y_step + c), load(dy + (i + k) * dy_step + c));
            turn(v);
#pragma GCC unroll 16
            for (int k = 0; k < LANES; k++)
                store(to + (c + k) * plane + i, v[k]);
        }
    for (int p = 0; p < pixels; p++)
        for (int c = p < i ? whole : 0; c < channels; c++)
            to[c * plane + p] = y[p * y_step + c] > 0 ? dy[p * dy_step + c] : 0;
}

static void rectified(float *to, const float *dy, const float *y, size_t n)
{
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        store(to + i, where_positive(load(y + i), load(dy + i)));
    for (; i < n; i++)
        to[i] = y[i] > 0 ? dy[i] : 0;
}

/* ------------------------------------------------------------------------ vectors */

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

const Kernels KERNELS = {
    .name = KERNELS_NAME,
    .lanes = LANES,
    .columns = COLUMNS,
    .product = product,
    .stencil_row = stencil_row,
    .rectified_planes = rectified_planes,
    .rectified = rectified,
    .dot = dot,
    .combine4 = combine4,
    .scale = scale,
    .add = add,
    .largest = largest,
    .largest_back = largest_back,
    .difference = difference,
};
