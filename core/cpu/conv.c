/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu-private.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    Conv c;
    float *weight; /* [tap][cout] */
    float *bias, *border;
    float *own;
} CpuConv;

Conv *cpu_conv_new(Device *d, const ConvShape *s, const float *weight, const float *bias)
{
    CpuConv *c = calloc(1, sizeof *c);
    size_t taps = (size_t) s->cin * s->k * s->k;

    if (!c)
        return NULL;
    c->c = (Conv){ d, *s };
    c->c.shape.border = NULL;
    c->own = cpu_alloc((taps * s->cout + s->cout + s->cin) * sizeof(float));
    if (!c->own) {
        free(c);
        return NULL;
    }
    c->weight = c->own;
    c->bias = c->weight + taps * s->cout;
    c->border = c->bias + s->cout;
    for (int o = 0; o < s->cout; o++)
        for (size_t t = 0; t < taps; t++)
            c->weight[t * s->cout + o] = weight[o * taps + t];
    memcpy(c->bias, bias, s->cout * sizeof(float));
    for (int i = 0; i < s->cin; i++)
        c->border[i] = s->border ? s->border[i] : 0;
    return &c->c;
}

void cpu_conv_drop(Conv *conv)
{
    if (!conv)
        return;
    cpu_free(((CpuConv *) conv)->own);
    free(conv);
}

static int source(PadMode mode, int i, int n)
{
    if (mode == PAD_CONSTANT)
        return i < 0 || i >= n ? -1 : i;
    if (n == 1)
        return 0;
    while (i < 0 || i >= n)
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return i;
}

void cpu_conv(Tensor *yt, const Conv *conv, const Tensor *xt)
{
    const CpuConv *c = (const CpuConv *) conv;
    const ConvShape *s = &conv->shape;
    const CpuTensor *x = cpu_tensor(xt), *y = cpu_tensor(yt);
    Cpu *cpu = cpu_of(yt->dev);
    int taps = s->cin * s->k * s->k;

    if (!cpu_goes_on(cpu))
        return;
    float *work = cpu_work(cpu, sizeof(float) * (taps + s->cout) * cpu->threads);
    if (!work)
        return;
#pragma omp parallel for num_threads(cpu->threads)
    for (int i = 0; i < yt->h; i++) {
        float *patch = work + (size_t) (taps + s->cout) * cpu_thread(), *sum = patch + taps;
        if (!cpu_goes_on(cpu))
            continue;
        for (int j = 0; j < yt->w; j++) {
            float *p = patch;
            for (int ci = 0; ci < s->cin; ci++)
                for (int u = 0; u < s->k; u++)
                    for (int v = 0; v < s->k; v++) {
                        int a = source(s->mode, i * s->stride - s->pad + u, xt->h);
                        int b = source(s->mode, j * s->stride - s->pad + v, xt->w);
                        *p++ = a < 0 || b < 0
                                   ? c->border[ci]
                                   : x->p[ci * x->plane + ((size_t) a * xt->w + b) * x->step];
                    }
            memcpy(sum, c->bias, s->cout * sizeof(float));
            for (int t = 0; t < taps; t++)
                for (int o = 0; o < s->cout; o++)
                    sum[o] += patch[t] * c->weight[(size_t) t * s->cout + o];
            for (int o = 0; o < s->cout; o++)
                y->p[o * y->plane + ((size_t) i * yt->w + j) * y->step] = sum[o] > 0 ? sum[o] : 0;
        }
    }
}

void cpu_conv_back(Tensor *dxt, const Conv *conv, Tensor *dyt, const Tensor *yt, bool add)
{
    const CpuConv *c = (const CpuConv *) conv;
    const ConvShape *s = &conv->shape;
    const CpuTensor *dx = cpu_tensor(dxt), *dy = cpu_tensor(dyt), *y = cpu_tensor(yt);
    Cpu *cpu = cpu_of(yt->dev);

    if (!cpu_goes_on(cpu))
        return;
    float *work = cpu_work(cpu, sizeof(float) * s->cout * cpu->threads);
    if (!work)
        return;
#pragma omp parallel for num_threads(cpu->threads)
    for (int ci = 0; ci < s->cin; ci++) {
        float *grad = work + (size_t) s->cout * cpu_thread();
        float *to = dx->p + ci * dx->plane;
        if (!cpu_goes_on(cpu))
            continue;
        for (size_t q = 0; !add && q < pixel_count(dxt); q++)
            to[q * dx->step] = 0;
        for (int i = 0; i < yt->h; i++)
            for (int j = 0; j < yt->w; j++) {
                size_t at = (size_t) i * yt->w + j;
                for (int o = 0; o < s->cout; o++)
                    grad[o] = y->p[o * y->plane + at * y->step] > 0
                                  ? dy->p[o * dy->plane + at * dy->step]
                                  : 0;
                const float *w = c->weight + (size_t) ci * s->k * s->k * s->cout;
                for (int u = 0; u < s->k; u++)
                    for (int v = 0; v < s->k; v++, w += s->cout) {
                        int a = source(s->mode, i * s->stride - s->pad + u, dxt->h);
                        int b = source(s->mode, j * s->stride - s->pad + v, dxt->w);
                        float sum = 0;
                        if (a < 0 || b < 0)
                            continue;
                        for (int o = 0; o < s->cout; o++)
                            sum += w[o] * grad[o];
                        to[((size_t) a * dxt->w + b) * dx->step] += sum;
                    }
            }
    }
}
