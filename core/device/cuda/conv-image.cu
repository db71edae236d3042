/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions whose input is an image: little to compute, so what counts is to read and write each
 * picture once.  Forward, a block keeps its pixels' patches and the filters in shared memory.
 * Backward, for the 3 x 3 taps of usual networks, it keeps the gradients of the outputs that see its
 * pixels; for other shapes, the products of all outputs with all taps come first, far smaller than the
 * features, and then each pixel collects its own.  Where planes matter, a tap is one of the k x k places
 * of one plane. */
#include "conv-private.h"

#define PIXELS 32   /* of a block */
#define CHANNELS 64 /* outputs of a block */
#define TAPS 32     /* in shared memory at a time */
#define LANES 16    /* threads side by side, each with every 16th output */
#define EACH_PIXELS (PIXELS / (THREADS / LANES))
#define EACH_CHANNELS (CHANNELS / LANES)

/* One number of an output pixel's patch. */
static __device__ inline float patch_value(const Geometry &g, const View &x, const float *border,
                                           int pixel, int tap)
{
    int c = tap / (g.k * g.k), t = tap % (g.k * g.k);
    int p = conv_source(g.mode, pixel / g.yw * g.stride - g.pad + t / g.k, g.xh);
    int q = conv_source(g.mode, pixel % g.yw * g.stride - g.pad + t % g.k, g.xw);

    return p < 0 || q < 0 ? border[c] : x.p[c * x.plane + ((size_t) p * g.xw + q) * x.step];
}

/* Zeros beyond the last tap, pixel and output. */
static __device__ inline void load_tile(float (*patch)[PIXELS], float (*filter)[CHANNELS],
                                        const Geometry &g, const View &x, const float *weight,
                                        const float *border, int taps, int outputs, int first_tap,
                                        int first_output, int first_pixel)
{
    for (int i = (int) threadIdx.x; i < TAPS * PIXELS; i += THREADS) {
        int tap = first_tap + i / PIXELS, pixel = first_pixel + i % PIXELS;
        patch[i / PIXELS][i % PIXELS] = tap < taps && pixel < g.yh * g.yw
                                            ? patch_value(g, x, border, pixel, tap)
                                            : 0;
    }
    for (int i = (int) threadIdx.x; i < TAPS * CHANNELS; i += THREADS) {
        int tap = first_tap + i / CHANNELS, o = first_output + i % CHANNELS;
        filter[i / CHANNELS][i % CHANNELS] = tap < taps && o < outputs
                                                 ? weight[(size_t) tap * outputs + o]
                                                 : 0;
    }
}

static __global__ void __launch_bounds__(THREADS)
    convolve_image(View y, Geometry g, View x, const float *weight, const float *bias,
                   const float *border)
{
    __shared__ float patch[TAPS][PIXELS], filter[TAPS][CHANNELS];
    int taps = x.c * g.k * g.k, lane = (int) threadIdx.x % LANES;
    int row = (int) threadIdx.x / LANES * EACH_PIXELS;
    int first_pixel = (int) blockIdx.x * PIXELS, first_output = (int) blockIdx.y * CHANNELS;
    float sum[EACH_PIXELS][EACH_CHANNELS] = {};

    for (int first = 0; first < taps; first += TAPS) {
        load_tile(patch, filter, g, x, weight, border, taps, y.c, first, first_output, first_pixel);
        __syncthreads();
        for (int t = 0; t < TAPS && first + t < taps; t++)
#pragma unroll
            for (int i = 0; i < EACH_PIXELS; i++)
#pragma unroll
                for (int o = 0; o < EACH_CHANNELS; o++)
                    sum[i][o] = fmaf(filter[t][lane + o * LANES], patch[t][row + i], sum[i][o]);
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < EACH_PIXELS; i++)
#pragma unroll
        for (int o = 0; o < EACH_CHANNELS; o++) {
            Place at = { first_output + lane + o * LANES, first_pixel + row + i };
            if (at.c < y.c && at.pixel < g.yh * g.yw) {
                float v = sum[i][o] + bias[at.c];
                y.p[index_of(y, at)] = v > 0 ? v : 0;
            }
        }
}

void conv_image(Cuda *cuda, const View &y, const CudaConv *c, const View &x)
{
    dim3 grid(blocks_for(pixel_count(y), PIXELS), blocks_for((size_t) y.c, CHANNELS));

    LAUNCH(cuda, convolve_image, grid, THREADS, y, geometry_of(&c->c, x, y), x, c->by_input,
           c->bias, c->border);
}

/* ------------------------------------------------------------- backward, 3 x 3 taps */

#define GLANCE 16                  /* pixels on the side of a block's square, */
#define GLANCE_LINE (GLANCE + 2)   /* and with those around it, */
#define GLANCE_PLANE (18 * 18 + 2) /* so far apart that eight numbers are written at once */
#define GLANCE_FOURS 4             /* of channels in shared memory at a time */
#define GLANCE_PLANES 3            /* of the image */

/* The gradients of one pixel's channels, four at a time, where the output is positive. */
static __device__ inline float4 masked_four(const View &dy, const View &y, int i, int j,
                                            int channel)
{
    if (i < 0 || i >= dy.h || j < 0 || j >= dy.w)
        return make_float4(0, 0, 0, 0);
    size_t at = (size_t) i * dy.w + j;
    float4 d = *(const float4 *) (dy.p + at * dy.step + channel);
    float4 v = *(const float4 *) (y.p + at * y.step + channel);
    return make_float4(v.x > 0 ? d.x : 0, v.y > 0 ? d.y : 0, v.z > 0 ? d.z : 0, v.w > 0 ? d.w : 0);
}

