/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Pooling.  Each thread has one number of the result; backwards it asks every window that holds its
 * pixel, so that none writes where another does.  Of the usual windows of 2 x 2, each has a thread for
 * every four channels. */
#include "cuda-private.h"

/* Pixels of output pixel (i, j)'s window, cut to the picture: the end is excluded. */
typedef struct {
    int i0, i1, j0, j1;
} Window;

static __device__ inline Window window(const PoolShape &p, const View &x, int i, int j)
{
    int top = i * p.stride - p.pad, left = j * p.stride - p.pad;
    Window w = { top > 0 ? top : 0, top + p.k, left > 0 ? left : 0, left + p.k };

    w.i1 = w.i1 < x.h ? w.i1 : x.h;
    w.j1 = w.j1 < x.w ? w.j1 : x.w;
    return w;
}

/* The pixel of the first of the largest values, row by row. */
static __device__ inline int largest(const float *plane, const View &x, const Window &w)
{
    int best = w.i0 * x.w + w.j0;
    float most = plane[best * x.step];

    for (int i = w.i0; i < w.i1; i++)
        for (int j = w.j0; j < w.j1; j++) {
            float v = plane[(i * x.w + j) * x.step];
            if (v > most) {
                most = v;
                best = i * x.w + j;
            }
        }
    return best;
}

static __device__ inline float mean(const float *plane, const View &x, const Window &w)
{
    float sum = 0;

    for (int i = w.i0; i < w.i1; i++)
        for (int j = w.j0; j < w.j1; j++)
            sum += plane[(i * x.w + j) * x.step];
    return sum / (float) ((w.i1 - w.i0) * (w.j1 - w.j0));
}

static __global__ void pool_values(View y, View x, PoolShape p, size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
    Place at = place_of(y, e);
    const float *plane = x.p + at.c * x.plane;
    Window w = window(p, x, at.pixel / y.w, at.pixel % y.w);
    y.p[index_of(y, at)] = p.kind == POOL_MAX ? plane[largest(plane, x, w) * x.step]
                                              : mean(plane, x, w);
}

/* Four channels at once. */
static __global__ void pool_fours(View y, View x, PoolShape p, size_t n)
{
    size_t e = thread_number();
    int pixel, c;

    if (e >= n)
        return;
    divide(e, y.c / 4, &pixel, &c);
    Window w = window(p, x, pixel / y.w, pixel % y.w);
    const float4 *from = (const float4 *) x.p + c;
    float4 v = p.kind == POOL_MAX ? from[((size_t) w.i0 * x.w + w.j0) * (x.step / 4)]
                                  : make_float4(0, 0, 0, 0);
    for (int i = w.i0; i < w.i1; i++)
        for (int j = w.j0; j < w.j1; j++) {
            float4 here = from[((size_t) i * x.w + j) * (x.step / 4)];
            v = p.kind == POOL_MAX
                    ? make_float4(fmaxf(v.x, here.x), fmaxf(v.y, here.y), fmaxf(v.z, here.z),
                                  fmaxf(v.w, here.w))
                    : make_float4(v.x + here.x, v.y + here.y, v.z + here.z, v.w + here.w);
        }
    float count = p.kind == POOL_MAX ? 1 : (float) ((w.i1 - w.i0) * (w.j1 - w.j0));
    ((float4 *) (y.p + pixel * y.step))[c] = make_float4(v.x / count, v.y / count, v.z / count,
                                                         v.w / count);
}

/* The first window along a line whose last pixel is not before pixel u. */
static __device__ inline int first_window(const PoolShape &p, int u)
{
    return u + p.pad < p.k ? 0 : (u + p.pad - p.k) / p.stride + 1;
}

static __global__ void pool_gradient(View dx, View dy, View x, PoolShape p, bool add, size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
    Place at = place_of(dx, e);
    const float *plane = x.p + at.c * x.plane, *from = dy.p + at.c * dy.plane;
    int u = at.pixel / dx.w, v = at.pixel % dx.w;
    float sum = add ? dx.p[index_of(dx, at)] : 0;
    for (int i = first_window(p, u); i < dy.h && i * p.stride - p.pad <= u; i++)
        for (int j = first_window(p, v); j < dy.w && j * p.stride - p.pad <= v; j++) {
            Window w = window(p, x, i, j);
            float d = from[(i * dy.w + j) * dy.step];
            if (p.kind == POOL_AVERAGE)
                sum += d / (float) ((w.i1 - w.i0) * (w.j1 - w.j0));
            else if (largest(plane, x, w) == at.pixel)
                sum += d;
        }
    dx.p[index_of(dx, at)] = sum;
}

