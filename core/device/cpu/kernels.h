/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* kernels.h - the innermost loops, compiled once for each kind of processor and chosen when the
 * device is opened.  They know rows, columns and strides, nothing of tensors, and never fail.
 */

#ifndef KERNELS_H
#define KERNELS_H

#include <stdbool.h>
#include <stddef.h>

/* C = A B for `rows` rows of A and `columns` columns of B:
 *
 *     c[i * c_row + j] = sum over k of a[i * a_row + offset[k]] * B(k, j)
 *
 * to which bias[j] is added if bias is not NULL, or what c holds if `add`, and then rectified if
 * `relu`.  B is cut into panels of Kernels.columns columns: column j of panel n is
 * b[n * b_panel + k * b_row + j].  Panels (and the bias) are read whole even where `columns` ends
 * within one; c is not written there.  Convolutions read their picture through `offset`, so
 * nothing is unfolded.
 *
 * `pick`: row k of the product's B is row offset[k] of what b holds, b_row from one to the next, so
 * that terms known to be zero are left out; at most PRODUCT_ROWS rows.
 *
 * `past`: c is so large that it won't be in a cache when it is read again, and is written past
 * them.  Then c lies on a cache line, c_row is a multiple of 16, `columns` one of whole panels, and
 * `add` is not set. */
#define PRODUCT_ROWS 6
typedef struct {
    int rows, depth, columns;
    const float *a, *b, *bias;
    const int *offset;
    float *c;
    size_t a_row, b_row, b_panel, c_row;
    bool add, relu, past, pick;
} Product;

/* One row, of every plane, of a symmetric operator with 12 pairs of offsets:
 *
 *     (A x)[j] = sum over the offsets o of
 *                up[o][j] (x[j + o] - x[j]) + down[o][j - o] (x[j - o] - x[j])
 *
 * which needs no diagonal, since rows of A sum to zero, and loses no figures where x is smooth.
 * Then y = A x; or, if there is a `before`, a Chebyshev step
 * y = x + momentum (x - before) + rate (rhs - A x - shift x), for which the sums of the weights are
 * kept after them, so that a product and a sum do for each: the preconditioner that it makes has as
 * many figures as it needs.
 * x and the weights are read two columns to the left and right of the columns asked for; beyond
 * the picture weights are 0 and x is anything finite.  Planes of x are STENCIL_STRIDE floats apart:
 * being known here, that leaves registers for the rows. */
#define STENCIL_PAIRS 12
#define STENCIL_WEIGHTS (STENCIL_PAIRS + 1)
#define STENCIL_REACH 2
#define STENCIL_STRIDE 264
typedef struct {
    int planes;
    const float *x[5];      /* rows i - 2 .. i + 2 of x */
    const float *weight[3]; /* rows i - 2 .. i of the weights, */
    size_t weight_stride;   /* from one pair's to the next's */
    float *y;
    const float *before, *rhs;
    size_t y_plane, before_plane, rhs_plane;
    float momentum, rate, shift;
} StencilRow;

/* Winograd's minimal filtering F(4 x 4, 3 x 3): a tile of 4 x 4 outputs of a 3 x 3 convolution from 6 x 6
 * inputs d with 36 products instead of 144, Y = A' ((G g G') o (B' d B)) A
 * (A. Lavin and S. Gray, CVPR 2016). */
#define WINOGRAD_OUT 4
#define WINOGRAD_IN 6
#define WINOGRAD_TERMS (WINOGRAD_IN * WINOGRAD_IN)

typedef struct {
    const char *name;
    int lanes;   /* floats in a vector */
    int columns; /* of a panel of Product.b */
    void (*product)(const Product *);
    void (*stencil_row)(const StencilRow *, int columns);

    /* to[c * plane + i] = y[i * y_step + c] > 0 ? dy[i * dy_step + c] : 0 */
    void (*rectified_planes)(float *to, size_t plane, const float *dy, size_t dy_step,
                             const float *y, size_t y_step, int pixels, int channels);
    /* to[i] = y[i] > 0 ? dy[i] : 0 */
    void (*rectified)(float *to, const float *dy, const float *y, size_t n);

    /* to[k * next + c] = (B' d B)[k] for each of the channels, a multiple of 16; d is what a pixel has, or
     * with gates 0 where its gate is not positive. */
    void (*winograd_input)(float *to, size_t next, const float *const *pixel,
                           const float *const *gate, int channels);
    /* pixel[p][c] = (A' m A)[p] + bias[c], or without NULL; added to what it is if `add`, rectified if
     * `relu`; m being from[k * next + c]. */
    void (*winograd_output)(float *const *pixel, const float *from, size_t next,
                            const float *bias, bool relu, bool add, int channels);

    /* Lists the columns, of n, in which any of some rows of x is not 0; returns how many. */
    int (*columns_used)(int *column, const float *x, size_t step, int rows, int n);

    double (*dot)(const float *x, const float *y, size_t n);
    /* y += a[0] x[0] + .. + a[3] x[3] */
    void (*combine4)(float *y, const float *a, const float *const *x, size_t n);
    void (*scale)(float *y, float a, const float *x, size_t n); /* y = a x */
    void (*add)(float *y, const float *x, size_t n);            /* y += x */
    void (*largest)(float *y, const float *x, size_t n);        /* y = max(y, x) */
    /* Of `count` vectors the first that holds the largest value gets dy, the others get nothing. */
    void (*largest_back)(float *const *dx, const float *dy, const float *const *x, int count,
                         bool add, size_t n);
    /* d = x - t, or where t is NULL what x has outside [0, 1]; dx = w d, or dx += w d.
     * Returns |d|^2. */
    double (*difference)(float *dx, float w, const float *x, const float *t, bool add, size_t n);
    /* dx += w (x - t), row by row; returns the sum of |x - t|^2. */
    double (*difference_rows)(float *dx, float w, const float *x, size_t step, const float *t,
                              size_t t_step, int rows, int n);
} Kernels;

extern const Kernels kernels_baseline;
#ifdef KERNELS_X86
extern const Kernels kernels_avx2, kernels_avx512;
#endif

/* The best this processor can do, but no more than `limit` names (NULL: no limit). */
const Kernels *kernels_choose(const char *limit);

#endif
