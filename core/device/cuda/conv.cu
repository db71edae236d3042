/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "conv-private.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------- construction */

/* From (output, input, tap) to (output, tap, input), or `by_input` to (input, tap, output). */
static __global__ void order_weights(float *to, const float *from, int outputs, int inputs,
                                     int taps, bool by_input, size_t n)
{
    size_t e = thread_number();
    int row, column, of, tap, across = by_input ? outputs : inputs;

    if (e >= n)
        return;
    divide(e, across, &row, &column);
    divide((size_t) row, taps, &of, &tap);
    int output = by_input ? column : of, input = by_input ? of : column;
    to[e] = from[((size_t) output * inputs + input) * taps + tap];
}

static void put_weights(Cuda *cuda, const CudaConv *c, const float *weight)
{
    const ConvShape *s = &c->c.shape;
    int taps = s->k * s->k;
    size_t n = (size_t) taps * s->cin * s->cout;
    float *raw = (float *) cuda_work(cuda, n * sizeof *raw);

    if (!raw || !cuda_put(cuda, raw, weight, n * sizeof *raw))
        return;
    if (c->by_output)
        LAUNCH(cuda, order_weights, blocks_for(n, THREADS), THREADS, c->by_output, raw, s->cout,
               s->cin, taps, false, n);
    LAUNCH(cuda, order_weights, blocks_for(n, THREADS), THREADS, c->by_input, raw, s->cout, s->cin,
           taps, true, n);
}

/* Pieces of memory begin where four numbers can be read at once. */
static size_t in_whole_fours(size_t n)
{
    return (n + 3) / 4 * 4;
}

static bool all_zero(const float *v, int n)
{
    for (int i = 0; i < n; i++)
        if (v[i] != 0)
            return false;
    return true;
}

Conv *cuda_conv_new(Device *d, const ConvShape *s, const float *weight, const float *bias)
{
    CudaConv *c = (CudaConv *) calloc(1, sizeof *c);
    Cuda *cuda = cuda_of(d);
    size_t n = in_whole_fours((size_t) s->k * s->k * s->cin * s->cout);
    size_t first = s->cin <= IMAGE_PLANES ? 0 : n, border = first + n;
    size_t offset = border + in_whole_fours(s->cin), total = offset + in_whole_fours(s->cout);
    float *host = (float *) calloc(total - border, sizeof *host); /* border and bias */

    if (c && host)
        c->own = (float *) cuda_alloc(cuda, total * sizeof *host);
    if (!c || !host || !c->own) {
        free(c);
        free(host);
        return NULL;
    }
    c->c = { d, *s };
    c->c.shape.border = NULL;
    c->by_output = first ? c->own : NULL;
    c->by_input = c->own + first;
    c->border = c->own + border;
    c->bias = c->own + offset;
    c->plain_border = s->pad == 0 ||
                      (s->mode == PAD_CONSTANT && (!s->border || all_zero(s->border, s->cin)));
    if (s->border)
        memcpy(host, s->border, s->cin * sizeof *host);
    memcpy(host + offset - border, bias, s->cout * sizeof *host);
    if (cuda_put(cuda, c->border, host, (total - border) * sizeof *host))
        put_weights(cuda, c, weight);
    free(host);
    return &c->c;
}

void cuda_conv_drop(Conv *conv)
{
    if (!conv)
        return;
    conv_cudnn_drop((CudaConv *) conv);
    cuda_free(cuda_of(conv->dev), ((CudaConv *) conv)->own);
    free(conv);
}

/* ------------------------------------------------------------------------ patches */

/* Patches of output pixels from `first` on: (pixel, tap, channel), n numbers in all.  T is
 * float, or float4 for four channels at once. */
template <typename T>
static __global__ void gather_inputs(T *to, Geometry g, const T *x, size_t step, int channels,
                                     const T *border, size_t first, unsigned n)
{
    unsigned e = (unsigned) thread_number();

    if (e >= n)
        return;
    unsigned c = e % channels, row = e / channels, tap = row % (g.k * g.k);
    int pixel = (int) (first + row / (g.k * g.k));
    int i = pixel / g.yw * g.stride - g.pad + (int) tap / g.k;
    int j = pixel % g.yw * g.stride - g.pad + (int) tap % g.k;
    int p = conv_source(g.mode, i, g.xh), q = conv_source(g.mode, j, g.xw);
    to[e] = p < 0 || q < 0 ? border[c] : x[((size_t) p * g.xw + q) * step + c];
}

