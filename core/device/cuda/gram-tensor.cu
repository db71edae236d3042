/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Masked Gram matrices on tensor cores, without a panel: a region's pixels are gathered tile by tile into
 * shared memory, times their mask, while the tile before is multiplied.  So features are read from the
 * GPU's memory and nothing but sums is written there; a panel costs as much again, and its product too.
 *
 * Factors are rounded to TF32, sums are float. */
#include "gram-private.h"

#include <mma.h>

using namespace nvcuda;

#define GRAM_SIDE 64              /* of the part of a matrix that a block makes */
#define GRAM_ROWS 32              /* of a batch, in shared memory at a time */
#define GRAM_LINE (GRAM_SIDE + 4) /* one of them there, so that they begin in different banks */
#define BACK_ROWS 128             /* pixels of a block, backwards */
#define BACK_STEP 16              /* channels of them, in shared memory at a time */
#define BACK_LINE (BACK_STEP + 4)
#define FRAGMENT 16
#define DEPTH 8 /* of a fragment's product */

/* A region's pixels, or all regions', row by row. */
typedef struct {
    const float *x;
    size_t step;
    int channels, rows;
    const int *pixel;
    const float *value;
} Rows;

#ifdef HAVE_FACTORS
static __device__ inline float4 four_times(const float4 &v, float m)
{
    return make_float4(v.x * m, v.y * m, v.z * m, v.w * m);
}

static __device__ inline void put_rounded(float *to, const float4 &v)
{
    *(float4 *) to = make_float4(wmma::__float_to_tf32(v.x), wmma::__float_to_tf32(v.y),
                                 wmma::__float_to_tf32(v.z), wmma::__float_to_tf32(v.w));
}

/* Four channels of a row, times its mask. */
static __device__ inline float4 four_of(const Rows &r, int row, int channel)
{
    int pixel = r.pixel[row];

    return pixel < 0 ? make_float4(0, 0, 0, 0)
                     : four_times(*(const float4 *) (r.x + pixel * r.step + channel), r.value[row]);
}

/* Which part of a symmetric matrix: number n of those on and above the diagonal. */
static __device__ inline void part_of(int n, int sides, int *i, int *j)
{
    for (*i = 0; n >= sides - *i; n -= sides - *i, ++*i)
        ;
    *j = *i + n;
}

/* A fragment of sums from a warp's own shared memory to the pixels that they belong to. */
static __device__ inline void add_sums(float *dx, size_t step, const Rows &r, const float *patch,
                                       int first_row, int channel)
{
    for (int e = (int) threadIdx.x % 32; e < FRAGMENT * FRAGMENT / 4; e += 32) {
        int row = first_row + e / 4;
        if (row >= r.rows)
            continue;
        float4 v = *(const float4 *) (patch + e / 4 * BACK_LINE + e % 4 * 4);
        float4 *to = (float4 *) (dx + r.pixel[row] * step + channel + e % 4 * 4);
        *to = make_float4(to->x + v.x, to->y + v.y, to->z + v.z, to->w + v.w);
    }
}
#endif

/* ------------------------------------------------------------------------- forward */

/* A block for each batch and part: the part and, mirrored, its counterpart.  Of 8 warps each makes 16 x 32
 * numbers. */
