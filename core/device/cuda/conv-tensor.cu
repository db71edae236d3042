/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions of features on tensor cores, as one product of matrices whose left side is never
 * written down: a row for each pixel, a column for each channel of each tap, gathered tile by tile
 * into shared memory while the tile before is multiplied.  Bias and rectifier are applied on the
 * way out; backwards the rectifier's mask on the way in.
 *
 * Factors are rounded to TF32 or BF16, sums are float.  A block of 8 warps makes TILE_PIXELS x OUTPUTS
 * numbers, a warp 32 x OUTPUTS / 2 of them. */
#include "conv-private.h"

#include <cuda_bf16.h>
#include <cuda_pipeline_primitives.h>
#include <mma.h>

using namespace nvcuda;

#define TILE_PIXELS 128
#define WARPS (THREADS / 32)
#define SIDE 16          /* of a fragment */
#define PATCH (SIDE + 4) /* a row of one on its way out */
#define PIECES 4         /* of 16 bytes: a tile's row of filters */
#define FEWEST_TILES 64  /* with fewer, most of a GPU would idle: see uses_tiles */

/* STEP columns at a time; rows of tiles are LINE apart, so that they begin in different banks. */
struct Tf32 {
    typedef float Number;
    enum { DEPTH = 8, STEP = 16, LINE = STEP + 4, EACH = 4 };
#ifdef HAVE_FACTORS
    typedef wmma::precision::tf32 Kind;

    static __device__ inline void put(float *to, const float4 &v)
    {
        *(float4 *) to = make_float4(wmma::__float_to_tf32(v.x), wmma::__float_to_tf32(v.y),
                                     wmma::__float_to_tf32(v.z), wmma::__float_to_tf32(v.w));
    }
#endif
};

struct Bf16 {
    typedef __nv_bfloat16 Number;
    enum { DEPTH = 16, STEP = 32, LINE = STEP + 8, EACH = 8 };
#ifdef HAVE_FACTORS
    typedef __nv_bfloat16 Kind;

    static __device__ inline void put(__nv_bfloat16 *to, const float4 &v)
    {
        ((__nv_bfloat162 *) to)[0] = __floats2bfloat162_rn(v.x, v.y);
        ((__nv_bfloat162 *) to)[1] = __floats2bfloat162_rn(v.z, v.w);
    }
#endif
};

/* One direction of one convolution.  `in` is what is gathered, `out` what is made. */
typedef struct {
    int k, stride, pad, taps;
    int in_h, in_w, out_w, pixels; /* pixels of the output */
    int channels, outputs;
    const float *in, *positive; /* backward: only where `positive` is, a number counts */
    size_t in_step, positive_step;
    const void *filter;         /* (output, tap, channel) */
    const float *border, *bias; /* forward only */
    float *out;
    size_t out_step;
    bool add;
} Tiles;

/* A place of the patch matrix: its row's pixel, and where the row's window begins. */
typedef struct {
    int i, j;
    bool inside;
} Reach;

template <bool BACK> static __device__ inline Reach reach_of(const Tiles &t, int pixel)
{
    int i = pixel / t.out_w, j = pixel % t.out_w;

    return { BACK ? i + t.pad : i * t.stride - t.pad, BACK ? j + t.pad : j * t.stride - t.pad,
             pixel < t.pixels };
}

/* The position that a window sees through tap u, or -1. */
template <bool BACK> static __device__ inline int seen(const Tiles &t, int begin, int u, int n)
{
    int at = BACK ? begin - u : begin + u;

    if (at < 0 || (BACK && at % t.stride))
        return -1;
    at = BACK ? at / t.stride : at;
    return at < n ? at : -1;
}

template <bool BACK>
static __device__ inline float4 gather_four(const Tiles &t, const Reach &w, int tap, int channel)
{
    float4 zero = make_float4(0, 0, 0, 0);

    if (!w.inside || tap >= t.taps)
        return zero;
    int p = seen<BACK>(t, w.i, tap / t.k, t.in_h), q = seen<BACK>(t, w.j, tap % t.k, t.in_w);
    if (p < 0 || q < 0)
        return BACK ? zero : *(const float4 *) (t.border + channel);
    size_t at = (size_t) p * t.in_w + q;
    float4 v = *(const float4 *) (t.in + at * t.in_step + channel);
    if (BACK) {
        float4 y = *(const float4 *) (t.positive + at * t.positive_step + channel);
        v = make_float4(y.x > 0 ? v.x : 0, y.y > 0 ? v.y : 0, y.z > 0 ? v.z : 0, y.w > 0 ? v.w : 0);
    }
    return v;
}

