/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* matting.h - the matting Laplacian of a picture: window statistics, explicit matrix, energy.
 *
 * A. Levin, D. Lischinski, Y. Weiss: "A closed-form solution to natural image matting", PAMI 2008.
 * For every window k of n = (2 r + 1)^2 pixels that lies inside the image, with mean mu_k and
 * covariance S_k (divided by n) of its colours,
 *
 *     L_ij = sum over k with i, j in k of  delta_ij - (1 + (I_i - mu_k)' D_k (I_j - mu_k)) / n,
 *     D_k  = (S_k + eps / n Id)^-1.
 *
 * Symmetric, positive semidefinite, rows sum to 0.  A picture smaller than a window has no windows,
 * and L = 0.  Everything is computed in double from centred colours.  Devices apply L matrix-free
 * from the statistics (K. He, J. Sun, X. Tang, CVPR 2010): see backend.h. */

#ifndef MATTING_H
#define MATTING_H

#include "image.h"

#define MATTING_EPS 1e-7

/* stats: 9 planes of the image's size, for the window about each pixel: mu_k (3), and the entries
 * 00 01 02 11 12 22 of D_k / n.  Zero where the window does not lie inside the image.  In double,
 * because in grey windows D_k has entries of 1e7 that cancel down to 1 when it is applied.
 * image: 3 planes.  False when memory is short. */
bool matting_stats(const DpsImage *image, int radius, double eps, const DpsWork *work,
                   double *stats);

/* L in compressed rows, columns ascending: row has n + 1 entries, n being the pixels; col and
 * val have row[n].  Every pair of pixels that share a window has an entry (25 per row for
 * radius 1, fewer at the border), and so has every pixel with itself. */
typedef struct {
    int n;
    int *row, *col;
    float *val;
} MattingMatrix;

/* DPS_OK, DPS_NO_MEMORY, or DPS_BAD_INPUT when there are more entries than an int counts. */
DpsStatus matting_matrix(const DpsImage *image, int radius, double eps, const DpsWork *work,
                         MattingMatrix *matrix);
void matting_matrix_clear(MattingMatrix *matrix);

/* sum over the planes c of p of p_c' L p_c, L that of image; not divided by anything.  A
 * window's share is the least over a and b of
 *     sum over i of (p_i - a . I_i - b)^2 + eps |a|^2,   at a = D_k cov_k(I, p),
 * and computed as that sum, which can't be negative.  p: any number of planes of the image's size.
 * The sum does not depend on the number of threads.  False when memory is short. */
bool matting_energy(const DpsImage *image, const DpsImage *p, int radius, double eps,
                    const DpsWork *work, double *energy);

#endif