/* Which of a window's pixels has the first of the largest values, channel by channel. */
static __device__ inline void find_largest(int (&best)[4], const float4 *x, size_t step,
                                           const View &v, const Window &w)
{
    float most[4] = {};

    for (int i = w.i0; i < w.i1; i++)
        for (int j = w.j0; j < w.j1; j++) {
            float4 here = x[((size_t) i * v.w + j) * step];
            const float value[4] = { here.x, here.y, here.z, here.w };
#pragma unroll
            for (int c = 0; c < 4; c++)
                if ((i == w.i0 && j == w.j0) || value[c] > most[c]) {
                    most[c] = value[c];
                    best[c] = i * v.w + j;
                }
        }
}

/* Windows of 2 x 2 side by side, and what is left of the picture as if there were more of them whose
 * gradient is 0. */
static __global__ void pool_gradient_fours(View dx, View dy, View x, PoolKind kind, bool add,
                                           size_t n)
{
    size_t e = thread_number();
    int c, cell, best[4] = {}, across = (dx.w + 1) / 2;

    if (e >= n)
        return;
    divide(e, dx.c / 4, &cell, &c);
    Window w = window({ kind, 2, 2, 0 }, dx, cell / across, cell % across);
    bool there = w.i0 / 2 < dy.h && w.j0 / 2 < dy.w;
    float4 d = make_float4(0, 0, 0, 0);
    if (there)
        d = ((const float4 *) (dy.p + ((size_t) w.i0 / 2 * dy.w + w.j0 / 2) * dy.step))[c];
    if (there && kind == POOL_MAX)
        find_largest(best, (const float4 *) x.p + c, x.step / 4, x, w);
    float share = 1.0f / (float) ((w.i1 - w.i0) * (w.j1 - w.j0));
    for (int i = w.i0; i < w.i1; i++)
        for (int j = w.j0; j < w.j1; j++) {
            int at = i * dx.w + j;
            float4 *to = (float4 *) (dx.p + at * dx.step) + c;
            float4 v = kind == POOL_AVERAGE
                           ? make_float4(d.x * share, d.y * share, d.z * share, d.w * share)
                           : make_float4(best[0] == at ? d.x : 0, best[1] == at ? d.y : 0,
                                         best[2] == at ? d.z : 0, best[3] == at ? d.w : 0);
            if (add)
                v = make_float4(v.x + to->x, v.y + to->y, v.z + to->z, v.w + to->w);
            *to = v;
        }
}

void cuda_pool(Tensor *y, const Tensor *x, const PoolShape *p)
{
    Cuda *cuda = cuda_of(y->dev);
    View v = view_of(y);
    size_t n = element_count(v);

    if (!cuda_goes_on(cuda))
        return;
    if (in_fours(v) && in_fours(view_of(x)))
        LAUNCH(cuda, pool_fours, blocks_for(n / 4, THREADS), THREADS, v, view_of(x), *p, n / 4);
    else
        LAUNCH(cuda, pool_values, blocks_for(n, THREADS), THREADS, v, view_of(x), *p, n);
}

void cuda_pool_back(Tensor *dx, const Tensor *dy, const Tensor *, const Tensor *x,
                    const PoolShape *p, bool add)
{
    Cuda *cuda = cuda_of(dx->dev);
    View v = view_of(dx);
    size_t n = element_count(v), cells = (size_t) ((v.h + 1) / 2) * ((v.w + 1) / 2) * (v.c / 4);

    if (!cuda_goes_on(cuda))
        return;
    if (p->k == 2 && p->stride == 2 && p->pad == 0 && in_fours(v) && in_fours(view_of(dy)) && in_fours(view_of(x)))
        LAUNCH(cuda, pool_gradient_fours, blocks_for(cells, THREADS), THREADS, v, view_of(dy),
               view_of(x), p->kind, add, cells);
    else
        LAUNCH(cuda, pool_gradient, blocks_for(n, THREADS), THREADS, v, view_of(dy), view_of(x), *p,
               add, n);
}
