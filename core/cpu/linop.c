/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "linop-private.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS 128 /* of a stencil's row at a time: their weights stay in the first cache */

/* ------------------------------------------------------------------- construction */

static CpuLinop *linop_new(Device *d, int h, int w, LinopForm form, size_t bytes)
{
    CpuLinop *l = calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->l = (Linop){ d, h, w };
    l->form = form;
    l->own = cpu_alloc(bytes);
    if (l->own)
        return l;
    free(l);
    return NULL;
}

Linop *cpu_sparse(Device *d, int h, int w, const int *row, const int *col, const float *val)
{
    size_t n = (size_t) h * w, nnz = (size_t) row[n];
    CpuLinop *l = linop_new(d, h, w, LINOP_SPARSE, nnz * (sizeof(float) + sizeof(int)) + (n + 1) * sizeof(int));

    if (!l)
        return NULL;
    l->val = l->own;
    l->col = (int *) (l->val + nnz);
    l->row = l->col + nnz;
    memcpy(l->row, row, (n + 1) * sizeof *row);
    memcpy(l->col, col, nnz * sizeof *col);
    memcpy(l->val, val, nnz * sizeof *val);
    return &l->l;
}

/* 3 x 3 windows: 48 bytes of weights per pixel, as many as the image and its statistics would
 * take, and far less to compute. */
Linop *cpu_matting(Device *d, int h, int w, int radius, const float *image, const double *stats)
{
    size_t n = (size_t) h * w;
    LinopForm form = radius == 1 ? LINOP_STENCIL : LINOP_WINDOWS;
    CpuLinop *l = linop_new(d, h, w, form, n * (form == LINOP_STENCIL ? STENCIL_PAIRS * sizeof(float)
                                                    : 9 * sizeof(double) + 3 * sizeof(float)));

    if (!l)
        return NULL;
    l->radius = radius;
    if (form == LINOP_STENCIL) {
        l->weight = l->own;
        stencil_build(l, image, stats);
    } else {
        l->mean = l->own;
        l->inverse = l->mean + 3 * n;
        l->image = (float *) (l->inverse + 6 * n);
        windows_build(l, image, stats);
    }
    return &l->l;
}

void cpu_linop_drop(Linop *l)
{
    if (!l)
        return;
    cpu_free(((CpuLinop *) l)->own);
    free(l);
}

/* -------------------------------------------------------------------- application */

/* y = x + momentum (x - y) + rate (rhs - A x - shift x): one more Chebyshev iterate, which takes
 * the place of the one before x. */
typedef struct {
    const float *rhs;
    float momentum, rate, shift;
} Step;

static void stencil_rows(float *y, const CpuLinop *l, const float *x, int planes, const Step *step)
{
    Cpu *cpu = cpu_of(l->l.dev);
    int h = l->l.h, w = l->l.w;
    size_t n = (size_t) h * w, weights = (size_t) STENCIL_PAIRS * w;

    int team = cpu_team(cpu, (double) planes * STENCIL_PAIRS * n);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int i = 0; i < h; i++) {
        if (!cpu_goes_on(cpu))
            continue;
        for (int j = 0; j < w; j += COLUMNS)
            for (int c = 0; c < planes; c++) {
                StencilRow r = { .w = w, .y = y + c * n + (size_t) i * w };
                for (int u = -2; u <= 2; u++) {
                    bool inside = i + u >= 0 && i + u < h;
                    r.x[2 + u] = inside ? x + c * n + (size_t) (i + u) * w : NULL;
                    if (u <= 0)
                        r.weight[2 + u] = inside ? l->weight + (i + u) * weights : NULL;
                }
                if (step) {
                    r.step = true;
                    r.rhs = step->rhs + c * n + (size_t) i * w;
                    r.momentum = step->momentum;
                    r.rate = step->rate;
                    r.shift = step->shift;
                }
                cpu->kernels->stencil_row(&r, j, j + COLUMNS < w ? j + COLUMNS : w);
            }
    }
}

static void sparse_plane(float *y, const CpuLinop *l, const float *x)
{
    Cpu *cpu = cpu_of(l->l.dev);
    int h = l->l.h, w = l->l.w;

    int team = cpu_team(cpu, l->row[h * w]);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int r = 0; r < h; r++) {
        if (!cpu_goes_on(cpu))
            continue;
        for (int i = r * w; i < (r + 1) * w; i++) {
            double sum = 0;
            for (int e = l->row[i]; e < l->row[i + 1]; e++)
                sum += (double) l->val[e] * x[l->col[e]];
            y[i] = (float) sum;
        }
    }
}

