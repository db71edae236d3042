/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Linear operators of a device against the reference device and against dense matrices.
 *
 *     test-ops-operators [DEVICE [THREADS]] */
#include "ops.h"

/* ---------------------------------------------------------------------- operators */

typedef struct {
    int h, w, radius;
    float *image;
    double *stats, *dense; /* dense: n x n */
} Matting;

/* In long double: the determinant of a grey window is a difference of all but equal numbers. */
static void inverse(const double a[6], double r[6])
{
    const long double m[6] = { a[0], a[1], a[2], a[3], a[4], a[5] };
    long double c0 = m[3] * m[5] - m[4] * m[4], c1 = m[2] * m[4] - m[1] * m[5];
    long double c2 = m[1] * m[4] - m[2] * m[3], det = m[0] * c0 + m[1] * c1 + m[2] * c2;

    r[0] = (double) (c0 / det);
    r[1] = (double) (c1 / det);
    r[2] = (double) (c2 / det);
    r[3] = (double) ((m[0] * m[5] - m[2] * m[2]) / det);
    r[4] = (double) ((m[1] * m[2] - m[0] * m[4]) / det);
    r[5] = (double) ((m[0] * m[3] - m[1] * m[1]) / det);
}

/* One window's statistics and its part of the dense matrix, from the definition. */
static void matting_window(Matting *m, int i, int j, double eps)
{
    static const int entry[3][3] = { { 0, 1, 2 }, { 1, 3, 4 }, { 2, 4, 5 } };
    int r = m->radius, side = 2 * r + 1, size = side * side, n = m->h * m->w;
    double mu[3] = { 0 }, cov[6] = { 0 }, inv[6], *st = m->stats + i * m->w + j;
    int *at = malloc(size * sizeof *at);

    for (int k = 0; k < size; k++)
        at[k] = (i - r + k / side) * m->w + j - r + k % side;
    for (int c = 0; c < 3; c++)
        for (int k = 0; k < size; k++)
            mu[c] += m->image[c * n + at[k]] / (double) size;
    for (int a = 0; a < 3; a++)
        for (int b = a; b < 3; b++) {
            for (int k = 0; k < size; k++)
                cov[entry[a][b]] += (m->image[a * n + at[k]] - mu[a]) *
                                    (m->image[b * n + at[k]] - mu[b]) / size;
            cov[entry[a][b]] += a == b ? eps / size : 0;
        }
    inverse(cov, inv);
    for (int c = 0; c < 3; c++)
        st[(size_t) c * n] = mu[c];
    for (int e = 0; e < 6; e++)
        st[(size_t) (3 + e) * n] = inv[e] / size;
    for (int p = 0; p < size; p++)
        for (int q = 0; q < size; q++) {
            double s = 1.0 / size;
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < 3; b++)
                    s += (m->image[a * n + at[p]] - mu[a]) * inv[entry[a][b]] / size *
                         (m->image[b * n + at[q]] - mu[b]);
            m->dense[(size_t) at[p] * n + at[q]] += (p == q) - s;
        }
    free(at);
}

/* grey: three equal planes, whose covariances are all but singular. */
static Matting matting_new(int h, int w, int radius, bool grey)
{
    int n = h * w;
    Matting m = { h,
                  w,
                  radius,
                  noise((size_t) 3 * n, 0, 1),
                  calloc((size_t) 9 * n, sizeof(double)),
                  calloc((size_t) n * n, sizeof(double)) };

    for (int i = 0; i < 3 * n; i++) /* smooth, with an edge, a flat corner and some noise */
        m.image[i] = i % w < w / 4 ? 0.5f
                                   : (float) (0.4 + 0.3 * sin(i * 0.05) + 0.02 * m.image[i] +
                                              (i % w > w / 2 ? 0.2 : 0));
    for (int i = n; grey && i < 3 * n; i++)
        m.image[i] = m.image[i % n];
    for (int i = radius; i < h - radius; i++)
        for (int j = radius; j < w - radius; j++)
            matting_window(&m, i, j, 1e-7);
    return m;
}

static void matting_free(Matting *m)
{
    free(m->image);
    free(m->stats);
    free(m->dense);
}

static Linop *sparse_from(Device *d, const Matting *m)
{
    int n = m->h * m->w, nnz = 0;
    int *row = malloc((n + 1) * sizeof *row), *col = malloc((size_t) n * n * sizeof *col);
    float *val = malloc((size_t) n * n * sizeof *val);

    for (int i = 0; i < n; i++) {
        row[i] = nnz;
        for (int j = 0; j < n; j++)
            if (m->dense[(size_t) i * n + j] != 0) {
                col[nnz] = j;
                val[nnz++] = (float) m->dense[(size_t) i * n + j];
            }
    }
    row[n] = nnz;
    Linop *l = d->be->sparse(d, m->h, m->w, row, col, val);
    free(row);
    free(col);
    free(val);
    return l;
}

/* y = A x by the dense matrix, as a host array of 3 planes. */
static float *dense_product(const Matting *m, const float *x)
{
    int n = m->h * m->w;
    float *y = malloc((size_t) 3 * n * sizeof *y);

    for (int c = 0; c < 3; c++)
        for (int i = 0; i < n; i++) {
            double s = 0;
            for (int j = 0; j < n; j++)
                s += m->dense[(size_t) i * n + j] * x[c * n + j];
            y[c * n + i] = (float) s;
        }
    return y;
}

