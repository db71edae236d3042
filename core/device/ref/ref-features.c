/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "device/conv-shape.h"
#include "ref-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------------- convolution */

Conv *ref_conv_new(Device *d, const ConvShape *shape, const float *weight, const float *bias)
{
    RefConv *r = calloc(1, sizeof *r);
    size_t n = (size_t) shape->cout * shape->cin * shape->k * shape->k;

    if (!r)
        return NULL;
    r->c = (Conv){ d, *shape };
    r->c.shape.border = NULL;
    r->weight = ref_room(ref_of(d), (n + shape->cout + shape->cin) * sizeof(double), &r->chunk);
    if (!r->weight) {
        free(r);
        return NULL;
    }
    r->bias = r->weight + n;
    r->border = r->bias + shape->cout;
    ref_unlock(d);
    for (size_t i = 0; i < n; i++)
        r->weight[i] = weight[i];
    for (int i = 0; i < shape->cout; i++)
        r->bias[i] = bias[i];
    for (int i = 0; shape->border && i < shape->cin; i++)
        r->border[i] = shape->border[i];
    ref_leave(d);
    ref_of(d)->live++;
    return &r->c;
}

void ref_conv_drop(Conv *c)
{
    if (!c)
        return;
    ref_release(ref_of(c->dev), ((RefConv *) c)->chunk);
    ref_of(c->dev)->live--;
    free(c);
}

/* One output pixel's window: for every input channel and tap, in the order of a filter's weights,
 * the input's index, or -1 for the channel's border value. */
static void find_taps(ptrdiff_t *tap, const ConvShape *c, const Tensor *x, int i, int j)
{
    for (int ci = 0; ci < c->cin; ci++)
        for (int u = 0; u < c->k; u++)
            for (int v = 0; v < c->k; v++) {
                int p = conv_source(c->mode, i * c->stride - c->pad + u, x->h);
                int q = conv_source(c->mode, j * c->stride - c->pad + v, x->w);
                *tap++ = p < 0 || q < 0 ? -1 : ((ptrdiff_t) ci * x->h + p) * x->w + q;
            }
}

/* Room for the taps of one window; NULL, and the device has failed, when memory is short. */
static ptrdiff_t *tap_room(Device *d, const ConvShape *c)
{
    ptrdiff_t *tap = malloc(sizeof *tap * c->cin * c->k * c->k);

    if (!tap && !ref_of(d)->status)
        ref_of(d)->status = DPS_NO_MEMORY;
    return tap;
}

void ref_conv(Tensor *y, const Conv *conv, const Tensor *x)
{
    const RefConv *r = (const RefConv *) conv;
    const ConvShape *c = &conv->shape;
    int kk = c->k * c->k, n = c->cin * kk;
    size_t plane = (size_t) y->h * y->w;
    ptrdiff_t *tap = tap_room(y->dev, c);

    if (tap && ref_enter(y->dev)) {
        for (size_t at = 0; at < plane; at++) {
            find_taps(tap, c, x, (int) (at / y->w), (int) (at % y->w));
            for (int o = 0; o < c->cout; o++) {
                double sum = r->bias[o];
                for (int t = 0; t < n; t++)
                    sum += r->weight[(size_t) o * n + t] *
                           (tap[t] < 0 ? r->border[t / kk] : ref_data(x)[tap[t]]);
                ref_data(y)[o * plane + at] = sum > 0 || c->linear ? sum : 0;
            }
        }
        ref_leave(y->dev);
    }
    free(tap);
}

void ref_conv_back(Tensor *dx, const Conv *conv, Tensor *dy, const Tensor *y, bool add)
{
    const RefConv *r = (const RefConv *) conv;
    const ConvShape *c = &conv->shape;
    int n = c->cin * c->k * c->k;
    size_t plane = (size_t) y->h * y->w;
    ptrdiff_t *tap = tap_room(y->dev, c);

    if (tap && ref_enter(y->dev)) {
        if (!add)
            memset(ref_data(dx), 0, ref_count(dx) * sizeof(double));
        for (size_t at = 0; at < plane; at++) {
            find_taps(tap, c, dx, (int) (at / y->w), (int) (at % y->w));
            for (int o = 0; o < c->cout; o++) {
                bool passes = c->linear || ref_data(y)[o * plane + at] > 0;
                double v = passes ? ref_data(dy)[o * plane + at] : 0;
                for (int t = 0; t < n && v != 0; t++)
                    if (tap[t] >= 0)
                        ref_data(dx)[tap[t]] += r->weight[(size_t) o * n + t] * v;
            }
        }
        ref_leave(y->dev);
    }
    free(tap);
}

