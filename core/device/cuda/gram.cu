/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Masked Gram matrices.  The pixels of a region are packed into a panel, a row of channels for each,
 * times their mask; the panel's product with itself is the matrix.  On tensor cores there is no panel, see
 * gram-tensor.cu. */
#include "gram-private.h"

/* ------------------------------------------------------------------------- panels */

static __device__ inline float scaled(float v, float m)
{
    return v * m;
}

static __device__ inline float4 scaled(const float4 &v, float m)
{
    return make_float4(v.x * m, v.y * m, v.z * m, v.w * m);
}

static __device__ inline float sum_of(float a, float b)
{
    return a + b;
}

static __device__ inline float4 sum_of(const float4 &a, const float4 &b)
{
    return make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w);
}

/* Rows of a panel, `wide` apart: the pixels times their mask, or times the mask's square.  T is
 * float, or float4 for four channels at once. */
template <typename T>
static __global__ void gather_pixels(T *panel, unsigned wide, const T *x, size_t plane, size_t step,
                                     int channels, const int *pixel, const float *value,
                                     bool square, size_t n)
{
    size_t e = thread_number();
    int row, c;

    if (e >= n)
        return;
    divide(e, channels, &row, &c);
    float m = value[row];
    panel[(size_t) row * wide + c] =
        pixel[row] < 0 ? T() : scaled(x[c * plane + pixel[row] * step], square ? m * m : m);
}

/* dx += rows of a panel; no pixel is in it twice. */
template <typename T>
static __global__ void scatter_pixels(T *dx, size_t plane, size_t step, int channels,
                                      const T *panel, unsigned wide, const int *pixel, size_t n)
{
    size_t e = thread_number();
    int row, c;

    if (e >= n)
        return;
    divide(e, channels, &row, &c);
    T *to = dx + c * plane + pixel[row] * step;
    *to = sum_of(*to, panel[(size_t) row * wide + c]);
}

static size_t panel_width(int c)
{
    return ((size_t) c + 3) / 4 * 4;
}

static void gather(Cuda *cuda, float *panel, const View &x, const CudaMasks *m, size_t row,
                   size_t rows, bool square)
{
    size_t n = rows * x.c;
    unsigned wide = (unsigned) panel_width(x.c);

    if (in_fours(x))
        LAUNCH(cuda, gather_pixels<float4>, blocks_for(n / 4, THREADS), THREADS, (float4 *) panel,
               wide / 4, (const float4 *) x.p, 1, x.step / 4, x.c / 4, m->pixel + row,
               m->value + row, square, n / 4);
    else
        LAUNCH(cuda, gather_pixels<float>, blocks_for(n, THREADS), THREADS, panel, wide, x.p,
               x.plane, x.step, x.c, m->pixel + row, m->value + row, square, n);
}

static void scatter(Cuda *cuda, const View &dx, const float *panel, const CudaMasks *m, size_t row,
                    size_t rows)
{
    size_t n = rows * dx.c;
    unsigned wide = (unsigned) panel_width(dx.c);

    if (in_fours(dx))
        LAUNCH(cuda, scatter_pixels<float4>, blocks_for(n / 4, THREADS), THREADS, (float4 *) dx.p,
               1, dx.step / 4, dx.c / 4, (const float4 *) panel, wide / 4, m->pixel + row, n / 4);
    else
        LAUNCH(cuda, scatter_pixels<float>, blocks_for(n, THREADS), THREADS, dx.p, dx.plane,
               dx.step, dx.c, panel, wide, m->pixel + row, n);
}

/* ------------------------------------------------------------------------ forward */

#define SUM_GROUPS 4 /* threads that share a number's batches */
#define SUM_NUMBERS (THREADS / SUM_GROUPS)

/* y is (K, C, C); part: (batch, C, C). */
static __global__ void sum_batches(View y, const float *part, const int *batch, size_t n)
{
    __shared__ double sums[SUM_GROUPS][SUM_NUMBERS];
    int lane = (int) threadIdx.x % SUM_NUMBERS, group = (int) threadIdx.x / SUM_NUMBERS;
    size_t e = (size_t) blockIdx.x * SUM_NUMBERS + lane;
    Place at = place_of(y, e < n ? e : 0);
    double sum = 0;

#pragma unroll 8
    for (int b = batch[at.c] + group; b < batch[at.c + 1]; b += SUM_GROUPS)
        sum += part[(size_t) b * y.h * y.w + at.pixel];
    sums[group][lane] = sum;
    __syncthreads();
    if (group > 0 || e >= n)
        return;
    for (int other = 1; other < SUM_GROUPS; other++)
        sum += sums[other][lane];
    y.p[index_of(y, at)] = (float) sum;
}

/* part, of the workspace that is returned, = the matrix of each batch: panel by panel.  NULL when memory
 * is short. */
