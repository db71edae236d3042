/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* quadratic.h - the small quadratic forms of the objective, as sparse operators on a device.
 *
 * The large one, the matting Laplacian, has matting.h to itself.  Each function returns an operator
 * that the caller frees with linop_drop, or NULL when memory is short. */

#ifndef QUADRATIC_H
#define QUADRATIC_H

#include "backend.h"

/* A with x' A x = the total variation of a plane of h x w pixels as the paper's code has it,
 * without its strength, on the 0..256 scale:
 *     1/2 sum over i < h - 1, j < w - 1 of (x_ij - x_i,j+1)^2 + (x_ij - x_i+1,j)^2. */
Linop *quadratic_variation(Device *, int h, int w);

/* A with x' A x = the squared gradient of a plane where a picture is flat:
 *     sum over neighbours i, j of w_ij (x_i - x_j)^2,  w_ij = exp(-|I_i - I_j|^2 / contrast^2),
 * each pair of pixels above or beside one another counting once.  image: I, 3 planes of h x w. */
Linop *quadratic_gradient(Device *, int h, int w, const float *image, double contrast);

/* The diagonal matrix: x' D x = sum of diagonal[i] x_i^2. */
Linop *quadratic_diagonal(Device *, int h, int w, const float *diagonal);

#endif