/* ------------------------------------------------------------------------ pooling */

/* The window of output pixel (i, j) of one plane: rows i0 .. i1 - 1, columns j0 .. j1 - 1. */
typedef struct {
    int i0, i1, j0, j1;
} Window;

static Window window(const PoolShape *p, const Tensor *x, int i, int j)
{
    int top = i * p->stride - p->pad, left = j * p->stride - p->pad;
    Window w = { top > 0 ? top : 0, top + p->k, left > 0 ? left : 0, left + p->k };

    w.i1 = w.i1 < x->h ? w.i1 : x->h;
    w.j1 = w.j1 < x->w ? w.j1 : x->w;
    return w;
}

/* The first of the largest values, row by row. */
static size_t largest(const double *x, int width, Window w)
{
    size_t best = (size_t) w.i0 * width + w.j0;

    for (int i = w.i0; i < w.i1; i++)
        for (int j = w.j0; j < w.j1; j++)
            if (x[(size_t) i * width + j] > x[best])
                best = (size_t) i * width + j;
    return best;
}

static int pixels(Window w)
{
    return (w.i1 - w.i0) * (w.j1 - w.j0);
}

void ref_pool(Tensor *y, const Tensor *x, const PoolShape *p)
{
    if (!ref_enter(y->dev))
        return;
    double *out = ref_data(y);
    for (int c = 0; c < y->c; c++) {
        const double *in = ref_data(x) + (size_t) c * x->h * x->w;
        for (int i = 0; i < y->h; i++)
            for (int j = 0; j < y->w; j++) {
                Window w = window(p, x, i, j);
                double sum = 0;
                for (int u = w.i0; u < w.i1; u++)
                    for (int v = w.j0; v < w.j1; v++)
                        sum += in[(size_t) u * x->w + v];
                *out++ = p->kind == POOL_MAX ? in[largest(in, x->w, w)] : sum / pixels(w);
            }
    }
    ref_leave(y->dev);
}

void ref_pool_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x,
                   const PoolShape *p, bool add)
{
    if (!ref_enter(y->dev))
        return;
    const double *from = ref_data(dy);
    if (!add)
        memset(ref_data(dx), 0, ref_count(dx) * sizeof(double));
    for (int c = 0; c < y->c; c++) {
        size_t plane = (size_t) c * x->h * x->w;
        const double *in = ref_data(x) + plane;
        double *to = ref_data(dx) + plane;
        for (int i = 0; i < y->h; i++)
            for (int j = 0; j < y->w; j++, from++) {
                Window w = window(p, x, i, j);
                if (p->kind == POOL_MAX)
                    to[largest(in, x->w, w)] += *from;
                else
                    for (int u = w.i0; u < w.i1; u++)
                        for (int v = w.j0; v < w.j1; v++)
                            to[(size_t) u * x->w + v] += *from / pixels(w);
            }
    }
    ref_leave(y->dev);
}

/* ------------------------------------------------------------------ rectification */

void ref_rectify(Tensor *y, const Tensor *x, const Tensor *scale, const Tensor *shift)
{
    size_t n = (size_t) x->h * x->w;

    if (!ref_enter(y->dev))
        return;
    for (size_t i = 0; i < ref_count(x); i++) {
        double v = ref_data(x)[i];
        if (scale)
            v = ref_data(scale)[i / n] * v + ref_data(shift)[i / n];
        ref_data(y)[i] = v > 0 ? v : 0;
    }
    ref_leave(y->dev);
}

void ref_rectify_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *scale, bool add)
{
    size_t n = (size_t) y->h * y->w;

    if (!ref_enter(y->dev))
        return;
    for (size_t i = 0; i < ref_count(y); i++) {
        double d = ref_data(y)[i] > 0 ? ref_data(dy)[i] * (scale ? ref_data(scale)[i / n] : 1) : 0;
        ref_data(dx)[i] = d + (add ? ref_data(dx)[i] : 0);
    }
    ref_leave(y->dev);
}

/* ------------------------------------------------------------------ Gram matrices */

