/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "linop-private.h"

#include <stdlib.h>
#include <string.h>

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
    CpuLinop *l = linop_new(d, h, w, LINOP_SPARSE,
                            nnz * (sizeof(float) + sizeof(int)) + (n + 1) * sizeof(int));

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

/* From one row of weights to the next: not such that the same column of all would compete for the same
 * lines of a cache. */
static size_t stencil_stride(int w)
{
    size_t stride = ((size_t) w + 2 * STENCIL_REACH + 15) / 16 * 16;

    return stride % 128 ? stride : stride + 16;
}

/* 3 x 3 windows: 52 bytes of weights per pixel, as many as the image and its statistics would
 * take, and far less to compute. */
Linop *cpu_matting(Device *d, int h, int w, int radius, const float *image, const double *stats)
{
    size_t n = (size_t) h * w;
    LinopForm form = radius == 1 ? LINOP_STENCIL : LINOP_WINDOWS;
    size_t bytes = form == LINOP_STENCIL
                       ? STENCIL_WEIGHTS * stencil_stride(w) * (h + STENCIL_REACH) * sizeof(float)
                       : n * (9 * sizeof(double) + 3 * sizeof(float));
    CpuLinop *l = linop_new(d, h, w, form, bytes);

    if (!l)
        return NULL;
    l->radius = radius;
    if (form == LINOP_STENCIL) {
        size_t above = STENCIL_REACH * STENCIL_WEIGHTS * stencil_stride(w);
        memset(l->own, 0, above * sizeof(float));
        l->weight = (float *) l->own + above;
        l->stride = stencil_stride(w);
        if (!stencil_build(l, image, stats)) {
            cpu_linop_drop(&l->l);
            return NULL;
        }
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
        stencil_apply(y, l, x, planes);
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

/* Saad's algorithm 12.1 as it stands there: r = rhs - B y, d the step taken next, bd = B d. */
static void chebyshev(float *y, const CpuLinop *l, const float *rhs, int planes, double shift,
                      double lo, double hi, int steps, float *const scratch[3])
{
    double theta = (hi + lo) / 2, delta = (hi - lo) / 2, sigma = theta / delta, rho = 1 / sigma;
    size_t n = (size_t) planes * l->l.h * l->l.w;
    Cpu *cpu = cpu_of(l->l.dev);
    float *r = scratch[0], *d = scratch[1], *bd = scratch[2];
    int team = cpu_team(cpu, (double) n);

#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t i = 0; i < n; i++) {
        r[i] = rhs[i];
        y[i] = d[i] = (float) (rhs[i] / theta);
    }
    for (int k = 1; k < steps && cpu_goes_on(cpu); k++) {
        double next = 1 / (2 * sigma - rho);
        float keep = (float) (next * rho), rate = (float) (2 * next / delta), s = (float) shift;
        apply(bd, l, d, planes);
#pragma omp parallel for num_threads(team) schedule(static)
        for (size_t i = 0; i < n; i++) {
            r[i] -= bd[i] + s * d[i];
            d[i] = keep * d[i] + rate * r[i];
            y[i] += d[i];
        }
        rho = next;
    }
}

void cpu_chebyshev(Tensor *y, const Linop *lo, const Tensor *x, double shift, double low,
                   double high, int steps, Tensor *const *scratch)
{
    Cpu *cpu = cpu_of(y->dev);
    const CpuLinop *l = (const CpuLinop *) lo;
    float *room[3];

    for (int i = 0; i < 3; i++)
        room[i] = cpu_tensor(scratch[i])->p;
    if (!cpu_goes_on(cpu))
        return;
    if (steps < 1)
        cpu_lincomb(y, 0, NULL, NULL);
    else if (!is_planar(cpu_tensor(y)) || !is_planar(cpu_tensor(x)))
        cpu_fail(cpu, DPS_DEVICE_FAILED);
    else
        (l->form == LINOP_STENCIL ? stencil_chebyshev : chebyshev)(
            cpu_tensor(y)->p, l, cpu_tensor(x)->p, x->c, shift, low, high, steps, room);
}
