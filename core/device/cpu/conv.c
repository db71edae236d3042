/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "conv-private.h"
#include "cpu.h"

#include <stdlib.h>
#include <string.h>

/* Floats of a strip that stay in the second cache beside the filter. */
#define STRIP 40000

/* ------------------------------------------------------------------- construction */

/* Entry (k, j) of an n x m matrix cut into panels of `wide` columns. */
static float *entry(float *panels, int n, int wide, int k, int j)
{
    return panels + ((size_t) (j / wide) * n + k) * wide + j % wide;
}

static void pack(CpuConv *c, const ConvShape *s, const float *weight, int wide)
{
    int kk = s->k * s->k;

    for (int o = 0; o < s->cout; o++)
        for (int i = 0; i < s->cin; i++)
            for (int t = 0; t < kk; t++) {
                float v = weight[((size_t) o * s->cin + i) * kk + t];
                *entry(c->forward, kk * s->cin, wide, t * s->cin + i, o) = v;
                *entry(c->backward, kk * s->cout, wide, (kk - 1 - t) * s->cout + o, i) = v;
            }
}

static bool make_panels(CpuConv *c, const float *weight)
{
    const ConvShape *s = &c->c.shape;
    size_t wide = cpu_of(c->c.dev)->kernels->columns, kk = (size_t) s->k * s->k;
    size_t cout = (s->cout + wide - 1) / wide * wide, cin = (s->cin + wide - 1) / wide * wide;
    size_t total = kk * (s->cin * cout + s->cout * cin) + cout + cin;

    c->own = cpu_alloc(total * sizeof(float));
    if (!c->own)
        return false;
    memset(c->own, 0, total * sizeof(float));
    c->forward = c->own;
    c->backward = c->forward + kk * s->cin * cout;
    c->bias = c->backward + kk * s->cout * cin;
    c->border = c->bias + cout;
    pack(c, s, weight, (int) wide);
    return true;
}

static bool keep_weights(CpuConv *c, const ConvShape *s, const float *weight, const float *bias)
{
    if (!(s->cin <= IMAGE_PLANES ? conv_make_groups(c, weight) : make_panels(c, weight)))
        return false;
    memcpy(c->bias, bias, s->cout * sizeof(float));
    if (s->border)
        memcpy(c->border, s->border, s->cin * sizeof(float));
    return true;
}

Conv *cpu_conv_new(Device *d, const ConvShape *s, const float *weight, const float *bias)
{
    CpuConv *c = calloc(1, sizeof *c);
    bool ok;

    if (!c)
        return NULL;
    c->c = (Conv){ d, *s };
    c->c.shape.border = NULL;
    if (winograd_takes(s))
        ok = (c->winograd = winograd_new(cpu_of(d), s, weight, bias));
    else
#ifdef HAVE_ONEDNN
    if (onednn_takes(cpu_of(d)->onednn, s))
        ok = (c->onednn = onednn_conv_new(cpu_of(d)->onednn, s, weight, bias));
    else
#endif
        ok = keep_weights(c, s, weight, bias);
    if (ok)
        return &c->c;
    free(c);
    return NULL;
}

double cpu_filter_floats(const ConvShape *s)
{
    double orders = winograd_takes(s) ? 2.0 * WINOGRAD_TERMS / 9 : 2;

    return orders * s->k * s->k * s->cin * s->cout;
}

void cpu_conv_drop(Conv *conv)
{
    if (!conv)
        return;
    CpuConv *c = (CpuConv *) conv;
#ifdef HAVE_ONEDNN
    onednn_conv_drop(c->onednn);
#endif
    winograd_drop(c->winograd);
    cpu_free(c->own);
    free(c);
}

/* ----------------------------------------------------------------------- gradients */

/* Row i of one channel of dy, where y is positive or `all` of it, to[0 .. w - 1]; any layout. */
static void rectified_row(float *to, size_t to_step, const CpuTensor *dy, const CpuTensor *y,
                          bool all, int channel, int i)
{
    int w = y->t.w;
    const float *d = dy->p + channel * dy->plane + (size_t) i * w * dy->step;
    const float *v = y->p + channel * y->plane + (size_t) i * w * y->step;

    for (int j = 0; j < w; j++)
        to[j * to_step] = all || v[j * y->step] > 0 ? d[j * dy->step] : 0;
}

/* Rows first .. of dy where it passes, spread out by the stride and with zeros about them;
 * column 0 of the strip is column -left of dy. */
