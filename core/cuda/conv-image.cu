/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions whose input is an image: little to compute, so what counts is to read and write each
 * picture once.  Forward, a block keeps its pixels' patches and the filters in shared memory.
 * Backward, the products of all outputs with all taps come first, far smaller than the features;
 * then each pixel collects its own.  In both a tap is one of the k x k places of one plane. */
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
