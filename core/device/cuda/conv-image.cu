/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions whose input is an image: little to compute, so what counts is to read and write each
 * picture once.  Forward, a block keeps its pixels' patches and the filters in shared memory.
 * Backward, for the 3 x 3 taps of usual networks, it keeps the gradients of the outputs that see its
 * pixels; for other shapes, the products of all outputs with all taps come first, far smaller than the
 * features, and then each pixel collects its own.  Where planes matter, a tap is one of the k x k places
 * of one plane. */
#include "conv-private.h"

#define PIXELS 128  /* of a block */
#define CHANNELS 64 /* outputs of a block */
#define TAPS 32     /* in shared memory at a time */
#define LANES 16    /* threads side by side, each with four outputs of EACH_PIXELS pixels */
#define EACH_PIXELS (PIXELS / (THREADS / LANES))

/* Where a tap is: a place of one plane. */
typedef struct {
    int plane, i, j;
} Tap;

/* Those of a block's first tap and the next ones; division is slow, so once for all pixels. */
static __device__ inline void find_taps(Tap *to, const Geometry &g, int first)
{
    int n = first + (int) threadIdx.x, t = n % (g.k * g.k);

    if (threadIdx.x < TAPS)
        to[threadIdx.x] = { n / (g.k * g.k), t / g.k, t % g.k };
}

/* One number of a patch that begins at (i, j). */
static __device__ inline float patch_value(const Geometry &g, const View &x, const float *border,
                                           int i, int j, const Tap &tap)
{
    int p = conv_source(g.mode, i + tap.i, g.xh), q = conv_source(g.mode, j + tap.j, g.xw);

    return p < 0 || q < 0 ? border[tap.plane]
                          : x.p[tap.plane * x.plane + ((size_t) p * g.xw + q) * x.step];
}

/* Zeros beyond the last tap, pixel and output. */
static __device__ inline void load_tile(float (*patch)[PIXELS], float (*filter)[CHANNELS],
                                        const Tap *place, const Geometry &g, const View &x,
                                        const float *weight, const float *border, int taps,
                                        int outputs, int first_tap, int first_output,
                                        int first_pixel)
{
    int at = (int) threadIdx.x % PIXELS, pixel = first_pixel + at;
    int i = pixel / g.yw * g.stride - g.pad, j = pixel % g.yw * g.stride - g.pad;

    for (int n = (int) threadIdx.x / PIXELS; n < TAPS; n += THREADS / PIXELS)
        patch[n][at] = first_tap + n < taps && pixel < g.yh * g.yw
                           ? patch_value(g, x, border, i, j, place[n])
                           : 0;
    for (int e = (int) threadIdx.x; e < TAPS * CHANNELS; e += THREADS) {
        int tap = first_tap + e / CHANNELS, o = first_output + e % CHANNELS;
        filter[e / CHANNELS][e % CHANNELS] = tap < taps && o < outputs
                                                 ? weight[(size_t) tap * outputs + o]
                                                 : 0;
    }
}

/* sum[i] += four outputs' products of one tap with pixel i. */
static __device__ inline void add_tap(float4 (&sum)[EACH_PIXELS], const float4 &w,
                                      const float4 *pixels)
{
#pragma unroll
    for (int n = 0; n < EACH_PIXELS / 4; n++) {
        float4 p = pixels[n];
        const float value[4] = { p.x, p.y, p.z, p.w };
#pragma unroll
        for (int l = 0; l < 4; l++) {
            float4 &to = sum[4 * n + l];
            to = make_float4(fmaf(w.x, value[l], to.x), fmaf(w.y, value[l], to.y),
                             fmaf(w.z, value[l], to.z), fmaf(w.w, value[l], to.w));
        }
    }
}

/* Four outputs of a pixel, from y's plane `channel` on: where `fours`, all at once. */
static __device__ inline void write_four(const View &y, bool fours, int channel, int pixel,
                                         const float4 &sum, const float *bias, bool linear)
{
    float value[4] = { sum.x, sum.y, sum.z, sum.w };

#pragma unroll
    for (int o = 0; o < 4; o++) {
        float v = channel + o < y.c ? value[o] + bias[channel + o] : 0;
        value[o] = linear ? v : fmaxf(v, 0);
    }
    if (fours && channel < y.c) {
        *(float4 *) (y.p + pixel * y.step + channel) = make_float4(value[0], value[1], value[2],
                                                                   value[3]);
        return;
    }
    for (int o = 0; o < 4 && channel + o < y.c; o++)
        y.p[index_of(y, { channel + o, pixel })] = value[o];
}