static void fill_gradient(float *to, const Strip *s, const CpuConv *c, const CpuTensor *dy,
                          const CpuTensor *y, int first, int left)
{
    int stride = c->c.shape.stride, w = y->t.w;
    const Kernels *kernels = cpu_of(c->c.dev)->kernels;
    bool features = !s->image && dy->plane == 1 && y->plane == 1, all = c->c.shape.linear;

    memset(to, 0, s->size * sizeof(float));
    for (int r = 0; r < s->rows; r++) {
        int i = first + r;
        if (i < 0 || i % stride || i / stride >= y->t.h)
            continue;
        i /= stride;
        float *row = to + r * s->row + left * s->pixel;
        for (int n = 0; !features && n < s->channels; n++)
            rectified_row(row + n * s->plane, s->pixel * stride, dy, y, all, n, i);
        for (int j = 0; features && j < w; j++) {
            float *pixel = row + (size_t) j * stride * s->pixel;
            const float *from = dy->p + ((size_t) i * w + j) * dy->step;
            if (all)
                memcpy(pixel, from, s->channels * sizeof *pixel);
            else
                kernels->rectified(pixel, from, y->p + ((size_t) i * w + j) * y->step, s->channels);
        }
    }
}

/* --------------------------------------------------------------------- operations */

/* So many output rows that their strip is about as large as it should be. */
static int rows_at_once(int per_row, int h, int threads)
{
    int rows = STRIP / (per_row > 0 ? per_row : 1), fair = (h + 2 * threads - 1) / (2 * threads);

    rows = rows < fair ? rows : fair;
    return rows < 1 ? 1 : rows > 16 ? 16 : rows;
}

/* One output row after another, or one panel of the filter after another. */
static void multiply(const Kernels *k, Product p, int rows, size_t a_next, size_t c_next)
{
    int wide = cpu_is_large(&p) ? k->columns : p.columns;

    for (int j = 0; j < p.columns; j += wide) {
        Product q = p;
        q.columns = p.columns - j < wide ? p.columns - j : wide;
        q.b += j / k->columns * p.b_panel;
        q.bias = p.bias ? p.bias + j : NULL;
        q.c += j;
        for (int i = 0; i < rows; i++, q.a += a_next, q.c += c_next)
            k->product(&q);
    }
}

/* Moves rows of (pixels, channels) to where the tensor has them. */
static void put_rows(const CpuTensor *y, const float *from, int first, int rows)
{
    size_t w = (size_t) y->t.w, at = first * w;

    for (size_t j = 0; j < rows * w; j++)
        for (int c = 0; c < y->t.c; c++)
            y->p[c * y->plane + (at + j) * y->step] = from[j * y->t.c + c];
}

/* One row of outputs, of features. */
static Product forward_product(const CpuConv *c, const int *offset, const Strip *strip,
                               const float *in, int n, float *out, size_t out_row, bool past)
{
    const ConvShape *s = &c->c.shape;
    size_t depth = (size_t) s->k * s->k * s->cin, wide = cpu_of(c->c.dev)->kernels->columns;

    return (Product){ .rows = n,
                      .depth = (int) depth,
                      .columns = s->cout,
                      .a = in,
                      .a_row = strip->pixel * s->stride,
                      .offset = offset,
                      .b = c->forward,
                      .b_row = wide,
                      .b_panel = depth * wide,
                      .bias = c->bias,
                      .c = out,
                      .c_row = out_row,
                      .relu = !s->linear,
                      .past = past };
}

static void own_conv(const CpuTensor *y, const CpuConv *c, const CpuTensor *x)
{
    const ConvShape *s = &c->c.shape;
    const Tensor *xt = &x->t, *yt = &y->t;
    Cpu *cpu = cpu_of(yt->dev);
    bool image = s->cin <= IMAGE_PLANES;
    int depth = s->k * s->k * s->cin, width = xt->w + 2 * s->pad;
    int block = rows_at_once(width * s->cin * s->stride, yt->h, cpu->threads);
    Strip strip = strip_shape(s->k, image, s->cin, c->sums, (block - 1) * s->stride + s->k, width);
    bool direct = y->plane == 1; /* rows go straight to y */
    bool past = direct && cpu_goes_past(cpu, y);
    size_t row = direct ? 0 : (size_t) block * yt->w * yt->c, each = strip.size + row + ALIGN;
    size_t offsets = cpu_aligned(image ? (size_t) c->taps : (size_t) depth);

    float *work = cpu_work(cpu, (offsets + each * cpu->threads) * sizeof(float));
    if (!work)
        return;
    int *offset = (int *) work;
    if (image)
        strip_group_taps(offset, &strip, c);
    else
        strip_taps(offset, &strip);
    work += offsets;
    int team = cpu_team(cpu, (double) depth * s->cout * yt->h * yt->w);
#pragma omp parallel for num_threads(team) schedule(dynamic)
    for (int i = 0; i < yt->h; i += block) {
        float *in = work + each * cpu_thread(), *out = in + strip.size;
        int rows = yt->h - i < block ? yt->h - i : block;
        if (!cpu_goes_on(cpu))
            continue;
        Strip part = strip;
        part.rows = (rows - 1) * s->stride + s->k;
        strip_fill(in, &part, c, x, i * s->stride - s->pad);
        if (direct)
            out = y->p + (size_t) i * yt->w * y->step;
        size_t step = direct ? y->step : (size_t) yt->c;
        for (int r = 0; image && r < rows; r++)
            conv_image_pixels(c, offset, in + r * s->stride * strip.row, out + r * step * yt->w,
                              step, yt->w, past);
        if (!image)
            multiply(cpu->kernels, forward_product(c, offset, &strip, in, yt->w, out, step, past),
                     rows, strip.row * s->stride, step * yt->w);
        if (!direct)
            put_rows(y, out, i, rows);
    }
}

