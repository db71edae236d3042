/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Linear operators from compressed rows, their construction, and the Chebyshev iteration of all. */
#include "linop-private.h"

#include <stdlib.h>

/* ------------------------------------------------------------------- construction */

static CudaLinop *linop_new(Device *d, int h, int w, LinopForm form)
{
    CudaLinop *l = (CudaLinop *) calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->l = { d, h, w };
    l->form = form;
    return l;
}

/* The operator, or NULL after dropping it if memory was short. */
static Linop *kept(CudaLinop *l, bool good)
{
    if (good)
        return &l->l;
    cuda_linop_drop(&l->l);
    return NULL;
}

Linop *cuda_sparse(Device *d, int h, int w, const int *row, const int *col, const float *val)
{
    CudaLinop *l = linop_new(d, h, w, LINOP_SPARSE);
    Cuda *cuda = cuda_of(d);
    size_t n = (size_t) h * w, entries = (size_t) row[n];

    if (!l)
        return NULL;
    l->entries = entries;
    l->row = (int *) cuda_alloc(cuda, (n + 1) * sizeof *row);
    l->col = (int *) cuda_alloc(cuda, entries * sizeof *col);
    l->val = (float *) cuda_alloc(cuda, entries * sizeof *val);
    if (!l->row || !l->col || !l->val)
        return kept(l, false);
    if (cuda_put(cuda, l->row, row, (n + 1) * sizeof *row) &&
        cuda_put(cuda, l->col, col, entries * sizeof *col) &&
        cuda_put(cuda, l->val, val, entries * sizeof *val) && entries)
        cuda_good_sparse(cuda, cusparseCreateCsr(&l->matrix, (int64_t) n, (int64_t) n,
                                                 (int64_t) entries, l->row, l->col, l->val,
                                                 CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I,
                                                 CUSPARSE_INDEX_BASE_ZERO, CUDA_R_32F));
    return kept(l, true);
}

Linop *cuda_matting(Device *d, int h, int w, int radius, const float *image, const double *stats)
{
    CudaLinop *l = linop_new(d, h, w, radius == 1 ? LINOP_STENCIL : LINOP_WINDOWS);

    if (!l)
        return NULL;
    l->radius = radius;
    return kept(l, l->form == LINOP_STENCIL ? stencil_build(l, image, stats)
                                            : windows_build(l, image, stats));
}

void cuda_linop_drop(Linop *lo)
{
    CudaLinop *l = (CudaLinop *) lo;

    if (!l)
        return;
    Cuda *cuda = cuda_of(lo->dev);
    void *own[] = { l->row, l->col, l->val, l->weight, l->image, l->mean, l->inverse };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        cuda_free(cuda, own[i]);
    if (l->matrix)
        cusparseDestroySpMat(l->matrix);
    free(l);
}

/* -------------------------------------------------------------------- application */

/* The planes as columns of a dense matrix of pixels by planes. */
static bool dense(Cuda *cuda, cusparseDnMatDescr_t *matrix, const View &v)
{
    return cuda_good_sparse(
        cuda, cusparseCreateDnMat(matrix, (int64_t) pixel_count(v), v.c,
                                  (int64_t) (v.planar ? v.plane : v.step), v.p, CUDA_R_32F,
                                  v.planar ? CUSPARSE_ORDER_COL : CUSPARSE_ORDER_ROW));
}

/* The third algorithm gives the same bits every time. */
static void sparse_product(Cuda *cuda, const CudaLinop *l, cusparseDnMatDescr_t y,
                           cusparseDnMatDescr_t x)
{
    const float one = 1, zero = 0;
    size_t bytes = 0;

    if (!cuda_good_sparse(
            cuda, cusparseSpMM_bufferSize(cuda->sparse, CUSPARSE_OPERATION_NON_TRANSPOSE,
                                          CUSPARSE_OPERATION_NON_TRANSPOSE, &one, l->matrix, x,
                                          &zero, y, CUDA_R_32F, CUSPARSE_SPMM_CSR_ALG3, &bytes)))
        return;
    void *work = cuda_work(cuda, bytes ? bytes : 1);
    if (work)
        cuda_good_sparse(cuda, cusparseSpMM(cuda->sparse, CUSPARSE_OPERATION_NON_TRANSPOSE,
                                            CUSPARSE_OPERATION_NON_TRANSPOSE, &one, l->matrix, x,
                                            &zero, y, CUDA_R_32F, CUSPARSE_SPMM_CSR_ALG3, work));
}

