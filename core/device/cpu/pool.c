/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu-private.h"

#include <string.h>

#define WINDOW 64 /* pixels of a window at most: no network here has more than 9 */

/* The pixels of one output pixel's window, cut to the picture. */
typedef struct {
    int count;
    size_t at[WINDOW];
} Window;

static inline void window(Window *win, const PoolShape *p, const Tensor *x, int i, int j)
{
    int i0 = i * p->stride - p->pad, j0 = j * p->stride - p->pad;
    int i1 = i0 + p->k, j1 = j0 + p->k;

    i1 = i1 < x->h ? i1 : x->h;
    j1 = j1 < x->w ? j1 : x->w;
    win->count = 0;
    for (int u = i0 > 0 ? i0 : 0; u < i1; u++)
        for (int v = j0 > 0 ? j0 : 0; v < j1; v++)
            win->at[win->count++] = (size_t) u * x->w + v;
}

/* The position in the window of the first of the largest values. */
static inline int largest(const float *plane, size_t step, const Window *win)
{
    int best = 0;

    for (int k = 1; k < win->count; k++)
        if (plane[win->at[k] * step] > plane[win->at[best] * step])
            best = k;
    return best;
}

/* One output pixel, channel by channel. */
static void pool_pixel(const CpuTensor *y, size_t to, const CpuTensor *x, const Window *win,
                       PoolKind kind)
{
    for (int c = 0; c < y->t.c; c++) {
        const float *plane = x->p + c * x->plane;
        float v = 0;
        if (kind == POOL_MAX)
            v = plane[win->at[largest(plane, x->step, win)] * x->step];
        else {
            for (int k = 0; k < win->count; k++)
                v += plane[win->at[k] * x->step];
            v /= (float) win->count;
        }
        y->p[c * y->plane + to * y->step] = v;
    }
}

/* The same for features, all channels together. */
static void pool_features(float *y, const CpuTensor *x, const Window *win, PoolKind kind)
{
    const Kernels *kernels = cpu_of(x->t.dev)->kernels;
    size_t n = x->t.c;

    memcpy(y, x->p + win->at[0] * x->step, n * sizeof *y);
    for (int k = 1; k < win->count; k++)
        (kind == POOL_MAX ? kernels->largest : kernels->add)(y, x->p + win->at[k] * x->step, n);
    if (kind == POOL_AVERAGE)
        kernels->scale(y, 1 / (float) win->count, y, n);
}

/* The pyramid's own case: a row of means of whole 2 x 2 windows of one plane. */
static void halve_row(float *y, const float *x, size_t w, int n)
{
    for (int j = 0; j < n; j++)
        y[j] = (x[2 * j] + x[2 * j + 1] + x[w + 2 * j] + x[w + 2 * j + 1]) * 0.25f;
}

/* Its gradient: to both rows of x, in place of what is there or added to it. */
static void halve_row_back(float *dx, size_t w, const float *dy, int n, bool add)
{
    for (int u = 0; u < 2; u++, dx += w)
        for (int j = 0; j < n; j++) {
            dx[2 * j] = (add ? dx[2 * j] : 0) + dy[j] * 0.25f;
            dx[2 * j + 1] = (add ? dx[2 * j + 1] : 0) + dy[j] * 0.25f;
        }
}

static bool halves(const CpuTensor *y, const CpuTensor *x, const PoolShape *p)
{
    return p->kind == POOL_AVERAGE && p->k == 2 && p->stride == 2 && p->pad == 0 && y->step == 1 && x->step == 1 &&
           x->t.w >= 2 * y->t.w && x->t.h >= 2 * y->t.h;
}

void cpu_pool(Tensor *yt, const Tensor *xt, const PoolShape *p)
{
    const CpuTensor *x = cpu_tensor(xt), *y = cpu_tensor(yt);
    Cpu *cpu = cpu_of(yt->dev);
    bool features = x->plane == 1 && y->plane == 1, half = halves(y, x, p);

    if (p->k * p->k > WINDOW)
        cpu_fail(cpu, DPS_DEVICE_FAILED);
    if (!cpu_goes_on(cpu))
        return;
    int team = cpu_team(cpu, (double) x->t.c * pixel_count(xt));
#pragma omp parallel for num_threads(team) schedule(static)
    for (int i = 0; i < yt->h; i++) {
        if (!cpu_goes_on(cpu))
            continue;
        for (int c = 0; half && c < yt->c; c++)
            halve_row(y->p + c * y->plane + (size_t) i * yt->w,
                      x->p + c * x->plane + (size_t) 2 * i * xt->w, xt->w, yt->w);
        for (int j = 0; !half && j < yt->w; j++) {
            size_t to = (size_t) i * yt->w + j;
            Window win;
            window(&win, p, xt, i, j);
            if (features)
                pool_features(y->p + to * y->step, x, &win, p->kind);
            else
                pool_pixel(y, to, x, &win, p->kind);
        }
    }
}