static __device__ inline void add_to(float &sum, float v)
{
    sum += v;
}

static __device__ inline void add_to(float4 &sum, const float4 &v)
{
    sum.x += v.x;
    sum.y += v.y;
    sum.z += v.z;
    sum.w += v.w;
}

/* Patches of input pixels from `first` on: for every tap, the outputs that saw the pixel
 * through it, added up: more than one where the border reflects it. */
template <typename T>
static __global__ void gather_outputs(T *to, Geometry g, const T *dy, size_t plane, size_t step,
                                      int channels, size_t first, unsigned n)
{
    unsigned e = (unsigned) thread_number();

    if (e >= n)
        return;
    unsigned c = e % channels, row = e / channels, tap = row % (g.k * g.k);
    int pixel = (int) (first + row / (g.k * g.k)), i = pixel / g.xw, j = pixel % g.xw;
    int u = (int) tap / g.k, v = (int) tap % g.k;
    T sum = T();
    for (int a = conv_position(g, -g.pad - 1, i, g.xh); a != CONV_NOWHERE;
         a = conv_position(g, a, i, g.xh)) {
        int p = conv_seen_by(g, a, u, g.yh);
        if (p < 0)
            continue;
        for (int b = conv_position(g, -g.pad - 1, j, g.xw); b != CONV_NOWHERE;
             b = conv_position(g, b, j, g.xw)) {
            int q = conv_seen_by(g, b, v, g.yw);
            if (q >= 0)
                add_to(sum, dy[c * plane + ((size_t) p * g.yw + q) * step]);
        }
    }
    to[e] = sum;
}

/* So many pixels at a time that their patches, of `size` numbers each, fit a chunk. */
static size_t pixels_at_once(size_t pixels, size_t size)
{
    size_t most = CHUNK / (size * sizeof(float));
    size_t chunks = most ? (pixels + most - 1) / most : pixels;

    return (pixels + chunks - 1) / chunks;
}

/* ------------------------------------------------------------------------ forward */

/* y = relu(y + bias), or without ReLU, for `pixels` pixels from `first` on. */
static __global__ void add_bias(View y, const float *bias, bool linear, size_t first,
                                size_t pixels)
{
    size_t e = thread_number();
    Place at;

    if (e >= pixels * y.c)
        return;
    if (y.planar)
        divide(e, (int) pixels, &at.c, &at.pixel);
    else
        divide(e, y.c, &at.pixel, &at.c);
    at.pixel += (int) first;
    float v = y.p[index_of(y, at)] + bias[at.c];
    y.p[index_of(y, at)] = v > 0 || linear ? v : 0;
}

static void patches_of_inputs(Cuda *cuda, float *to, const Geometry &g, const View &x,
                              const float *border, size_t first, size_t pixels)
{
    size_t n = pixels * g.k * g.k * x.c;

    if (in_fours(x))
        LAUNCH(cuda, gather_inputs<float4>, blocks_for(n / 4, THREADS), THREADS, (float4 *) to, g,
               (const float4 *) x.p, x.step / 4, x.c / 4, (const float4 *) border, first,
               (unsigned) (n / 4));
    else
        LAUNCH(cuda, gather_inputs<float>, blocks_for(n, THREADS), THREADS, to, g, x.p, x.step, x.c,
               border, first, (unsigned) n);
}

void cuda_conv(Tensor *yt, const Conv *conv, const Tensor *xt)
{
    const CudaConv *c = (const CudaConv *) conv;
    Cuda *cuda = cuda_of(yt->dev);
    View x = view_of(xt), y = view_of(yt);
    Geometry g = geometry_of(conv, x, y);
    size_t size = (size_t) g.k * g.k * x.c, total = pixel_count(y),
           most = pixels_at_once(total, size);

    if (!cuda_goes_on(cuda))
        return;
    if (x.c <= IMAGE_PLANES)
        conv_image(cuda, y, c, x);
    if (x.c <= IMAGE_PLANES || conv_cudnn(cuda, y, c, x))
        return;
    float *patches = (float *) cuda_work(cuda, most * size * sizeof *patches);
    for (size_t first = 0; patches && first < total && cuda_goes_on(cuda); first += most) {
        size_t n = total - first < most ? total - first : most;
        Product p = {};
        p.k = p.lda = p.ldb = size;
        p.ta = true;
        p.ldc = y.planar ? y.plane : y.step;
        p.c = y.p + first * y.step;
        p.m = y.planar ? n : (size_t) y.c;
        p.n = y.planar ? (size_t) y.c : n;
        p.a = y.planar ? patches : c->by_output;
        p.b = y.planar ? c->by_output : patches;
        patches_of_inputs(cuda, patches, g, x, c->border, first, n);
        cuda_product(cuda, p);
        LAUNCH(cuda, add_bias, blocks_for(n * y.c, THREADS), THREADS, y, c->bias,
               conv->shape.linear, first, n);
    }
}

