/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu-private.h"

/* The window of one output pixel, cut to the picture. */
typedef struct {
    int i0, i1, j0, j1;
} Window;

static inline Window window(const PoolShape *p, const Tensor *x, int i, int j)
{
    Window w = { i * p->stride, i * p->stride + p->k, j * p->stride, j * p->stride + p->k };

    w.i1 = w.i1 < x->h ? w.i1 : x->h;
    w.j1 = w.j1 < x->w ? w.j1 : x->w;
    return w;
}

/* The first of the largest values of channel c, row by row: its pixel. */
static inline size_t largest(const CpuTensor *x, int c, Window w)
{
    const float *in = x->p + c * x->plane;
    size_t best = (size_t) w.i0 * x->t.w + w.j0;

    for (int i = w.i0; i < w.i1; i++)
        for (int j = w.j0; j < w.j1; j++) {
            size_t at = (size_t) i * x->t.w + j;
            if (in[at * x->step] > in[best * x->step])
                best = at;
        }
    return best;
}

static inline float mean(const CpuTensor *x, int c, Window w)
{
    const float *in = x->p + c * x->plane;
    float sum = 0;

    for (int i = w.i0; i < w.i1; i++)
        for (int j = w.j0; j < w.j1; j++)
            sum += in[((size_t) i * x->t.w + j) * x->step];
    return sum / (float) ((w.i1 - w.i0) * (w.j1 - w.j0));
}

void cpu_pool(Tensor *yt, const Tensor *xt, const PoolShape *p)
{
    const CpuTensor *x = cpu_tensor(xt), *y = cpu_tensor(yt);
    Cpu *cpu = cpu_of(yt->dev);

    if (!cpu_goes_on(cpu))
        return;
#pragma omp parallel for num_threads(cpu->threads)
    for (int i = 0; i < yt->h; i++)
        for (int j = 0; j < yt->w; j++) {
            Window w = window(p, xt, i, j);
            float *out = y->p + ((size_t) i * yt->w + j) * y->step;
            for (int c = 0; c < yt->c; c++)
                out[c * y->plane] = p->kind == POOL_AVERAGE
                                        ? mean(x, c, w)
                                        : x->p[c * x->plane + largest(x, c, w) * x->step];
        }
}

static void spread(const CpuTensor *dx, int c, Window w, float v)
{
    float *to = dx->p + c * dx->plane;

    v /= (float) ((w.i1 - w.i0) * (w.j1 - w.j0));
    for (int i = w.i0; i < w.i1; i++)
        for (int j = w.j0; j < w.j1; j++)
            to[((size_t) i * dx->t.w + j) * dx->step] += v;
}

void cpu_pool_back(Tensor *dxt, const Tensor *dyt, const Tensor *yt, const Tensor *xt,
                   const PoolShape *p, bool add)
{
    const CpuTensor *x = cpu_tensor(xt), *dx = cpu_tensor(dxt), *dy = cpu_tensor(dyt);
    Cpu *cpu = cpu_of(yt->dev);

    if (!cpu_goes_on(cpu))
        return;
#pragma omp parallel for num_threads(cpu->threads)
    for (int c = 0; c < yt->c; c++) {
        for (size_t q = 0; !add && q < pixel_count(dxt); q++)
            dx->p[c * dx->plane + q * dx->step] = 0;
        for (int i = 0; i < yt->h; i++)
            for (int j = 0; j < yt->w; j++) {
                Window w = window(p, xt, i, j);
                float v = dy->p[c * dy->plane + ((size_t) i * yt->w + j) * dy->step];
                if (p->kind == POOL_AVERAGE)
                    spread(dx, c, w, v);
                else
                    dx->p[c * dx->plane + largest(x, c, w) * dx->step] += v;
            }
    }
}