typedef struct {
    const CpuTensor *dx, *dy, *x;
    const PoolShape *p;
    bool half;  /* the pyramid's own case */
    bool fresh; /* every pixel is in one window, and dx is to be overwritten */
} BackJob;

static void clear_rows(const CpuTensor *x, int first, int end)
{
    size_t w = (size_t) x->t.w;

    for (size_t i = first * w; i < end * w; i++)
        for (int c = 0; c < x->t.c; c++)
            x->p[c * x->plane + i * x->step] = 0;
}

/* All channels of one window of features. */
static void back_features(const BackJob *job, const Window *win, const float *dy)
{
    const CpuTensor *dx = job->dx, *x = job->x;
    const Kernels *kernels = cpu_of(x->t.dev)->kernels;
    float *to[WINDOW];
    const float *from[WINDOW];
    const float share[4] = { 1 / (float) win->count };
    size_t n = x->t.c;

    for (int k = 0; k < win->count; k++) {
        to[k] = dx->p + win->at[k] * dx->step;
        from[k] = x->p + win->at[k] * x->step;
    }
    if (job->p->kind == POOL_MAX)
        kernels->largest_back(to, dy, from, win->count, !job->fresh, n);
    else
        for (int k = 0; k < win->count; k++) {
            if (job->fresh)
                kernels->scale(to[k], share[0], dy, n);
            else
                kernels->combine4(to[k], share, (const float *[]){ dy, dy, dy, dy }, n);
        }
}

static void back_pixel(const BackJob *job, const Window *win, const float *dy)
{
    const CpuTensor *dx = job->dx, *x = job->x;

    for (int c = 0; c < dx->t.c; c++) {
        float *to = dx->p + c * dx->plane, v = dy[c * job->dy->plane];
        if (job->p->kind == POOL_MAX)
            to[win->at[largest(x->p + c * x->plane, x->step, win)] * dx->step] += v;
        else
            for (int k = 0; k < win->count; k++)
                to[win->at[k] * dx->step] += v / (float) win->count;
    }
}

/* Output rows whose windows share no input row with another call's. */
static void back_rows(const BackJob *job, int first, int end)
{
    const CpuTensor *dy = job->dy;
    bool features = job->dx->plane == 1 && dy->plane == 1 && job->x->plane == 1;
    Window win;

    for (int i = first; i < end; i++) {
        for (int c = 0; job->half && c < dy->t.c; c++)
            halve_row_back(job->dx->p + c * job->dx->plane + (size_t) 2 * i * job->dx->t.w,
                           job->dx->t.w, dy->p + c * dy->plane + (size_t) i * dy->t.w, dy->t.w,
                           !job->fresh);
        for (int j = 0; !job->half && j < dy->t.w; j++) {
            const float *from = dy->p + ((size_t) i * dy->t.w + j) * dy->step;
            window(&win, job->p, &job->x->t, i, j);
            if (features)
                back_features(job, &win, from);
            else
                back_pixel(job, &win, from);
        }
    }
}

void cpu_pool_back(Tensor *dxt, const Tensor *dyt, const Tensor *yt, const Tensor *xt,
                   const PoolShape *p, bool add)
{
    Cpu *cpu = cpu_of(yt->dev);
    BackJob job = { cpu_tensor(dxt), cpu_tensor(dyt), cpu_tensor(xt), p, false, false };
    bool apart = p->k <= p->stride;
    bool features = job.dx->plane == 1 && job.dy->plane == 1 && job.x->plane == 1;
    bool covered = p->k >= p->stride && p->pad == 0 && yt->h * p->stride >= xt->h && yt->w * p->stride >= xt->w;

    job.half = halves(job.dy, job.dx, p);
    job.fresh = !add && apart && covered && (features || job.half);
    if (p->k * p->k > WINDOW)
        cpu_fail(cpu, DPS_DEVICE_FAILED);
    if (!cpu_goes_on(cpu))
        return;
    int team = cpu_team(cpu, (double) xt->c * pixel_count(xt));
#pragma omp parallel for num_threads(team) schedule(static)
    for (int i = 0; i < xt->h; i++)
        if (!add && !job.fresh)
            clear_rows(job.dx, i, i + 1);
    /* Overlapping windows: even bands of rows first, then the odd ones between them. */
    int band = apart ? 1 : p->k;
    for (int odd = 0; odd < (apart ? 1 : 2); odd++) {
#pragma omp parallel for num_threads(team) schedule(static)
        for (int i = odd * band; i < yt->h; i += apart ? 1 : 2 * band)
            if (cpu_goes_on(cpu))
                back_rows(&job, i, i + band < yt->h ? i + band : yt->h);
    }
}
