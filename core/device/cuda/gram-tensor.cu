/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Masked Gram matrices on tensor cores, without a panel: a region's pixels are gathered tile by tile into
 * shared memory, times their mask, while the tile before is multiplied.  So features are read from the
 * GPU's memory and nothing but sums is written there; a panel costs as much again, and its product too.
 *
 * Factors are rounded to TF32, sums are float. */
#include "gram-private.h"

#include <tensor-cores.h>

#define GRAM_SIDE 64 /* of the part of a matrix, or of a tile's channels, that a block makes */
#define GRAM_ROWS 32 /* of a batch, in shared memory at a time */
#define GRAM_LINE (GRAM_SIDE + 8) /* one of them there: four begin in different banks */
#define BACK_STEP 32              /* channels, backwards, in shared memory at a time */
#define BACK_LINE (BACK_STEP + 4)
#define PATCH_LINE (GRAM_SIDE + 4) /* of a tile on its way out */
#define DEPTH 8                    /* of one product */
#define COLUMNS 4                  /* products side by side that a warp does, of 8 columns each */

/* Features, and the rows of all regions. */
typedef struct {
    const float *x;
    size_t step;
    int channels;
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
    *(float4 *) to = make_float4(tf32_nearest(v.x), tf32_nearest(v.y), tf32_nearest(v.z),
                                 tf32_nearest(v.w));
}

/* Which part of a symmetric matrix: number n of those on and above the diagonal. */
static __device__ inline void part_of(int n, int sides, int *i, int *j)
{
    for (*i = 0; n >= sides - *i; n -= sides - *i, ++*i)
        ;
    *j = *i + n;
}
#endif

/* ------------------------------------------------------------------------- forward */

#ifdef HAVE_FACTORS
enum { QUADS = GRAM_SIDE / 4, LOADS = GRAM_ROWS * QUADS / THREADS };

/* A batch's rows, as all of a block's threads look them up. */
typedef struct {
    int pixel[BATCH];
    float value[BATCH];
} Batch;

/* This thread's four channels of its rows of step `step`, left and right. */
static __device__ inline void fetch_rows(float4 (&to)[2][LOADS], const Rows &r, const Batch &batch,
                                         int step, const int (&side)[2], int sides)
{
#pragma unroll
    for (int l = 0; l < 2 * LOADS; l++) {
        int row = step * GRAM_ROWS + (int) threadIdx.x / QUADS + l % LOADS * (THREADS / QUADS);
        int pixel = batch.pixel[row];
        if (l / LOADS < sides)
            to[l / LOADS][l % LOADS] =
                pixel < 0 ? make_float4(0, 0, 0, 0)
                          : four_times(*(const float4 *) (r.x + pixel * r.step +
                                                          side[l / LOADS] * GRAM_SIDE +
                                                          threadIdx.x % QUADS * 4),
                                       batch.value[row]);
    }
}

static __device__ inline void put_rows(float (*to)[GRAM_ROWS][GRAM_LINE],
                                       const float4 (&from)[2][LOADS], int sides)
{
#pragma unroll
    for (int l = 0; l < 2 * LOADS; l++)
        if (l / LOADS < sides)
            put_rounded(&to[l / LOADS][threadIdx.x / QUADS + l % LOADS * (THREADS / QUADS)]
                           [threadIdx.x % QUADS * 4],
                        from[l / LOADS][l % LOADS]);
}

/* sum += the products of a step's rows: 16 x 32 numbers of the part, from (i, j) on. */
static __device__ inline void multiply_step(float (&sum)[COLUMNS][4],
                                            const float (*left)[GRAM_LINE],
                                            const float (*right)[GRAM_LINE], int i, int j)
{
    int lane = (int) threadIdx.x % 32, g = lane / 4, t = lane % 4;

#pragma unroll
    for (int k = t; k < GRAM_ROWS; k += DEPTH) {
        const float a[4] = { left[k][i + g], left[k][i + g + 8], left[k + 4][i + g],
                             left[k + 4][i + g + 8] };
#pragma unroll
        for (int c = 0; c < COLUMNS; c++) {
            const float b[2] = { right[k][j + 8 * c + g], right[k + 4][j + 8 * c + g] };
            multiply_tf32(sum[c], a, b);
        }
    }
}
#endif

/* A block for each batch and part: the part and, mirrored, its counterpart.  Of 8 warps each makes 16 x 32
 * numbers.  While the rows of a step are multiplied, those of the next are put beside them and those after
 * these are on their way. */