/* The gradient with respect to the input and its border: one row of w + 2 pad pixels. */
static void features_row(float *out, float *in, const Strip *strip, const int *offset,
                         const CpuConv *c, const CpuTensor *dy, const CpuTensor *y, int e, int w)
{
    const ConvShape *s = &c->c.shape;
    const Kernels *kernels = cpu_of(c->c.dev)->kernels;

    fill_gradient(in, strip, c, dy, y, e + s->pad - s->k + 1, s->k - 1);
    multiply(kernels,
             (Product){ .rows = w + 2 * s->pad,
                        .depth = s->k * s->k * s->cout,
                        .columns = s->cin,
                        .a = in,
                        .a_row = strip->pixel,
                        .offset = offset,
                        .b = c->backward,
                        .b_row = kernels->columns,
                        .b_panel = (size_t) s->k * s->k * s->cout * kernels->columns,
                        .c = out,
                        .c_row = s->cin },
             1, 0, 0);
}

/* Adds a row with its border to where the border's values came from. */
static void fold_row(float *dx, size_t step, const float *row, const ConvShape *s, int w,
                     const Kernels *kernels)
{
    for (int q = -s->pad; q < w + s->pad; q++) {
        int j = conv_source(s->mode, q, w);
        if (j >= 0)
            kernels->add(dx + j * step, row + (size_t) (q + s->pad) * s->cin, s->cin);
    }
}

static void features_back(const CpuTensor *dx, const CpuConv *c, const CpuTensor *dy,
                          const CpuTensor *y, bool add)
{
    const ConvShape *s = &c->c.shape;
    Cpu *cpu = cpu_of(c->c.dev);
    int h = dx->t.h, w = dx->t.w, depth = s->k * s->k * s->cout;
    Strip strip = strip_shape(s->k, false, s->cout, false, s->k, w + 2 * s->pad + s->k - 1);
    size_t row = (size_t) (w + 2 * s->pad) * s->cin, each = strip.size + row + ALIGN;

    float *work = cpu_work(cpu, (depth + ALIGN + each * cpu->threads) * sizeof(float));
    if (!work)
        return;
    int *offset = (int *) work;
    strip_taps(offset, &strip);
    work += (depth + ALIGN - 1) / ALIGN * ALIGN;
    int team = cpu_team(cpu, (double) depth * s->cin * h * w);
#pragma omp parallel for num_threads(team) schedule(dynamic)
    for (int i = 0; i < h; i++) {
        float *in = work + each * cpu_thread(), *out = in + strip.size;
        if (!cpu_goes_on(cpu))
            continue;
        for (int j = 0; !add && j < w; j++)
            memset(dx->p + ((size_t) i * w + j) * dx->step, 0, s->cin * sizeof(float));
        for (int e = -s->pad; e < h + s->pad; e++)
            if (conv_source(s->mode, e, h) == i) {
                features_row(out, in, &strip, offset, c, dy, y, e, w);
                fold_row(dx->p + (size_t) i * w * dx->step, dx->step, out, s, w, cpu->kernels);
            }
    }
}

void cpu_conv(Tensor *y, const Conv *conv, const Tensor *x)
{
    const CpuConv *c = (const CpuConv *) conv;

    if (!cpu_goes_on(cpu_of(y->dev)))
        return;
    if (c->winograd) {
        winograd_conv(cpu_of(y->dev), c->winograd, cpu_tensor(y), cpu_tensor(x));
        return;
    }
#ifdef HAVE_ONEDNN
    if (c->onednn) {
        onednn_conv(cpu_of(y->dev), c->onednn, cpu_tensor(y), cpu_tensor(x));
        return;
    }
#endif
    own_conv(cpu_tensor(y), c, cpu_tensor(x));
}

void cpu_conv_back(Tensor *dx, const Conv *conv, Tensor *dy, const Tensor *y, bool add)
{
    const CpuConv *c = (const CpuConv *) conv;

    if (!cpu_goes_on(cpu_of(y->dev)))
        return;
    if (c->winograd) {
        winograd_conv_back(cpu_of(y->dev), c->winograd, cpu_tensor(dx), cpu_tensor(dy), cpu_tensor(y),
                           add);
        return;
    }
#ifdef HAVE_ONEDNN
    if (c->onednn) {
        onednn_conv_back(cpu_of(y->dev), c->onednn, cpu_tensor(dx), cpu_tensor(dy), cpu_tensor(y),
                         add);
        return;
    }
#endif
    if (conv->shape.cin <= IMAGE_PLANES)
        conv_image_back(cpu_tensor(dx), c, cpu_tensor(dy), cpu_tensor(y), add);
    else
        features_back(cpu_tensor(dx), c, cpu_tensor(dy), cpu_tensor(y), add);
}
