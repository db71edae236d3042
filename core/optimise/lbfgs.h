/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* lbfgs.h - limited-memory BFGS with a preconditioner, from dot products and linear
 * combinations alone.
 *
 * Ordinary L-BFGS (Nocedal and Wright, "Numerical Optimization", algorithm 7.4) starts its
 * two-loop recursion from a multiple of the identity.  Here it starts from gamma P with
 *
 *     P = p(A) ~ (A + shift)^-1,    gamma = s'y / y'P y  (of the newest pair)
 *
 * where A is the matting Laplacian: its null space is exactly the set of changes that are
 * wanted, and plain L-BFGS crawls along it.
 *
 * P is linear, so with u_i = P y_i and p = P g kept beside s_i, y_i and g, every direction is a
 * combination of the vectors s_i, u_i and p, and the recursion runs on the host on small tables
 * of their dot products (Chen, Wang, Zhou, "Large-scale L-BFGS using MapReduce", NIPS 2014).
 * One evaluation costs one application of P and one wait.
 *
 * It doesn't know what it minimises. */

#ifndef LBFGS_H
#define LBFGS_H

#include "device/tape.h"

#define LBFGS_MEMORY 100
#define LBFGS_PATIENCE 5

typedef struct {
    const Linop *a;     /* NULL: P is the identity */
    const Linop *scale; /* NULL, or a diagonal S: P becomes S P S, and where S is 0 x never moves */
    double shift, lo, hi; /* see Backend.chebyshev */
    int steps;
} Preconditioner;

typedef struct {
    int memory;        /* pairs kept, at most LBFGS_MEMORY */
    int evaluations;   /* at most so many, line searches included */
    double first_step; /* root mean square change of the first step */
    double
        least_gain; /* ends when the loss falls by a smaller part in LBFGS_PATIENCE steps; 0: never */
    bool search;    /* backtrack until the loss falls enough; otherwise take steps of length 1 */
    Preconditioner preconditioner;
} LbfgsOptions;

/* Called after each accepted step with the losses in slot order; false stops the run.  x may be
 * downloaded. */
typedef bool (*LbfgsProgress)(int evaluations, double f, const double *losses, const Tensor *x,
                              void *data);

/* Vectors of x's shape that lbfgs holds. */
int lbfgs_vectors(const LbfgsOptions *);

/* Minimises over x, which holds the best point found; *evaluations counts.  DPS_OK also when
 * progress stopped it; DPS_NO_MEMORY; or the device's failure. */
DpsStatus lbfgs(Tape *, Tensor *x, const LbfgsOptions *, LbfgsProgress progress, void *data,
                int *evaluations);

#endif