/* sum += the products of all taps with what a pixel's surroundings have; `at`: where these begin. */
static __device__ inline void add_taps(float (&sum)[GLANCE_PLANES],
                                       const float4 (*factor)[9][GLANCE_FOURS],
                                       const float4 (*seen)[GLANCE_PLANE], int at)
{
#pragma unroll
    for (int t = 0; t < 9; t++)
#pragma unroll
        for (int f = 0; f < GLANCE_FOURS; f++) {
            float4 d = seen[f][at + (2 - t / 3) * GLANCE_LINE + 2 - t % 3];
#pragma unroll
            for (int c = 0; c < GLANCE_PLANES; c++) {
                float4 w = factor[c][t][f];
                sum[c] = fmaf(w.x, d.x, fmaf(w.y, d.y, fmaf(w.z, d.z, fmaf(w.w, d.w, sum[c]))));
            }
        }
}

/* A thread for each pixel of a square; weight: (plane, tap, channel). */
static __global__ void __launch_bounds__(THREADS)
    collect_glances(View dx, View dy, View y, const float *weight, bool add)
{
    __shared__ float4 seen[GLANCE_FOURS][GLANCE_PLANE], factor[GLANCE_PLANES][9][GLANCE_FOURS];
    int across = (dx.w + GLANCE - 1) / GLANCE, thread = (int) threadIdx.x;
    int i0 = (int) blockIdx.x / across * GLANCE, j0 = (int) blockIdx.x % across * GLANCE;
    int i = i0 + thread / GLANCE, j = j0 + thread % GLANCE;
    float sum[GLANCE_PLANES] = {};

    for (int channel = 0; channel < dy.c; channel += 4 * GLANCE_FOURS) {
        for (int e = thread; e < GLANCE_LINE * GLANCE_LINE * GLANCE_FOURS; e += THREADS) {
            int f = e % GLANCE_FOURS, p = e / GLANCE_FOURS;
            seen[f][p] = masked_four(dy, y, i0 - 1 + p / GLANCE_LINE, j0 - 1 + p % GLANCE_LINE,
                                     channel + 4 * f);
        }
        if (thread < GLANCE_PLANES * 9 * GLANCE_FOURS) {
            int f = thread % GLANCE_FOURS, tap = thread / GLANCE_FOURS;
            factor[tap / 9][tap % 9][f] = *(const float4 *) (weight + tap * dy.c + channel + 4 * f);
        }
        __syncthreads();
        add_taps(sum, factor, seen, thread / GLANCE * GLANCE_LINE + thread % GLANCE);
        __syncthreads();
    }
    for (int c = 0; c < GLANCE_PLANES && i < dx.h && j < dx.w; c++) {
        float *to = dx.p + c * dx.plane + ((size_t) i * dx.w + j) * dx.step;
        *to = sum[c] + (add ? *to : 0);
    }
}

bool conv_image_glances(Cuda *cuda, const View &dx, const CudaConv *c, const View &dy,
                        const View &y, bool add)
{
    const ConvShape *s = &c->c.shape;

    if (dx.c != GLANCE_PLANES || dy.c % (4 * GLANCE_FOURS) || s->k != 3 || s->stride != 1 ||
        s->pad != 1 || s->mode != PAD_CONSTANT || !in_fours(dy) || !in_fours(y))
        return false;
    LAUNCH(cuda, collect_glances,
           blocks_for((size_t) dx.h, GLANCE) * blocks_for((size_t) dx.w, GLANCE), THREADS, dx, dy,
           y, c->by_input, add);
    return true;
}

/* ------------------------------------------------------------- backward, other taps */

/* The gradient of an image: product is (tap, output pixel). */
static __global__ void collect_taps(View dx, Geometry g, const float *product, bool add, size_t n)
{
    size_t e = thread_number(), pixels = (size_t) g.yh * g.yw;

    if (e >= n)
        return;
    Place at = place_of(dx, e);
    int i = at.pixel / g.xw, j = at.pixel % g.xw;
    const float *plane = product + (size_t) at.c * g.k * g.k * pixels;
    float sum = 0;
    for (int t = 0; t < g.k * g.k; t++)
        for (int a = conv_position(g, -g.pad - 1, i, g.xh); a != CONV_NOWHERE;
             a = conv_position(g, a, i, g.xh)) {
            int p = conv_seen_by(g, a, t / g.k, g.yh);
            if (p < 0)
                continue;
            for (int b = conv_position(g, -g.pad - 1, j, g.xw); b != CONV_NOWHERE;
                 b = conv_position(g, b, j, g.xw)) {
                int q = conv_seen_by(g, b, t % g.k, g.yw);
                if (q >= 0)
                    sum += plane[t * pixels + (size_t) p * g.yw + q];
            }
        }
    size_t to = index_of(dx, at);
    dx.p[to] = sum + (add ? dx.p[to] : 0);
}

void conv_image_back(Cuda *cuda, const View &dx, const CudaConv *c, const View &dy, bool add)
{
    Geometry g = geometry_of(&c->c, dx, dy);
    size_t taps = (size_t) dx.c * g.k * g.k, n = element_count(dx);
    Product p = {};

    p.m = p.ldc = pixel_count(dy);
    p.n = taps;
    p.k = p.ldb = (size_t) dy.c;
    p.ta = !dy.planar;
    p.a = dy.p;
    p.lda = dy.planar ? dy.plane : dy.step;
    p.b = c->by_input;
    p.c = (float *) cuda_work(cuda, p.m * taps * sizeof(float));
    if (!p.c)
        return;
    cuda_product(cuda, p);
    LAUNCH(cuda, collect_taps, blocks_for(n, THREADS), THREADS, dx, g, p.c, add, n);
}