Masks *ref_masks(Device *d, int k, int h, int w, const float *mask)
{
    RefMasks *m = calloc(1, sizeof *m);
    size_t n = (size_t) k * h * w;

    if (!m)
        return NULL;
    m->m = (Masks){ d, k, h, w };
    m->p = ref_room(ref_of(d), n * sizeof(double), &m->chunk);
    if (!m->p) {
        free(m);
        return NULL;
    }
    ref_unlock(d);
    for (size_t i = 0; i < n; i++)
        m->p[i] = mask[i];
    ref_leave(d);
    ref_of(d)->live++;
    return &m->m;
}

void ref_masks_drop(Masks *m)
{
    if (!m)
        return;
    ref_release(ref_of(m->dev), ((RefMasks *) m)->chunk);
    ref_of(m->dev)->live--;
    free(m);
}

void ref_gram(Tensor *y, const Tensor *x, const Masks *masks)
{
    size_t n = (size_t) x->h * x->w;

    if (!ref_enter(y->dev))
        return;
    const double *f = ref_data(x), *m = ((const RefMasks *) masks)->p;
    double *g = ref_data(y);
    for (int k = 0; k < masks->k; k++, m += n)
        for (int a = 0; a < x->c; a++)
            for (int b = 0; b < x->c; b++) {
                double sum = 0;
                for (size_t i = 0; i < n; i++)
                    sum += f[a * n + i] * f[b * n + i] * m[i] * m[i];
                *g++ = sum;
            }
    ref_leave(y->dev);
}

void ref_gram_back(Tensor *dx, const Tensor *dy, const Tensor *x, const Masks *masks, bool add)
{
    size_t n = (size_t) x->h * x->w, c = (size_t) x->c;

    if (!ref_enter(dx->dev))
        return;
    const double *f = ref_data(x), *m = ((const RefMasks *) masks)->p, *g = ref_data(dy);
    double *out = ref_data(dx);
    if (!add)
        memset(out, 0, ref_count(dx) * sizeof(double));
    for (int k = 0; k < masks->k; k++, m += n, g += c * c)
        for (size_t a = 0; a < c; a++)
            for (size_t b = 0; b < c; b++) {
                double s = g[a * c + b] + g[b * c + a];
                for (size_t i = 0; i < n; i++)
                    out[a * n + i] += s * f[b * n + i] * m[i] * m[i];
            }
    ref_leave(dx->dev);
}

/* --------------------------------------------------------- means and deviations */

static double weights_sum(const double *m, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += m[i] * m[i];
    return sum;
}

/* The mean and, where the mean is known, the variance of a plane. */
static double mean_of(const double *f, const double *m, size_t n, double sum, double mean, int power)
{
    double total = 0;

    for (size_t i = 0; i < n; i++)
        total += m[i] * m[i] * pow(f[i] - mean, power);
    return sum > 0 ? total / sum : 0;
}

void ref_moments(Tensor *y, const Tensor *x, const Masks *masks)
{
    size_t n = (size_t) x->h * x->w, c = (size_t) x->c;

    if (!ref_enter(y->dev))
        return;
    const double *m = ((const RefMasks *) masks)->p;
    double *out = ref_data(y);
    for (int k = 0; k < masks->k; k++, m += n, out += 2 * c) {
        double sum = weights_sum(m, n);
        for (size_t a = 0; a < c; a++) {
            const double *f = ref_data(x) + a * n;
            double mean = mean_of(f, m, n, sum, 0, 1), variance = mean_of(f, m, n, sum, mean, 2);
            out[a] = sum * mean;
            out[c + a] = sum * sqrt(variance + MOMENTS_EPS);
        }
    }
    ref_leave(y->dev);
}

void ref_moments_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x,
                      const Masks *masks, bool add)
{
    size_t n = (size_t) x->h * x->w, c = (size_t) x->c;

    if (!ref_enter(dx->dev))
        return;
    const double *m = ((const RefMasks *) masks)->p, *d = ref_data(dy), *v = ref_data(y);
    if (!add)
        memset(ref_data(dx), 0, ref_count(dx) * sizeof(double));
    for (int k = 0; k < masks->k; k++, m += n, d += 2 * c, v += 2 * c) {
        double sum = weights_sum(m, n);
        for (size_t a = 0; a < c; a++)
            for (size_t i = 0; i < n && sum > 0; i++)
                ref_data(dx)[a * n + i] +=
                    m[i] * m[i] *
                    (d[a] + d[c + a] * (sum * ref_data(x)[a * n + i] - v[a]) / v[c + a]);
    }
    ref_leave(dx->dev);
}