static __global__ void __launch_bounds__(THREADS) multiply_batches(float *matrix, Rows r)
{
#ifdef HAVE_FACTORS
    alignas(32) __shared__ float tile[2][2][GRAM_ROWS][GRAM_LINE]; /* by turns; left, right */
    __shared__ Batch batch;
    float sum[COLUMNS][4] = {};
    int warp = (int) threadIdx.x / 32, i = warp / 2 * 16, j = warp % 2 * 8 * COLUMNS;
    int side[2], steps = BATCH / GRAM_ROWS;
    float4 next[2][2][LOADS];

    for (int e = (int) threadIdx.x; e < BATCH; e += THREADS) {
        batch.pixel[e] = r.pixel[(size_t) blockIdx.x * BATCH + e];
        batch.value[e] = r.value[(size_t) blockIdx.x * BATCH + e];
    }
    part_of((int) blockIdx.y, r.channels / GRAM_SIDE, &side[0], &side[1]);
    int sides = side[0] == side[1] ? 1 : 2;
    __syncthreads();
    fetch_rows(next[0], r, batch, 0, side, sides);
    fetch_rows(next[1], r, batch, 1, side, sides);
    put_rows(tile[0], next[0], sides);
    fetch_rows(next[0], r, batch, 2, side, sides);
    __syncthreads();
    for (int pair = 0; pair < steps; pair += 2)
#pragma unroll
        for (int u = 0; u < 2; u++) {
            int s = pair + u, other = 1 - u;
            multiply_step(sum, tile[u][0], tile[u][sides - 1], i, j);
            if (s + 1 < steps)
                put_rows(tile[other], next[other], sides);
            if (s + 3 < steps)
                fetch_rows(next[other], r, batch, s + 3, side, sides);
            __syncthreads();
        }
    matrix += (size_t) blockIdx.x * r.channels * r.channels;
    i += side[0] * GRAM_SIDE + (int) threadIdx.x % 32 / 4;
    j += side[1] * GRAM_SIDE + (int) threadIdx.x % 4 * 2;
    for (int c = 0; c < COLUMNS; c++)
        for (int n = 0; n < 4; n++) {
            size_t row = (size_t) (i + n / 2 * 8), column = (size_t) (j + 8 * c + n % 2);
            matrix[row * r.channels + column] = sum[c][n];
            if (sides > 1)
                matrix[column * r.channels + row] = sum[c][n];
        }
#endif
}

static_assert(BATCH / GRAM_ROWS % 2 == 0 && BATCH / GRAM_ROWS > 2, "steps go in pairs");

/* ------------------------------------------------------------------------ backward */

/* What the gradient is made of beside the features. */
typedef struct {
    float *dx;
    size_t step;
    const float *d; /* a matrix for each region */
    int regions;
    const int *part, *region, *row;
    bool add;
} Gradient;

#ifdef HAVE_FACTORS
/* A step: some channels of a tile's pixels, times the square of a part's mask, and of the part's matrix. */
typedef struct {
    float4 left[2], right[2];
} BackFetch;

static __device__ inline void fetch_step(BackFetch *f, const Rows &r, const Gradient &g, int part,
                                         int channel)
{
    int quad = channel + (int) threadIdx.x % (BACK_STEP / 4) * 4;
    const float *d = g.d + (size_t) g.region[part] * r.channels * r.channels;

#pragma unroll
    for (int l = 0; l < 2; l++) {
        int at = (int) threadIdx.x / (BACK_STEP / 4) + l * (TILE / 2), row = g.row[part] + at;
        int pixel = r.pixel[row];
        float m = r.value[row];
        f->left[l] = four_times(*(const float4 *) (r.x + (pixel < 0 ? 0 : pixel) * r.step + quad),
                                m * m);
        f->right[l] =
            *(const float4 *) (d + (size_t) (blockIdx.y * GRAM_SIDE + at) * r.channels + quad);
    }
}

static __device__ inline void put_step(float (*left)[BACK_LINE], float (*right)[BACK_LINE],
                                       const BackFetch &f)
{
    int row = (int) threadIdx.x / (BACK_STEP / 4), quad = (int) threadIdx.x % (BACK_STEP / 4) * 4;

#pragma unroll
    for (int l = 0; l < 2; l++) {
        put_rounded(&left[row + l * (TILE / 2)][quad], f.left[l]);
        put_rounded(&right[row + l * (TILE / 2)][quad], f.right[l]);
    }
}