static void chebyshev_case(Linop *const l[2], int h, int w, int steps, double tolerance)
{
    Pair x = pair(3, h, w, false, -1, 1), y = pair(3, h, w, false, -1, 1), s[3];

    for (int i = 0; i < 3; i++)
        s[i] = pair(3, h, w, false, -1, 1);
    for (int k = 0; k < 2; k++)
        (k ? ref->be : be)
            ->chebyshev(y.t[k], l[k], x.t[k], 1e-3, 0.05, 9.1, steps,
                        (Tensor *[]){ s[0].t[k], s[1].t[k], s[2].t[k] });
    double d = differ(&y);
    CHECK(d < tolerance, "chebyshev of %d steps, %dx%d: %g", steps, h, w, d);
    pair_drop(&x);
    pair_drop(&y);
    for (int i = 0; i < 3; i++)
        pair_drop(&s[i]);
}

static void operator_case(int h, int w, int radius, bool grey)
{
    Matting m = matting_new(h, w, radius, grey);
    Linop *matting[2] = { be->matting(dev, h, w, radius, m.image, m.stats),
                          ref->be->matting(ref, h, w, radius, m.image, m.stats) };
    Linop *sparse[2] = { sparse_from(dev, &m), sparse_from(ref, &m) };
    Pair x = pair(3, h, w, false, 0, 1), y = pair(3, h, w, false, 0, 1);
    float *dense = dense_product(&m, x.host), *out = malloc(pair_count(&y) * sizeof *out);
    double size = 1e-30;

    for (size_t i = 0; i < pair_count(&y); i++)
        size = fmax(size, fabs(dense[i]));
    for (int form = 0; form < 2; form++) {
        Linop *const *l = form ? sparse : matting;
        be->apply(y.t[0], l[0], x.t[0]);
        ref->be->apply(y.t[1], l[1], x.t[1]);
        double d = differ(&y);
        be->download(y.t[0], out);
        double from_dense = size > 1e-20 ? distance(out, dense, pair_count(&y)) : 0;
        worst = fmax(worst, from_dense);
        CHECK(d < 2e-6, "%s %dx%d radius %d grey %d: %g", form ? "sparse" : "matting", h, w, radius,
              grey, d); /* 3e-7 */
        CHECK(from_dense < 2e-6, "%s against the dense matrix, %dx%d radius %d grey %d: %g",
              form ? "sparse" : "matting", h, w, radius, grey, from_dense); /* 3e-7 */
        for (int steps = 0; steps < 26; steps += steps < 3 ? 1 : 11)
            chebyshev_case(l, h, w, steps, 5e-6); /* 2.5e-6 */
        be->linop_drop(l[0]);
        ref->be->linop_drop(l[1]);
    }
    pair_drop(&x);
    pair_drop(&y);
    free(dense);
    free(out);
    matting_free(&m);
}

/* What the device computes must be symmetric and must not make energy out of nothing. */
static void test_operator_energy(void)
{
    for (int grey = 0; grey < 2; grey++) {
        Matting m = matting_new(31, 40, 1, grey);
        Linop *l = be->matting(dev, 31, 40, 1, m.image, m.stats);
        Pair x = pair(3, 31, 40, false, 0, 1), y = pair(3, 31, 40, false, 0, 1);
        Pair ax = pair(3, 31, 40, false, 0, 1), ay = pair(3, 31, 40, false, 0, 1);
        double v[6];
        be->apply(ax.t[0], l, x.t[0]);
        be->apply(ay.t[0], l, y.t[0]);
        be->dots(0, ax.t[0], 1, &y.t[0]);
        be->dots(1, ay.t[0], 1, &x.t[0]);
        be->dots(4, ax.t[0], 1, &ax.t[0]);
        be->dots(5, y.t[0], 1, &y.t[0]);
        be->upload(x.t[0], m.image);
        be->apply(ax.t[0], l, x.t[0]);
        be->dots(2, ax.t[0], 1, &x.t[0]);
        be->dots(3, x.t[0], 1, &x.t[0]);
        be->read(dev, 0, 6, v);
        CHECK(fabs(v[0] - v[1]) < 1e-6 * sqrt(v[4] * v[5]), "<Ax,y> %.9g, <x,Ay> %.9g", v[0],
              v[1]); /* 7e-8 of |Ax| |y| */
        /* The image's own energy is eps times the squared slopes, all but nothing. */
        CHECK(v[2] > -1e-8 * v[3] && v[2] < 1e-6 * v[3], "energy of the image itself: %g of %g",
              v[2], v[3]); /* 4e-9 */
        be->linop_drop(l);
        pair_drop(&x);
        pair_drop(&y);
        pair_drop(&ax);
        pair_drop(&ay);
        matting_free(&m);
    }
}

static void test_operators(void)
{
    static const int shapes[][3] = { { 1, 1, 1 },   { 2, 3, 1 }, { 3, 3, 1 },   { 4, 3, 1 },
                                     { 3, 9, 1 },   { 7, 5, 1 }, { 33, 17, 1 }, { 20, 70, 1 },
                                     { 12, 11, 2 }, { 5, 5, 2 }, { 5, 4, 2 },   { 4, 4, 2 },
                                     { 24, 31, 3 } };

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int grey = 0; grey < 2; grey++)
            operator_case(shapes[i][0], shapes[i][1], shapes[i][2], grey);
    report("operators");
    test_operator_energy();
}

int main(int argc, char **argv)
{
    devices_open(argc, argv);
    test_operators();
    return devices_close("operators");
}