/* Columns `first` .. of the filters to shared memory, on their own way; zeros beyond the end. */
template <typename F, int OUTPUTS>
static __device__ inline void begin_filters(const Tiles &t, typename F::Number (*tile)[F::LINE],
                                            int first, int first_output)
{
    const typename F::Number *filter = (const typename F::Number *) t.filter;
    int columns = t.taps * t.channels;

    for (int e = (int) threadIdx.x; e < OUTPUTS * PIECES; e += THREADS) {
        int row = e / PIECES, column = first + e % PIECES * F::EACH, output = first_output + row;
        bool there = output < t.outputs && column < columns;
        __pipeline_memcpy_async(&tile[row][e % PIECES * F::EACH],
                                filter + (there ? (size_t) output * columns + column : 0), 16,
                                there ? 0 : 16);
    }
    __pipeline_commit();
}

/* 16 x 16 sums from a warp's patch of shared memory to the output. */
template <bool BACK>
static __device__ inline void write_sums(const Tiles &t, const float *patch, int first_pixel,
                                         int first_output)
{
    for (int e = (int) threadIdx.x % 32; e < SIDE * SIDE / 4; e += 32) {
        int row = e / 4, output = first_output + e % 4 * 4, pixel = first_pixel + row;
        if (pixel >= t.pixels || output >= t.outputs)
            continue;
        float4 v = *(const float4 *) (patch + row * PATCH + e % 4 * 4);
        float4 *to = (float4 *) (t.out + pixel * t.out_step + output);
        if (!BACK) {
            float4 b = *(const float4 *) (t.bias + output);
            v = make_float4(fmaxf(v.x + b.x, 0), fmaxf(v.y + b.y, 0), fmaxf(v.z + b.z, 0),
                            fmaxf(v.w + b.w, 0));
        } else if (t.add)
            v = make_float4(v.x + to->x, v.y + to->y, v.z + to->z, v.w + to->w);
        *to = v;
    }
}

template <typename F, int OUTPUTS, bool BACK>
static __global__ void __launch_bounds__(THREADS) convolve_tiles(Tiles t)
{
#ifdef HAVE_FACTORS
    enum {
        QUADS = F::STEP / 4,
        ROWS = THREADS / QUADS,
        LOADS = TILE_PIXELS / ROWS,
        WIDE = OUTPUTS / 32
    };
    alignas(32) __shared__ typename F::Number left[2][TILE_PIXELS][F::LINE];
    alignas(32) __shared__ typename F::Number right[2][OUTPUTS][F::LINE];
    int warp = (int) threadIdx.x / 32, row = (int) threadIdx.x / QUADS;
    int quad = (int) threadIdx.x % QUADS * 4, channel = quad, tap = 0;
    int first_pixel = (int) blockIdx.x * TILE_PIXELS, first_output = (int) blockIdx.y * OUTPUTS;
    int steps = (t.taps * t.channels + F::STEP - 1) / F::STEP;
    Reach reach[LOADS];
    float4 next[LOADS];
    wmma::fragment<wmma::accumulator, SIDE, SIDE, F::DEPTH, float> sum[2][WIDE];

#pragma unroll
    for (int l = 0; l < LOADS; l++)
        reach[l] = reach_of<BACK>(t, first_pixel + row + l * ROWS);
#pragma unroll
    for (int i = 0; i < 2 * WIDE; i++)
        wmma::fill_fragment(sum[i / WIDE][i % WIDE], 0.0f);
    /* In step s, tile s + 1 is fetched while tile s is multiplied. */
    for (int s = -1; s < steps; s++) {
        int now = s & 1, other = now ^ 1;
        if (s + 1 < steps) {
            begin_filters<F, OUTPUTS>(t, right[other], (s + 1) * F::STEP, first_output);
            for (; channel >= t.channels; tap++)
                channel -= t.channels;
#pragma unroll
            for (int l = 0; l < LOADS; l++)
                next[l] = gather_four<BACK>(t, reach[l], tap, channel);
            channel += F::STEP;
        }
        for (int d = 0; s >= 0 && d < F::STEP; d += F::DEPTH) {
            wmma::fragment<wmma::matrix_a, SIDE, SIDE, F::DEPTH, typename F::Kind, wmma::row_major>
                a[2];
            wmma::fragment<wmma::matrix_b, SIDE, SIDE, F::DEPTH, typename F::Kind, wmma::col_major>
                b;
#pragma unroll
            for (int i = 0; i < 2; i++)
                wmma::load_matrix_sync(a[i], &left[now][warp / 2 * 32 + i * SIDE][d], F::LINE);
#pragma unroll
            for (int j = 0; j < WIDE; j++) {
                int column = warp % 2 * (OUTPUTS / 2) + j * SIDE;
                wmma::load_matrix_sync(b, &right[now][column][d], F::LINE);
#pragma unroll
                for (int i = 0; i < 2; i++)
                    wmma::mma_sync(sum[i][j], a[i], b, sum[i][j]);
            }
        }
        if (s + 1 < steps) {
#pragma unroll
            for (int l = 0; l < LOADS; l++)
                F::put(&left[other][row + l * ROWS][quad], next[l]);
            __pipeline_wait_prior(0);
        }
        __syncthreads();
    }
    float *patch = (float *) &left[0][0][0] + warp * SIDE * PATCH;
#pragma unroll
    for (int i = 0; i < 2 * WIDE; i++) {
        wmma::store_matrix_sync(patch, sum[i / WIDE][i % WIDE], PATCH, wmma::mem_row_major);
        __syncwarp();
        write_sums<BACK>(t, patch, first_pixel + warp / 2 * 32 + i / WIDE * SIDE,
                         first_output + warp % 2 * (OUTPUTS / 2) + i % WIDE * SIDE);
        __syncwarp();
    }
#endif
}