static __global__ void __launch_bounds__(THREADS) multiply_batches(float *matrix, Rows r)
{
#ifdef HAVE_FACTORS
    enum { QUADS = GRAM_SIDE / 4, LOADS = GRAM_ROWS * QUADS / THREADS };
    alignas(32) __shared__ float tile[2][2][GRAM_ROWS][GRAM_LINE]; /* left, right; by turns */
    wmma::fragment<wmma::accumulator, FRAGMENT, FRAGMENT, DEPTH, float> sum[2];
    int row = (int) threadIdx.x / QUADS, quad = (int) threadIdx.x % QUADS * 4;
    int warp = (int) threadIdx.x / 32, i = warp / 2 * FRAGMENT, j = warp % 2 * 2 * FRAGMENT;
    int first_row = (int) blockIdx.x * BATCH, side[2];
    float4 next[2][LOADS];

    part_of((int) blockIdx.y, r.channels / GRAM_SIDE, &side[0], &side[1]);
    int sides = side[0] == side[1] ? 1 : 2;
    for (int f = 0; f < 2; f++)
        wmma::fill_fragment(sum[f], 0.0f);
    /* In step s, rows s + 1 are fetched while rows s are multiplied. */
    for (int s = -1; s < BATCH / GRAM_ROWS; s++) {
        int now = s & 1, other = now ^ 1;
        bool more = s + 1 < BATCH / GRAM_ROWS;
#pragma unroll
        for (int l = 0; l < 2 * LOADS; l++)
            if (more && l / LOADS < sides)
                next[l / LOADS][l % LOADS] = four_of(
                    r, first_row + (s + 1) * GRAM_ROWS + row + l % LOADS * (THREADS / QUADS),
                    side[l / LOADS] * GRAM_SIDE + quad);
        for (int d = 0; s >= 0 && d < GRAM_ROWS; d += DEPTH) {
            wmma::fragment<wmma::matrix_a, FRAGMENT, FRAGMENT, DEPTH, wmma::precision::tf32,
                           wmma::col_major>
                a;
            wmma::fragment<wmma::matrix_b, FRAGMENT, FRAGMENT, DEPTH, wmma::precision::tf32,
                           wmma::row_major>
                b;
            wmma::load_matrix_sync(a, &tile[now][0][d][i], GRAM_LINE);
#pragma unroll
            for (int f = 0; f < 2; f++) {
                wmma::load_matrix_sync(b, &tile[now][sides - 1][d][j + f * FRAGMENT], GRAM_LINE);
                wmma::mma_sync(sum[f], a, b, sum[f]);
            }
        }
#pragma unroll
        for (int l = 0; l < 2 * LOADS; l++)
            if (more && l / LOADS < sides)
                put_rounded(&tile[other][l / LOADS][row + l % LOADS * (THREADS / QUADS)][quad],
                            next[l / LOADS][l % LOADS]);
        __syncthreads();
    }
    matrix += (size_t) blockIdx.x * r.channels * r.channels;
    i += side[0] * GRAM_SIDE;
    j += side[1] * GRAM_SIDE;
    for (int f = 0; f < 2; f++, j += FRAGMENT) {
        wmma::store_matrix_sync(matrix + (size_t) i * r.channels + j, sum[f], r.channels,
                                wmma::mem_row_major);
        if (sides > 1)
            wmma::store_matrix_sync(matrix + (size_t) j * r.channels + i, sum[f], r.channels,
                                    wmma::mem_col_major);
    }
#endif
}

/* ------------------------------------------------------------------------ backward */

