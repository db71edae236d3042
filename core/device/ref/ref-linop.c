/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "ref-private.h"

#include <stdlib.h>
#include <string.h>

static RefLinop *linop_new(Device *d, int h, int w, size_t bytes, char **room)
{
    RefLinop *l = calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->l = (Linop){ d, h, w };
    *room = ref_room(ref_of(d), bytes, &l->chunk);
    if (!*room) {
        free(l);
        return NULL;
    }
    ref_of(d)->live++;
    return l;
}

Linop *ref_sparse(Device *d, int h, int w, const int *row, const int *col, const float *val)
{
    size_t n = (size_t) h * w, nnz = (size_t) row[n];
    char *room;
    RefLinop *l = linop_new(d, h, w, nnz * (sizeof(double) + sizeof(int)) + (n + 1) * sizeof(int),
                            &room);

    if (!l)
        return NULL;
    l->val = (double *) room;
    l->col = (int *) (l->val + nnz);
    l->row = l->col + nnz;
    ref_unlock(d);
    memcpy(l->row, row, (n + 1) * sizeof *row);
    memcpy(l->col, col, nnz * sizeof *col);
    for (size_t i = 0; i < nnz; i++)
        l->val[i] = val[i];
    ref_leave(d);
    return &l->l;
}

/* The means are taken again from the image: they have to be those of the colours themselves,
 * not of rounded ones, for the centred products to lose nothing. */
Linop *ref_matting(Device *d, int h, int w, int radius, const float *image, const double *stats)
{
    size_t n = (size_t) h * w;
    char *room;
    RefLinop *l = linop_new(d, h, w, 9 * n * sizeof(double), &room);

    if (!l)
        return NULL;
    l->radius = radius;
    l->image = (double *) room;
    l->inverse = l->image + 3 * n;
    ref_unlock(d);
    for (size_t i = 0; i < 3 * n; i++)
        l->image[i] = image[i];
    memcpy(l->inverse, stats + 3 * n, 6 * n * sizeof *stats);
    ref_leave(d);
    return &l->l;
}

void ref_linop_drop(Linop *l)
{
    if (!l)
        return;
    ref_release(ref_of(l->dev), ((RefLinop *) l)->chunk);
    ref_of(l->dev)->live--;
    free(l);
}

static void sparse_plane(double *y, const RefLinop *l, const double *x, double shift)
{
    int n = l->l.h * l->l.w;

    for (int i = 0; i < n; i++) {
        double sum = shift * x[i];
        for (int e = l->row[i]; e < l->row[i + 1]; e++)
            sum += l->val[e] * x[l->col[e]];
        y[i] = sum;
    }
}

/* One window about pixel (i, j): adds p - (its best affine guess from the colours) to y. */
static void matting_window(double *y, const RefLinop *l, const double *p, int i, int j)
{
    int r = l->radius, w = l->l.w;
    size_t n = (size_t) l->l.h * w, at = (size_t) i * w + j;
    const double *s = l->inverse + at, *image = l->image;
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
            y[q] += p[q] - guess;
        }
}

static void matting_plane(double *y, const RefLinop *l, const double *p, double shift)
{
    int h = l->l.h, w = l->l.w, r = l->radius;

    for (int i = 0; i < h * w; i++)
        y[i] = shift * p[i];
    for (int i = r; i < h - r; i++)
        for (int j = r; j < w - r; j++)
            matting_window(y, l, p, i, j);
}

/* y = (A + shift) x */
static void product(Tensor *y, const Linop *lo, const Tensor *x, double shift)
{
    const RefLinop *l = (const RefLinop *) lo;
    size_t n = (size_t) x->h * x->w;

    for (int c = 0; c < x->c; c++) {
        if (l->row)
            sparse_plane(ref_data(y) + c * n, l, ref_data(x) + c * n, shift);
        else
            matting_plane(ref_data(y) + c * n, l, ref_data(x) + c * n, shift);
    }
}

void ref_apply(Tensor *y, const Linop *l, const Tensor *x)
{
    if (!ref_enter(y->dev))
        return;
    product(y, l, x, 0);
    ref_leave(y->dev);
}

/* Saad's algorithm 12.1, from zero: r = x - B y, d the step taken next. */
void ref_chebyshev(Tensor *y, const Linop *l, const Tensor *x, double shift, double lo, double hi,
                   int steps, Tensor *const *scratch)
{
    double theta = (hi + lo) / 2, delta = (hi - lo) / 2, sigma = theta / delta, rho = 1 / sigma;
    size_t n = ref_count(x);

    if (!ref_enter(y->dev))
        return;
    double *r = ref_data(scratch[0]), *d = ref_data(scratch[1]), *bd = ref_data(scratch[2]);
    for (size_t i = 0; i < n; i++) {
        ref_data(y)[i] = 0;
        r[i] = ref_data(x)[i];
        d[i] = r[i] / theta;
    }
    for (int step = 0; step < steps; step++) {
        double next = 1 / (2 * sigma - rho);
        product(scratch[2], l, scratch[1], shift);
        for (size_t i = 0; i < n; i++) {
            ref_data(y)[i] += d[i];
            r[i] -= bd[i];
            d[i] = next * rho * d[i] + 2 * next / delta * r[i];
        }
        rho = next;
    }
    ref_leave(y->dev);
}
