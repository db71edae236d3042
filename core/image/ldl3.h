/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ldl3.h - symmetric 3x3 matrices as L D L', L with ones on its diagonal.
 *
 * For covariances of colours with a small number added to their diagonal: Cramer's rule would lose all
 * digits in grey windows, where two eigenvalues are no more than that number. */

#ifndef LDL3_H
#define LDL3_H

typedef struct {
    double l1, l2, l3; /* L's entries 10, 20 and 21 */
    double d0, d1, d2;
} Ldl3;

static inline Ldl3 ldl3(double s00, double s01, double s02, double s11, double s12, double s22)
{
    Ldl3 f;

    f.d0 = s00;
    f.l1 = s01 / f.d0;
    f.l2 = s02 / f.d0;
    f.d1 = s11 - f.l1 * s01;
    double t = s12 - f.l2 * s01;
    f.l3 = t / f.d1;
    f.d2 = s22 - f.l2 * s02 - f.l3 * t;
    return f;
}

/* x = the matrix' inverse times b. */
static inline void ldl3_solve(const Ldl3 *f, double b0, double b1, double b2, double x[3])
{
    double c1 = b1 - f->l1 * b0, c2 = b2 - f->l2 * b0 - f->l3 * c1;

    x[2] = c2 / f->d2;
    x[1] = c1 / f->d1 - f->l3 * x[2];
    x[0] = b0 / f->d0 - f->l1 * x[1] - f->l2 * x[2];
}

/* Entries 00 01 02 11 12 22 of the inverse. */
static inline void ldl3_inverse(const Ldl3 *f, double inverse[6])
{
    double i0 = 1 / f->d0, i1 = 1 / f->d1, i2 = 1 / f->d2, k = f->l1 * f->l3 - f->l2;

    inverse[0] = i0 + f->l1 * f->l1 * i1 + k * k * i2;
    inverse[1] = -f->l1 * i1 - k * f->l3 * i2;
    inverse[2] = k * i2;
    inverse[3] = i1 + f->l3 * f->l3 * i2;
    inverse[4] = -f->l3 * i2;
    inverse[5] = i2;
}

#endif
