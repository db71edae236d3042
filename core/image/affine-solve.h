/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* affine-solve.h - one affine colour map from the means over its window.
 *
 * For the code that slides windows over pictures (affine.c, smoothing.c); how the means come
 * about, and what lies beyond a border, is theirs. */

#ifndef AFFINE_SOLVE_H
#define AFFINE_SOLVE_H

#include "ldl3.h"

#include <stddef.h>

/* What a fit needs of a window: the means of the guide, of the result, of the guide's
 * products 00 01 02 11 12 22, and of guide times result, the guide's channel counting slower. */
enum { SUM_GUIDE = 0, SUM_RESULT = 3, SUM_SQUARE = 6, SUM_CROSS = 12, SUMS = 21 };

/* One pixel's map from its window's means (m points to the first, the next `step` further):
 *     A = A0 + (cov(I) + eps)^-1 (cov(I, p) - cov(I) A0) by L D L',  b = mean(p) - A mean(I),
 * A0 being that of `prior`, laid out as `map` is; 0 where prior is NULL. */
static inline void affine_solve(const double *m, size_t step, double eps, const float *prior,
                                float *map, size_t plane)
{
    double i0 = m[0], i1 = m[step], i2 = m[2 * step];
    const double *sq = m + SUM_SQUARE * step, *cross = m + SUM_CROSS * step;
    double s01 = sq[step] - i0 * i1, s02 = sq[2 * step] - i0 * i2, s12 = sq[4 * step] - i1 * i2;
    double s00 = sq[0] - i0 * i0, s11 = sq[3 * step] - i1 * i1, s22 = sq[5 * step] - i2 * i2;
    const Ldl3 factors = ldl3(s00 + eps, s01, s02, s11 + eps, s12, s22 + eps);
    for (size_t d = 0; d < 3; d++) {
        double p = m[(SUM_RESULT + d) * step], q0 = 0, q1 = 0, q2 = 0, r[3];
        if (prior) {
            q0 = prior[4 * d * plane];
            q1 = prior[(4 * d + 1) * plane];
            q2 = prior[(4 * d + 2) * plane];
        }
        double c0 = cross[d * step] - i0 * p - s00 * q0 - s01 * q1 - s02 * q2;
        double c1 = cross[(3 + d) * step] - i1 * p - s01 * q0 - s11 * q1 - s12 * q2;
        double c2 = cross[(6 + d) * step] - i2 * p - s02 * q0 - s12 * q1 - s22 * q2;
        ldl3_solve(&factors, c0, c1, c2, r);
        double a0 = q0 + r[0], a1 = q1 + r[1], a2 = q2 + r[2];
        map[4 * d * plane] = (float) a0;
        map[(4 * d + 1) * plane] = (float) a1;
        map[(4 * d + 2) * plane] = (float) a2;
        map[(4 * d + 3) * plane] = (float) (p - a0 * i0 - a1 * i1 - a2 * i2);
    }
}

#endif
