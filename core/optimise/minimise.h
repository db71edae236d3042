/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* minimise.h - the minimisers behind one function: L-BFGS, Adam, and gradient descent.
 *
 * All of them walk a tape from x, need no more of a device than its operations, and leave in x the
 * best point they found.  L-BFGS is lbfgs.h's and the default; the other two are here, for those
 * who want what other programs do. */

#ifndef MINIMISE_H
#define MINIMISE_H

#include "lbfgs.h"

typedef enum {
    MINIMISE_LBFGS,
    MINIMISE_ADAM, /* Kingma and Ba, "Adam", ICLR 2015; the step falls to 0 as half a cosine wave */
    MINIMISE_DESCENT /* along the gradient, backtracking until the loss falls enough */
} Method;

/* Vectors of x's shape that minimise holds. */
int minimise_vectors(Method, const LbfgsOptions *);

/* As lbfgs().  Of the options Adam and descent take `evaluations`, `first_step` (Adam: the size of
 * its steps at the beginning), and preconditioner.scale; progress is told of the best point so far. */
DpsStatus minimise(Tape *, Tensor *x, Method, const LbfgsOptions *, LbfgsProgress progress,
                   void *data, int *evaluations);

#endif