static float *multiply_panels(Cuda *cuda, const View &x, const CudaMasks *m, size_t batches)
{
    size_t wide = panel_width(x.c), matrix = (size_t) x.c * x.c;
    size_t most = CHUNK / (BATCH * wide * sizeof(float));

    most = most < 1 ? 1 : most < batches ? most : batches;
    float *panel = (float *) cuda_work(cuda,
                                       (most * BATCH * wide + batches * matrix) * sizeof *panel);
    if (!panel)
        return NULL;
    float *part = panel + most * BATCH * wide;
    for (size_t b = 0; b < batches && cuda_goes_on(cuda); b += most) {
        size_t count = batches - b < most ? batches - b : most;
        Product p = {};
        p.tb = true;
        p.m = p.n = p.ldc = (size_t) x.c;
        p.k = BATCH;
        p.a = p.b = panel;
        p.lda = p.ldb = wide;
        p.c = part + b * matrix;
        gather(cuda, panel, x, m, b * BATCH, count * BATCH, false);
        cuda_products(cuda, p, BATCH * wide, BATCH * wide, matrix, count);
    }
    return part;
}

void cuda_gram(Tensor *yt, const Tensor *xt, const Masks *masks)
{
    const CudaMasks *m = (const CudaMasks *) masks;
    Cuda *cuda = cuda_of(yt->dev);
    View x = view_of(xt), y = view_of(yt);
    size_t n = element_count(y), batches = m->first[masks->k] / BATCH;
    float *part;

    if (!cuda_goes_on(cuda))
        return;
    if (gram_has_tiles(cuda, x)) {
        part = (float *) cuda_work(cuda, batches * x.c * x.c * sizeof *part);
        if (part)
            gram_tiles(cuda, part, x, m);
    } else
        part = multiply_panels(cuda, x, m, batches);
    if (part)
        LAUNCH(cuda, sum_batches, blocks_for(n, SUM_NUMBERS), THREADS, y, part, m->batch, n);
}

/* ----------------------------------------------------------------------- backward */

/* d[k] = dy[k] + dy[k]' */
static __global__ void add_transposed(float *d, View dy, size_t n)
{
    size_t e = thread_number();
    int k, i;

    if (e >= n)
        return;
    divide(e, dy.h * dy.w, &k, &i);
    Place at = { k, i }, mirrored = { k, i % dy.w * dy.w + i / dy.w };
    d[e] = dy.p[index_of(dy, at)] + dy.p[index_of(dy, mirrored)];
}

/* The rows of a panel that fit a chunk together with the product. */
static size_t rows_at_once(const View &x, const CudaMasks *m)
{
    size_t most = CHUNK / (2 * panel_width(x.c) * sizeof(float)), longest = 1;

    for (int k = 0; k < m->m.k; k++)
        longest = m->own[k] > longest ? m->own[k] : longest;
    return most < 1 ? 1 : most < longest ? most : longest;
}

/* dx += d x at the pixels of region k, panel by panel of `most` rows. */
static void add_panels(Cuda *cuda, const View &dx, const float *d, const View &x,
                       const CudaMasks *m, int k, float *panel, size_t most)
{
    size_t wide = panel_width(x.c);

    for (size_t row = 0; row < m->own[k] && cuda_goes_on(cuda); row += most) {
        size_t rows = m->own[k] - row < most ? m->own[k] - row : most;
        Product p = {};
        p.m = p.k = p.lda = (size_t) x.c;
        p.n = rows;
        p.a = d;
        p.b = panel;
        p.c = panel + most * wide;
        p.ldb = p.ldc = wide;
        gather(cuda, panel, x, m, m->first[k] + row, rows, true);
        cuda_product(cuda, p);
        scatter(cuda, dx, p.c, m, m->first[k] + row, rows);
    }
}

/* Without tensor cores, regions one after the other: a pixel may be in several. */
void cuda_gram_back(Tensor *dxt, const Tensor *dyt, const Tensor *xt, const Masks *masks, bool add)
{
    const CudaMasks *m = (const CudaMasks *) masks;
    Cuda *cuda = cuda_of(dxt->dev);
    View dx = view_of(dxt), dy = view_of(dyt), x = view_of(xt);
    bool tiles = gram_has_tiles(cuda, x) && in_fours(dx);
    size_t matrix = (size_t) x.c * x.c, n = element_count(dy), matrices = (n + 3) / 4 * 4;
    size_t most = tiles ? 0 : rows_at_once(x, m);

    if (!cuda_goes_on(cuda))
        return;
    float *d = (float *) cuda_work(cuda, (matrices + 2 * most * panel_width(x.c)) * sizeof *d);
    if (!d)
        return;
    LAUNCH(cuda, add_transposed, blocks_for(n, THREADS), THREADS, d, dy, n);
    if (tiles) {
        gram_tiles_back(cuda, dx, d, x, m, add);
        return;
    }
    if (!add)
        cuda_clear(cuda, dx);
    for (int k = 0; k < masks->k; k++)
        add_panels(cuda, dx, d + k * matrix, x, m, k, d + matrices, most);
}