/* ----------------------------------------------------------------------- backward */

/* dy = dy where y is positive, else 0 */
static __global__ void mask_gradient(View dy, View y, bool alike, size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
    size_t to = alike ? e : index_of(dy, place_of(dy, e));
    size_t from = alike ? e : index_of(y, place_of(dy, e));
    if (!(y.p[from] > 0))
        dy.p[to] = 0;
}

/* The same, four channels at once. */
static __global__ void mask_fours(View dy, View y, size_t n)
{
    size_t e = thread_number();
    int pixel, c;

    if (e >= n)
        return;
    divide(e, y.c / 4, &pixel, &c);
    float4 v = ((const float4 *) (y.p + pixel * y.step))[c];
    float4 *to = (float4 *) (dy.p + pixel * dy.step) + c, d = *to;
    *to = make_float4(v.x > 0 ? d.x : 0, v.y > 0 ? d.y : 0, v.z > 0 ? d.z : 0, v.w > 0 ? d.w : 0);
}

static void mask(Cuda *cuda, const View &dy, const View &y)
{
    size_t n = element_count(dy);

    if (in_fours(dy) && in_fours(y))
        LAUNCH(cuda, mask_fours, blocks_for(n / 4, THREADS), THREADS, dy, y, n / 4);
    else
        LAUNCH(cuda, mask_gradient, blocks_for(n, THREADS), THREADS, dy, y, lie_alike(dy, y), n);
}

static void patches_of_outputs(Cuda *cuda, float *to, const Geometry &g, const View &dy,
                               size_t first, size_t pixels)
{
    size_t n = pixels * g.k * g.k * dy.c;

    if (in_fours(dy))
        LAUNCH(cuda, gather_outputs<float4>, blocks_for(n / 4, THREADS), THREADS, (float4 *) to, g,
               (const float4 *) dy.p, 1, dy.step / 4, dy.c / 4, first, (unsigned) (n / 4));
    else
        LAUNCH(cuda, gather_outputs<float>, blocks_for(n, THREADS), THREADS, to, g, dy.p, dy.plane,
               dy.step, dy.c, first, (unsigned) n);
}

void cuda_conv_back(Tensor *dxt, const Conv *conv, Tensor *dyt, const Tensor *yt, bool add)
{
    const CudaConv *c = (const CudaConv *) conv;
    Cuda *cuda = cuda_of(dxt->dev);
    View dx = view_of(dxt), dy = view_of(dyt), y = view_of(yt);
    Geometry g = geometry_of(conv, dx, dy);
    size_t size = (size_t) g.k * g.k * dy.c, total = pixel_count(dx);
    size_t most = pixels_at_once(total, size);

    if (!cuda_goes_on(cuda))
        return;
    if (dx.c <= IMAGE_PLANES && conv_image_glances(cuda, dx, c, dy, y, add))
        return;
    if (!conv->shape.linear)
        mask(cuda, dy, y);
    if (dx.c <= IMAGE_PLANES)
        conv_image_back(cuda, dx, c, dy, add);
    if (dx.c <= IMAGE_PLANES || conv_cudnn_back(cuda, dx, c, dy, add))
        return;
    float *patches = (float *) cuda_work(cuda, most * size * sizeof *patches);
    for (size_t first = 0; patches && first < total && cuda_goes_on(cuda); first += most) {
        size_t n = total - first < most ? total - first : most;
        Product p = {};
        p.ta = true;
        p.add = add;
        p.m = dx.c;
        p.n = n;
        p.k = p.lda = p.ldb = size;
        p.a = c->by_input;
        p.b = patches;
        p.c = dx.p + first * dx.step;
        p.ldc = dx.step;
        patches_of_outputs(cuda, patches, g, dy, first, n);
        cuda_product(cuda, p);
    }
}