static void apply(float *y, const CpuLinop *l, const float *x, int planes)
{
    size_t n = (size_t) l->l.h * l->l.w;

    if (l->form == LINOP_STENCIL)
        stencil_rows(y, l, x, planes, NULL);
    for (int c = 0; c < planes; c++) {
        if (l->form == LINOP_SPARSE)
            sparse_plane(y + c * n, l, x + c * n);
        if (l->form == LINOP_WINDOWS && !windows_apply(y + c * n, l, x + c * n))
            return;
    }
}

/* Operators are for images, whose planes lie one after the other.  Of features, planes are copied
 * to the workspace and back, one at a time. */
void cpu_apply(Tensor *y, const Linop *lo, const Tensor *x)
{
    const CpuLinop *l = (const CpuLinop *) lo;
    const CpuTensor *from = cpu_tensor(x), *to = cpu_tensor(y);
    size_t n = pixel_count(x);

    if (!cpu_goes_on(cpu_of(y->dev)))
        return;
    if (is_planar(from) && is_planar(to)) {
        apply(to->p, l, from->p, x->c);
        return;
    }
    float *plane = cpu_alloc(2 * n * sizeof *plane);
    if (!plane)
        cpu_fail(cpu_of(y->dev), DPS_NO_MEMORY);
    for (int c = 0; plane && c < x->c; c++) {
        for (size_t i = 0; i < n; i++)
            plane[i] = from->p[c * from->plane + i * from->step];
        apply(plane + n, l, plane, 1);
        for (size_t i = 0; i < n; i++)
            to->p[c * to->plane + i * to->step] = plane[n + i];
    }
    cpu_free(plane);
}

/* ---------------------------------------------------------------------- Chebyshev */

/* y = x + momentum (x - y) + rate (rhs - ax - shift x) */
static void advance(Cpu *cpu, float *y, const float *x, const float *ax, const Step *s, size_t n)
{
    int team = cpu_team(cpu, (double) n);
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + s->momentum * (x[i] - y[i]) + s->rate * (s->rhs[i] - ax[i] - s->shift * x[i]);
}

/* Saad's algorithm 12.1 with d_k = x_(k+1) - x_k and r_k = rhs - B x_k put in:
 * x_(k+1) = x_k + rho_k rho_(k-1) (x_k - x_(k-1)) + 2 rho_k / delta (rhs - B x_k), two vectors
 * that take turns, the last of them y. */
static void iterate(float *y, const CpuLinop *l, int planes, Step step, double lo, double hi,
                    int steps, float *other, float *ax)
{
    double theta = (hi + lo) / 2, delta = (hi - lo) / 2, sigma = theta / delta, rho = 1 / sigma;
    size_t n = (size_t) planes * l->l.h * l->l.w;
    Cpu *cpu = cpu_of(l->l.dev);
    float *now = steps % 2 ? y : other, *before = steps % 2 ? other : y;

    int team = cpu_team(cpu, (double) n);
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t i = 0; i < n; i++) {
        before[i] = 0;
        now[i] = (float) (step.rhs[i] / theta);
    }
    for (int k = 1; k < steps && cpu_goes_on(cpu); k++) {
        double next = 1 / (2 * sigma - rho);
        step.momentum = (float) (next * rho);
        step.rate = (float) (2 * next / delta);
        if (l->form == LINOP_STENCIL)
            stencil_rows(before, l, now, planes, &step);
        else {
            apply(ax, l, now, planes);
            advance(cpu, before, now, ax, &step, n);
        }
        rho = next;
        float *swap = now;
        now = before;
        before = swap;
    }
}

void cpu_chebyshev(Tensor *y, const Linop *lo, const Tensor *x, double shift, double low, double high,
                   int steps, Tensor *const *scratch)
{
    Cpu *cpu = cpu_of(y->dev);

    if (!cpu_goes_on(cpu))
        return;
    if (steps < 1) {
        cpu_lincomb(y, 0, NULL, NULL);
        return;
    }
    if (!is_planar(cpu_tensor(y)) || !is_planar(cpu_tensor(x)))
        cpu_fail(cpu, DPS_DEVICE_FAILED);
    else
        iterate(cpu_tensor(y)->p, (const CpuLinop *) lo, x->c,
                (Step){ .rhs = cpu_tensor(x)->p, .shift = (float) shift }, low, high, steps,
                cpu_tensor(scratch[0])->p, cpu_tensor(scratch[1])->p);
}