static void sparse_apply(Cuda *cuda, const View &y, const CudaLinop *l, const View &x)
{
    cusparseDnMatDescr_t to = NULL, from = NULL;

    if (!l->entries)
        cuda_clear(cuda, y);
    else if (dense(cuda, &to, y) && dense(cuda, &from, x))
        sparse_product(cuda, l, to, from);
    if (to)
        cusparseDestroyDnMat(to);
    if (from)
        cusparseDestroyDnMat(from);
}

static void apply(Cuda *cuda, const View &y, const CudaLinop *l, const View &x)
{
    if (l->form == LINOP_SPARSE)
        sparse_apply(cuda, y, l, x);
    else if (l->form == LINOP_STENCIL)
        stencil_apply(cuda, y, l, x);
    else
        windows_apply(cuda, y, l, x);
}

void cuda_apply(Tensor *y, const Linop *l, const Tensor *x)
{
    Cuda *cuda = cuda_of(y->dev);

    if (cuda_goes_on(cuda))
        apply(cuda, view_of(y), (const CudaLinop *) l, view_of(x));
}

/* ---------------------------------------------------------------------- Chebyshev */

/* first = rhs / theta, before = 0 */
static __global__ void chebyshev_begin(View first, View before, View rhs, float factor, size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
    Place at = place_of(rhs, e);
    before.p[index_of(before, at)] = 0;
    first.p[index_of(first, at)] = factor * rhs.p[index_of(rhs, at)];
}

/* next = now + momentum (now - before) + rate (rhs - (A + shift) now), `next` being where `before`
 * was and `product` A now. */
static __global__ void chebyshev_advance(View next, View now, View rhs, View product, Step s,
                                         size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
    Place at = place_of(rhs, e);
    float *to = next.p + index_of(next, at), v = now.p[index_of(now, at)];
    *to = chebyshev_value(s, rhs.p[index_of(rhs, at)], v, *to, product.p[index_of(product, at)]);
}

/* Saad's algorithm 12.1 with d_k = x_(k+1) - x_k and r_k = rhs - B x_k put in:
 * x_(k+1) = x_k + rho_k rho_(k-1) (x_k - x_(k-1)) + 2 rho_k / delta (rhs - B x_k).
 * Two buffers take turns, so that the last iterate is y. */
void cuda_chebyshev(Tensor *y, const Linop *lo, const Tensor *x, double shift, double low,
                    double high, int steps, Tensor *const *scratch)
{
    const CudaLinop *l = (const CudaLinop *) lo;
    Cuda *cuda = cuda_of(y->dev);
    double theta = (high + low) / 2, delta = (high - low) / 2, sigma = theta / delta,
           rho = 1 / sigma;
    View rhs = view_of(x), product = view_of(scratch[1]);
    View iterate[2] = { view_of(steps % 2 ? scratch[0] : y), view_of(steps % 2 ? y : scratch[0]) };
    size_t n = element_count(rhs);

    if (!cuda_goes_on(cuda))
        return;
    if (steps < 1) {
        cuda_clear(cuda, view_of(y));
        return;
    }
    LAUNCH(cuda, chebyshev_begin, blocks_for(n, THREADS), THREADS, iterate[1], iterate[0], rhs,
           (float) (1 / theta), n);
    for (int k = 1; k < steps && cuda_goes_on(cuda); k++) {
        const View &now = iterate[k % 2], &next = iterate[(k + 1) % 2];
        double following = 1 / (2 * sigma - rho);
        Step s = { (float) shift, (float) (following * rho), (float) (2 * following / delta) };
        if (l->form == LINOP_STENCIL)
            stencil_step(cuda, next, l, now, rhs, s);
        else {
            apply(cuda, product, l, now);
            LAUNCH(cuda, chebyshev_advance, blocks_for(n, THREADS), THREADS, next, now, rhs,
                   product, s, n);
        }
        rho = following;
    }
}
