/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu-private.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    Linop l;
    int *row, *col; /* sparse: row is not NULL */
    float *val;
    int radius;
    float *image;
    double *inverse;
    float *own;
} CpuLinop;

static CpuLinop *linop_new(Device *d, int h, int w, size_t bytes)
{
    CpuLinop *l = calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->l = (Linop){ d, h, w };
    l->own = cpu_alloc(bytes);
    if (l->own)
        return l;
    free(l);
    return NULL;
}

Linop *cpu_sparse(Device *d, int h, int w, const int *row, const int *col, const float *val)
{
    size_t n = (size_t) h * w, nnz = (size_t) row[n];
    CpuLinop *l = linop_new(d, h, w, nnz * (sizeof(float) + sizeof(int)) + (n + 1) * sizeof(int));

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

Linop *cpu_matting(Device *d, int h, int w, int radius, const float *image, const double *stats)
{
    size_t n = (size_t) h * w;
    CpuLinop *l = linop_new(d, h, w, 6 * n * sizeof(double) + 3 * n * sizeof(float));

    if (!l)
        return NULL;
    l->radius = radius;
    l->inverse = (double *) l->own;
    l->image = (float *) (l->inverse + 6 * n);
    memcpy(l->inverse, stats + 3 * n, 6 * n * sizeof *stats);
    memcpy(l->image, image, 3 * n * sizeof *image);
    return &l->l;
}

void cpu_linop_drop(Linop *l)
{
    if (!l)
        return;
    cpu_free(((CpuLinop *) l)->own);
    free(l);
}

static void matting_window(float *y, const CpuLinop *l, const float *p, int i, int j)
{
    int r = l->radius, w = l->l.w;
    size_t n = (size_t) l->l.h * w, at = (size_t) i * w + j;
    const double *s = l->inverse + at;
    const float *image = l->image;
    double size = (2 * r + 1) * (2 * r + 1), mu[3] = { 0 }, pm = 0, cov[3] = { 0 };

    for (int u = -r; u <= r; u++)
        for (int v = -r; v <= r; v++) {
            size_t q = at + (ptrdiff_t) u * w + v;
            pm += p[q] / size;
            for (int c = 0; c < 3; c++)
                mu[c] += image[c * n + q] / size;
        }
    for (int u = -r; u <= r; u++)
        for (int v = -r; v <= r; v++) {
            size_t q = at + (ptrdiff_t) u * w + v;
            for (int c = 0; c < 3; c++)
                cov[c] += (image[c * n + q] - mu[c]) * (p[q] - pm);
        }
    const double a[3] = {
        s[0] * cov[0] + s[n] * cov[1] + s[2 * n] * cov[2],
        s[n] * cov[0] + s[3 * n] * cov[1] + s[4 * n] * cov[2],
        s[2 * n] * cov[0] + s[4 * n] * cov[1] + s[5 * n] * cov[2],
    };
    for (int u = -r; u <= r; u++)
        for (int v = -r; v <= r; v++) {
            size_t q = at + (ptrdiff_t) u * w + v;
            double guess = pm;
            for (int c = 0; c < 3; c++)
                guess += a[c] * (image[c * n + q] - mu[c]);
            y[q] += (float) (p[q] - guess);
        }
}

static void product(float *y, const CpuLinop *l, const float *x)
{
    int h = l->l.h, w = l->l.w, r = l->radius;

    if (l->row) {
        for (int i = 0; i < h * w; i++) {
            float sum = 0;
            for (int e = l->row[i]; e < l->row[i + 1]; e++)
                sum += l->val[e] * x[l->col[e]];
            y[i] = sum;
        }
        return;
    }
    memset(y, 0, (size_t) h * w * sizeof *y);
    for (int i = r; i < h - r; i++)
        for (int j = r; j < w - r; j++)
            matting_window(y, l, x, i, j);
}

static void apply(const CpuTensor *y, const CpuLinop *l, const CpuTensor *x)
{
    Cpu *cpu = cpu_of(l->l.dev);

#pragma omp parallel for num_threads(cpu->threads)
    for (int c = 0; c < x->t.c; c++)
        product(y->p + c * y->plane, l, x->p + c * x->plane);
}

void cpu_apply(Tensor *y, const Linop *l, const Tensor *x)
{
    if (cpu_goes_on(cpu_of(y->dev)))
        apply(cpu_tensor(y), (const CpuLinop *) l, cpu_tensor(x));
}

void cpu_chebyshev(Tensor *yt, const Linop *l, const Tensor *xt, double shift, double lo, double hi,
                   int steps, Tensor *const *scratch)
{
    double theta = (hi + lo) / 2, delta = (hi - lo) / 2, sigma = theta / delta, rho = 1 / sigma;
    float *y = cpu_tensor(yt)->p, *x = cpu_tensor(xt)->p, *r = cpu_tensor(scratch[0])->p,
          *d = cpu_tensor(scratch[1])->p, *bd = cpu_tensor(scratch[2])->p;
    size_t n = (size_t) xt->c * pixel_count(xt);
    Cpu *cpu = cpu_of(yt->dev);

    for (size_t i = 0; i < n; i++) {
        y[i] = 0;
        r[i] = x[i];
        d[i] = (float) (r[i] / theta);
    }
    for (int step = 0; step < steps && cpu_goes_on(cpu); step++) {
        double next = 1 / (2 * sigma - rho);
        apply(cpu_tensor(scratch[2]), (const CpuLinop *) l, cpu_tensor(scratch[1]));
        for (size_t i = 0; i < n; i++) {
            y[i] += d[i];
            r[i] -= bd[i] + (float) shift * d[i];
            d[i] = (float) (next * rho * d[i] + 2 * next / delta * r[i]);
        }
        rho = next;
    }
}