/* dx += d x.  Of a block's 8 warps each makes 32 pixels' 32 channels. */
static __global__ void __launch_bounds__(THREADS)
    multiply_rows(float *dx, size_t dx_step, const float *d, Rows r)
{
#ifdef HAVE_FACTORS
    enum { QUADS = BACK_STEP / 4, LOADS = BACK_ROWS * QUADS / THREADS };
    alignas(32) __shared__ float left[2][BACK_ROWS][BACK_LINE], right[2][GRAM_SIDE][BACK_LINE];
    wmma::fragment<wmma::accumulator, FRAGMENT, FRAGMENT, DEPTH, float> sum[2][2];
    int row = (int) threadIdx.x / QUADS, quad = (int) threadIdx.x % QUADS * 4;
    int warp = (int) threadIdx.x / 32, i = warp / 2 * 2 * FRAGMENT, j = warp % 2 * 2 * FRAGMENT;
    int first_row = (int) blockIdx.x * BACK_ROWS, first_channel = (int) blockIdx.y * GRAM_SIDE;
    const float *from[LOADS], *factors = d + (size_t) (first_channel + row) * r.channels + quad;
    float mask[LOADS];
    float4 next[LOADS], factor = {};

    for (int l = 0; l < LOADS; l++) {
        int at = first_row + row + l * (THREADS / QUADS);
        bool there = at < r.rows;
        from[l] = r.x + (there ? r.pixel[at] * r.step : 0) + quad;
        mask[l] = there ? r.value[at] * r.value[at] : 0;
    }
    for (int f = 0; f < 4; f++)
        wmma::fill_fragment(sum[f / 2][f % 2], 0.0f);
    /* In step s, channels s + 1 are fetched while channels s are multiplied. */
    for (int s = -1; s < r.channels / BACK_STEP; s++) {
        int now = s & 1, other = now ^ 1, channel = (s + 1) * BACK_STEP;
        bool more = channel < r.channels;
        if (more) {
            factor = *(const float4 *) (factors + channel);
#pragma unroll
            for (int l = 0; l < LOADS; l++)
                next[l] = four_times(*(const float4 *) (from[l] + channel), mask[l]);
        }
        for (int k = 0; s >= 0 && k < BACK_STEP; k += DEPTH) {
            wmma::fragment<wmma::matrix_a, FRAGMENT, FRAGMENT, DEPTH, wmma::precision::tf32,
                           wmma::row_major>
                a[2];
            wmma::fragment<wmma::matrix_b, FRAGMENT, FRAGMENT, DEPTH, wmma::precision::tf32,
                           wmma::col_major>
                b;
#pragma unroll
            for (int f = 0; f < 2; f++)
                wmma::load_matrix_sync(a[f], &left[now][i + f * FRAGMENT][k], BACK_LINE);
#pragma unroll
            for (int g = 0; g < 2; g++) {
                wmma::load_matrix_sync(b, &right[now][j + g * FRAGMENT][k], BACK_LINE);
#pragma unroll
                for (int f = 0; f < 2; f++)
                    wmma::mma_sync(sum[f][g], a[f], b, sum[f][g]);
            }
        }
        if (more) {
            put_rounded(&right[other][row][quad], factor);
#pragma unroll
            for (int l = 0; l < LOADS; l++)
                put_rounded(&left[other][row + l * (THREADS / QUADS)][quad], next[l]);
        }
        __syncthreads();
    }
    float *patch = &left[0][0][0] + warp * FRAGMENT * BACK_LINE;
#pragma unroll
    for (int f = 0; f < 4; f++) {
        wmma::store_matrix_sync(patch, sum[f / 2][f % 2], BACK_LINE, wmma::mem_row_major);
        __syncwarp();
        add_sums(dx, dx_step, r, patch, first_row + i + f / 2 * FRAGMENT,
                 first_channel + j + f % 2 * FRAGMENT);
        __syncwarp();
    }
#endif
}

static_assert(GRAM_SIDE * BACK_STEP == 4 * THREADS, "every thread fetches four factors of d");

/* ------------------------------------------------------------------------- launches */

bool gram_has_tiles(const Cuda *cuda, const View &x)
{
    return cuda->precision != PRECISION_FLOAT32 && x.c % GRAM_SIDE == 0 && in_fours(x);
}

static Rows rows_of(const View &x, const CudaMasks *m, size_t first, size_t rows)
{
    return { x.p, x.step, x.c, (int) rows, m->pixel + first, m->value + first };
}

void gram_tiles(Cuda *cuda, float *part, const View &x, const CudaMasks *m)
{
    unsigned sides = (unsigned) x.c / GRAM_SIDE;
    size_t rows = m->first[m->m.k];
    dim3 grid((unsigned) (rows / BATCH), sides * (sides + 1) / 2);

    if (rows > 0)
        LAUNCH(cuda, multiply_batches, grid, THREADS, part, rows_of(x, m, 0, rows));
}

void gram_tiles_back(Cuda *cuda, const View &dx, const float *d, const View &x, const CudaMasks *m,
                     int region)
{
    size_t rows = m->own[region];
    dim3 grid(blocks_for(rows, BACK_ROWS), (unsigned) x.c / GRAM_SIDE);

    if (rows > 0)
        LAUNCH(cuda, multiply_rows, grid, THREADS, dx.p, dx.step, d,
               rows_of(x, m, m->first[region], rows));
}