static __global__ void __launch_bounds__(THREADS)
    convolve_image(View y, bool fours, Geometry g, View x, const float *weight, const float *bias,
                   const float *border, bool linear)
{
    alignas(16) __shared__ float patch[TAPS][PIXELS], filter[TAPS][CHANNELS];
    __shared__ Tap place[TAPS];
    int taps = x.c * g.k * g.k, lane = (int) threadIdx.x % LANES;
    int row = (int) threadIdx.x / LANES * EACH_PIXELS;
    int first_pixel = (int) blockIdx.x * PIXELS, first_output = (int) blockIdx.y * CHANNELS;
    float4 sum[EACH_PIXELS] = {};

    for (int first = 0; first < taps; first += TAPS) {
        find_taps(place, g, first);
        __syncthreads();
        load_tile(patch, filter, place, g, x, weight, border, taps, y.c, first, first_output,
                  first_pixel);
        __syncthreads();
        for (int t = 0; t < TAPS && first + t < taps; t++)
            add_tap(sum, *(const float4 *) &filter[t][4 * lane], (const float4 *) &patch[t][row]);
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < EACH_PIXELS; i++)
        if (first_pixel + row + i < g.yh * g.yw)
            write_four(y, fours, first_output + 4 * lane, first_pixel + row + i, sum[i], bias,
                       linear);
}

void conv_image(Cuda *cuda, const View &y, const CudaConv *c, const View &x)
{
    dim3 grid(blocks_for(pixel_count(y), PIXELS), blocks_for((size_t) y.c, CHANNELS));

    LAUNCH(cuda, convolve_image, grid, THREADS, y, in_fours(y), geometry_of(&c->c, x, y), x,
           c->by_input, c->bias, c->border, c->c.shape.linear);
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

/* sum += the products of tap t with what is seen at `at`. */
static __device__ inline void add_glance(float (&sum)[GLANCE_PLANES],
                                         const float4 (*factor)[9][GLANCE_FOURS],
                                         const float4 (*seen)[GLANCE_PLANE], int at, int t)
{
#pragma unroll
    for (int f = 0; f < GLANCE_FOURS; f++) {
        float4 d = seen[f][at];
#pragma unroll
        for (int c = 0; c < GLANCE_PLANES; c++) {
            float4 w = factor[c][t][f];
            sum[c] = fmaf(w.x, d.x, fmaf(w.y, d.y, fmaf(w.z, d.z, fmaf(w.w, d.w, sum[c]))));
        }
    }
}

/* sum += the products of all taps with what a pixel's surroundings have; `at`: where these begin. */
static __device__ inline void add_taps(float (&sum)[GLANCE_PLANES],
                                       const float4 (*factor)[9][GLANCE_FOURS],
                                       const float4 (*seen)[GLANCE_PLANE], int at)
{
#pragma unroll
    for (int t = 0; t < 9; t++)
        add_glance(sum, factor, seen, at + (2 - t / 3) * GLANCE_LINE + 2 - t % 3, t);
}

/* Along a line of n pixels, one that a reflecting border repeats was seen by more outputs: pixel 1, which stands
 * at -1 as well, by output 0 through tap 0, and pixel n - 2, which stands at n, by output n - 1 through tap 2.
 * Number `m` of a pixel's outputs, the first three its own; false where there is none. */
static __device__ inline bool seen_again(int m, int i, int n, int *output, int *tap)
{
    *tap = m < 3 ? m : m == 3 ? 0 : 2;
    *output = m < 3 ? i + 1 - m : m == 3 ? 0 : n - 1;
    return m < 3 || (m == 3 ? i == 1 : i == n - 2);
}

/* What add_taps leaves out of pixel (i, j), in a square that begins at (i0, j0). */
static __device__ inline void add_reflected(float (&sum)[GLANCE_PLANES],
                                            const float4 (*factor)[9][GLANCE_FOURS],
                                            const float4 (*seen)[GLANCE_PLANE], const View &dx,
                                            int i, int j, int i0, int j0)
{
    if (i != 1 && i != dx.h - 2 && j != 1 && j != dx.w - 2)
        return;
    for (int m = 0; m < 5; m++)
        for (int n = m < 3 ? 3 : 0; n < 5; n++) {
            int p, q, u, v;
            if (seen_again(m, i, dx.h, &p, &u) && seen_again(n, j, dx.w, &q, &v))
                add_glance(sum, factor, seen, (p - i0 + 1) * GLANCE_LINE + q - j0 + 1, 3 * u + v);
        }
}

/* A thread for each pixel of a square; weight: (plane, tap, channel). */
static __global__ void __launch_bounds__(THREADS)
    collect_glances(View dx, View dy, View y, const float *weight, bool reflect, bool add)
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
        if (reflect && i < dx.h && j < dx.w)
            add_reflected(sum, factor, seen, dx, i, j, i0, j0);
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

    if (s->linear || dx.c != GLANCE_PLANES || dy.c % (4 * GLANCE_FOURS) || s->k != 3 || s->stride != 1 ||
        s->pad != 1 || !in_fours(dy) || !in_fours(y) ||
        (s->mode == PAD_REFLECT && (dx.h < 2 || dx.w < 2)))
        return false;
    LAUNCH(cuda, collect_glances,
           blocks_for((size_t) dx.h, GLANCE) * blocks_for((size_t) dx.w, GLANCE), THREADS, dx, dy,
           y, c->by_input, s->mode == PAD_REFLECT, add);
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