static_assert(sizeof(float) * WARPS * SIDE * PATCH <=
                      2 * TILE_PIXELS * Tf32::LINE * sizeof(float) &&
                  sizeof(float) * WARPS * SIDE * PATCH <= 2 * TILE_PIXELS * Bf16::LINE * 2,
              "sums leave through the memory of the left tiles");

/* ------------------------------------------------------------------------- choosing */

/* Both numbers of planes fill whole fragments, and only one pixel stands for a position. */
bool conv_has_tiles(const Cuda *cuda, const ConvShape *s)
{
    return cuda->precision != PRECISION_FLOAT32 &&
           (cuda->conv == CONV_TILES || cuda->conv == CONV_BEST) && s->cin % SIDE == 0 &&
           s->cout % SIDE == 0 && (s->mode == PAD_CONSTANT || s->pad == 0);
}

/* Small pictures with many planes are left to cuBLAS, which shares a sum among blocks. */
static bool uses_tiles(const Cuda *cuda, const CudaConv *c, const View &in, const View &out)
{
    return c->tiles_by_output && in_fours(in) && in_fours(out) &&
           (cuda->conv == CONV_TILES ||
            blocks_for(pixel_count(out), TILE_PIXELS) * blocks_for((size_t) out.c, 64) >=
                FEWEST_TILES);
}

template <typename F, int OUTPUTS, bool BACK> static void launch_tiles(Cuda *cuda, const Tiles &t)
{
    dim3 grid(blocks_for((size_t) t.pixels, TILE_PIXELS), blocks_for((size_t) t.outputs, OUTPUTS));

    LAUNCH(cuda, (convolve_tiles<F, OUTPUTS, BACK>), grid, THREADS, t);
}

/* Wide tiles load less, as long as there are enough of them for two rounds. */
template <typename F, bool BACK> static void launch(Cuda *cuda, const Tiles &t)
{
    unsigned wide = blocks_for((size_t) t.pixels, TILE_PIXELS) *
                    blocks_for((size_t) t.outputs, 128);

    if (t.outputs >= 128 && wide >= 2 * (unsigned) cuda->processors)
        launch_tiles<F, 128, BACK>(cuda, t);
    else
        launch_tiles<F, 64, BACK>(cuda, t);
}

static Tiles tiles_of(const Conv *c, const View &in, const View &out)
{
    Tiles t = {};

    t.k = c->shape.k;
    t.stride = c->shape.stride;
    t.pad = c->shape.pad;
    t.taps = t.k * t.k;
    t.in_h = in.h;
    t.in_w = in.w;
    t.out_w = out.w;
    t.pixels = (int) pixel_count(out);
    t.channels = in.c;
    t.outputs = out.c;
    t.in = in.p;
    t.in_step = in.step;
    t.out = out.p;
    t.out_step = out.step;
    return t;
}

bool conv_tiles(Cuda *cuda, const View &y, const CudaConv *c, const View &x)
{
    if (!uses_tiles(cuda, c, x, y))
        return false;
    Tiles t = tiles_of(&c->c, x, y);
    t.filter = c->tiles_by_output;
    t.border = c->border;
    t.bias = c->bias;
    if (cuda->precision == PRECISION_BF16)
        launch<Bf16, false>(cuda, t);
    else
        launch<Tf32, false>(cuda, t);
    return true;
}

bool conv_tiles_back(Cuda *cuda, const View &dx, const CudaConv *c, const View &dy, const View &y,
                     bool add)
{
    if (!uses_tiles(cuda, c, dy, dx) || !in_fours(y))
        return false;
    Tiles t = tiles_of(&c->c, dy, dx);
    t.filter = c->tiles_by_input;
    t.positive = y.p;
    t.positive_step = y.step;
    t.add = add;
    if (cuda->precision == PRECISION_BF16)
        launch<Bf16, true>(cuda, t);
    else
        launch<Tf32, true>(cuda, t);
    return true;
}

/* ------------------------------------------------------------------------- filters */

static __global__ void round_tiles(float *tf32, __nv_bfloat16 *bf16, const float *from, size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
#ifdef HAVE_FACTORS
    if (tf32)
        tf32[e] = wmma::__float_to_tf32(from[e]);
    else
        bf16[e] = __float2bfloat16(from[e]);
#endif
}

void conv_tiles_round(Cuda *cuda, void *to, const float *from, size_t n)
{
    bool half = cuda->precision == PRECISION_BF16;

    LAUNCH(cuda, round_tiles, blocks_for(n, THREADS), THREADS, half ? NULL : (float *) to,
           half ? (__nv_bfloat16 *) to : NULL, from, n);
}
