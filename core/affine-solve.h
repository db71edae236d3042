/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* affine-solve.h - one affine colour map from the means over its window.
 *
 * For the code that slides windows over pictures (affine.c, smoothing.c); how the means come
 * about, and what lies beyond a border, is theirs. */

#ifndef AFFINE_SOLVE_H
#define AFFINE_SOLVE_H

#include <stddef.h>

/* What a fit needs of a window: the means of the guide, of the result, of the guide's
 * products 00 01 02 11 12 22, and of guide times result, the guide's channel counting slower. */
enum { SUM_GUIDE = 0, SUM_RESULT = 3, SUM_SQUARE = 6, SUM_CROSS = 12, SUMS = 21 };

/* One pixel's map from its window's means (m points to the first, the next `step` further):
 * A = (cov(I) + eps)^-1 cov(I, p) by L D L', b = mean(p) - A mean(I). */
static inline void affine_solve(const double *m, size_t step, double eps, float *map, size_t plane)
{
    double i0 = m[0], i1 = m[step], i2 = m[2 * step];
    const double *sq = m + SUM_SQUARE * step, *cross = m + SUM_CROSS * step;
    double s01 = sq[step] - i0 * i1, s02 = sq[2 * step] - i0 * i2;
    double d0 = sq[0] - i0 * i0 + eps;
    double l1 = s01 / d0, l2 = s02 / d0;
    double d1 = sq[3 * step] - i1 * i1 + eps - l1 * s01;
    double t = sq[4 * step] - i1 * i2 - l2 * s01, l3 = t / d1;
    double d2 = sq[5 * step] - i2 * i2 + eps - l2 * s02 - l3 * t;
    for (size_t d = 0; d < 3; d++) {
        double p = m[(SUM_RESULT + d) * step];
        double c0 = cross[d * step] - i0 * p;
        double c1 = cross[(3 + d) * step] - i1 * p - l1 * c0;
        double c2 = cross[(6 + d) * step] - i2 * p - l2 * c0 - l3 * c1;
        double a2 = c2 / d2;
        double a1 = c1 / d1 - l3 * a2;
        double a0 = c0 / d0 - l1 * a1 - l2 * a2;
        map[4 * d * plane] = (float) a0;
        map[(4 * d + 1) * plane] = (float) a1;
        map[(4 * d + 2) * plane] = (float) a2;
        map[(4 * d + 3) * plane] = (float) (p - a0 * i0 - a1 * i1 - a2 * i2);
    }
}

#endif