/* sum += 16 pixels' 32 channels, from (i, j) on. */
static __device__ inline void multiply_back(float (&sum)[COLUMNS][4],
                                            const float (*left)[BACK_LINE],
                                            const float (*right)[BACK_LINE], int i, int j)
{
    int lane = (int) threadIdx.x % 32, g = lane / 4, t = lane % 4;

#pragma unroll
    for (int k = t; k < BACK_STEP; k += DEPTH) {
        const float a[4] = { left[i + g][k], left[i + g + 8][k], left[i + g][k + 4],
                             left[i + g + 8][k + 4] };
#pragma unroll
        for (int c = 0; c < COLUMNS; c++) {
            const float b[2] = { right[j + 8 * c + g][k], right[j + 8 * c + g][k + 4] };
            multiply_tf32(sum[c], a, b);
        }
    }
}

/* A tile's sums, which lie in shared memory, to the pixels that they belong to. */
static __device__ inline void write_tile(const Gradient &g, const int *pixel,
                                         const float (*patch)[PATCH_LINE])
{
    for (int e = (int) threadIdx.x; e < TILE * QUADS; e += THREADS) {
        int at = pixel[e / QUADS], quad = e % QUADS * 4;
        if (at < 0)
            continue;
        float4 v = *(const float4 *) &patch[e / QUADS][quad];
        float4 *to = (float4 *) (g.dx + at * g.step + blockIdx.y * GRAM_SIDE + quad);
        *to = g.add ? make_float4(to->x + v.x, to->y + v.y, to->z + v.z, to->w + v.w) : v;
    }
}
#endif

/* A block for each tile and GRAM_SIDE channels: the sum over the tile's parts.  Of 8 warps each makes 16
 * pixels' 32 channels. */
static __global__ void __launch_bounds__(THREADS) multiply_tiles(Rows r, Gradient g)
{
#ifdef HAVE_FACTORS
    alignas(32) __shared__ float tile[2][2][TILE][BACK_LINE]; /* by turns; left, right */
    float sum[COLUMNS][4] = {};
    int warp = (int) threadIdx.x / 32, i = warp / 2 * 16, j = warp % 2 * 8 * COLUMNS;
    int first = g.part[blockIdx.x], steps = r.channels / BACK_STEP;
    bool nobody = g.region[first] == g.regions;
    int all = nobody ? 0 : (g.part[blockIdx.x + 1] - first) * steps;
    BackFetch next;

    if (nobody && g.add)
        return;
    /* In step s, what step s + 1 needs is fetched while this one's is multiplied. */
    for (int s = -1; s < all; s++) {
        int now = s & 1, other = now ^ 1;
        bool more = s + 1 < all;
        if (more)
            fetch_step(&next, r, g, first + (s + 1) / steps, (s + 1) % steps * BACK_STEP);
        if (s >= 0)
            multiply_back(sum, tile[now][0], tile[now][1], i, j);
        if (more)
            put_step(tile[other][0], tile[other][1], next);
        __syncthreads();
    }
    float(*patch)[PATCH_LINE] = (float(*)[PATCH_LINE]) tile;
    i += (int) threadIdx.x % 32 / 4;
    j += (int) threadIdx.x % 4 * 2;
    for (int c = 0; c < COLUMNS; c++)
        for (int n = 0; n < 2; n++)
            *(float2 *) &patch[i + 8 * n][j + 8 * c] = { sum[c][2 * n], sum[c][2 * n + 1] };
    __syncthreads();
    write_tile(g, r.pixel + g.row[first], patch);
#endif
}

static_assert(TILE == GRAM_SIDE && TILE * BACK_STEP == 8 * THREADS,
              "every thread fetches two of each");
static_assert(TILE * PATCH_LINE <= 4 * TILE * BACK_LINE, "sums fit where factors were");

/* ------------------------------------------------------------------------- launches */

bool gram_has_tiles(const Cuda *cuda, const View &x)
{
    return cuda->precision != PRECISION_FLOAT32 && x.c % GRAM_SIDE == 0 && in_fours(x);
}

static Rows rows_of(const View &x, const CudaMasks *m)
{
    return { x.p, x.step, x.c, m->pixel, m->value };
}

void gram_tiles(Cuda *cuda, float *part, const View &x, const CudaMasks *m)
{
    unsigned sides = (unsigned) x.c / GRAM_SIDE;
    size_t rows = m->first[m->m.k];
    dim3 grid((unsigned) (rows / BATCH), sides * (sides + 1) / 2);

    if (rows > 0)
        LAUNCH(cuda, multiply_batches, grid, THREADS, part, rows_of(x, m));
}

void gram_tiles_back(Cuda *cuda, const View &dx, const float *d, const View &x, const CudaMasks *m,
                     bool add)
{
    dim3 grid((unsigned) m->tiles, (unsigned) x.c / GRAM_SIDE);
    Gradient g = { dx.p, dx.step, d, m->m.k, m->part, m->region, m->row, add };

    LAUNCH(cuda, multiply_tiles, grid, THREADS, rows_of(x, m), g);
}
