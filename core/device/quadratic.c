/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "quadratic.h"

#include <stdlib.h>

/* A row of the operator: the pixel itself and those of its neighbours it shares a term with, columns
 * ascending. */
static int variation_row(int y, int x, int h, int w, int *col, float *val)
{
    const float unit = 256.0f * 256.0f / 2;
    const int dy[] = { -1, 0, 0, 0, 1 }, dx[] = { 0, -1, 0, 1, 0 };
    float diagonal = 0;
    int n = 0, self = -1;

    for (int k = 0; k < 5; k++) {
        int v = y + dy[k], u = x + dx[k];
        /* the term of a pair belongs to its upper or left pixel, which must not lie in the last
         * row or column */
        int top = v < y ? v : y, left = u < x ? u : x;
        bool itself = k == 2, pair = v >= 0 && v < h && u >= 0 && u < w && top < h - 1 && left < w - 1;
        if (itself)
            self = n;
        if (!itself && !pair)
            continue;
        col[n] = v * w + u;
        val[n++] = itself ? 0 : -unit;
        diagonal += itself ? 0 : unit;
    }
    val[self] = diagonal;
    return n;
}

Linop *quadratic_variation(Device *dev, int h, int w)
{
    size_t n = (size_t) h * w;
    int *row = malloc((n + 1) * sizeof *row), *col = malloc(5 * n * sizeof *col);
    float *val = malloc(5 * n * sizeof *val);
    Linop *a = NULL;

    if (row && col && val) {
        row[0] = 0;
        for (size_t i = 0; i < n; i++)
            row[i + 1] = row[i] + variation_row((int) (i / w), (int) (i % w), h, w, col + row[i],
                                                val + row[i]);
        a = dev->be->sparse(dev, h, w, row, col, val);
    }
    free(row);
    free(col);
    free(val);
    return a;
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
