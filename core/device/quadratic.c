/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "quadratic.h"

#include <math.h>
#include <stdlib.h>

/* Sum over pairs of neighbours i < j, one above or beside the other, of weight(i, j) (x_i - x_j)^2. */
typedef struct Pairs {
    double (*weight)(const struct Pairs *, int i, int j);
    int h, w;
    const float *image;
    double contrast;
} Pairs;

/* A row of the operator: the pixel itself and those of its neighbours it shares a term with, columns
 * ascending. */
static int fill_row(const Pairs *p, int y, int x, int *col, float *val)
{
    const int dy[] = { -1, 0, 0, 0, 1 }, dx[] = { 0, -1, 0, 1, 0 };
    double diagonal = 0;
    int n = 0, self = -1, i = y * p->w + x;

    for (int k = 0; k < 5; k++) {
        int v = y + dy[k], u = x + dx[k], j = v * p->w + u;
        bool itself = k == 2, inside = v >= 0 && v < p->h && u >= 0 && u < p->w;
        double weight = itself || !inside ? 0 : p->weight(p, i < j ? i : j, i < j ? j : i);
        if (itself)
            self = n;
        if (!itself && weight == 0)
            continue;
        col[n] = j;
        val[n++] = (float) -weight;
        diagonal += weight;
    }
    val[self] = (float) diagonal;
    return n;
}

static Linop *sum_of_pairs(Device *dev, const Pairs *p)
{
    size_t n = (size_t) p->h * p->w;
    int *row = malloc((n + 1) * sizeof *row), *col = malloc(5 * n * sizeof *col);
    float *val = malloc(5 * n * sizeof *val);
    Linop *a = NULL;

    if (row && col && val) {
        row[0] = 0;
        for (size_t i = 0; i < n; i++)
            row[i + 1] = row[i] + fill_row(p, (int) (i / p->w), (int) (i % p->w), col + row[i],
                                           val + row[i]);
        a = dev->be->sparse(dev, p->h, p->w, row, col, val);
    }
    free(row);
    free(col);
    free(val);
    return a;
}

/* The upper or left pixel of a pair must not lie in the last row or column. */
static double variation_weight(const Pairs *p, int i, int j)
{
    (void) j;
    return i / p->w < p->h - 1 && i % p->w < p->w - 1 ? 256.0 * 256.0 / 2 : 0;
}

Linop *quadratic_variation(Device *dev, int h, int w)
{
    return sum_of_pairs(dev, &(Pairs){ variation_weight, h, w, NULL, 0 });
}

static double gradient_weight(const Pairs *p, int i, int j)
{
    size_t n = (size_t) p->h * p->w;
    double square = 0;

    for (int c = 0; c < 3; c++) {
        double step = (double) p->image[c * n + i] - (double) p->image[c * n + j];
        square += step * step;
    }
    return exp(-square / (p->contrast * p->contrast));
}

Linop *quadratic_gradient(Device *dev, int h, int w, const float *image, double contrast)
{
    return sum_of_pairs(dev, &(Pairs){ gradient_weight, h, w, image, contrast });
}

Linop *quadratic_diagonal(Device *dev, int h, int w, const float *diagonal)
{
    int n = h * w, *row = malloc(((size_t) n + 1) * sizeof *row);
    Linop *a = NULL;

    if (row) {
        for (int i = 0; i <= n; i++)
            row[i] = i;
        a = dev->be->sparse(dev, h, w, row, row, diagonal);
    }
    free(row);
    return a;
}
