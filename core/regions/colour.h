/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* colour.h - linear colour transfer, region by region: the initial estimate and the first preview.
 *
 * F. Pitie, A. Kokaram: "The linear Monge-Kantorovitch linear colour mapping for example-based
 * colour transfer", CVMP 2007.  It only moves colours about: structure, photorealism and the
 * optimisation are elsewhere. */

#ifndef COLOUR_H
#define COLOUR_H

#include "regions.h"

/* x -> matrix (x - from) + to; matrix is row after row. */
typedef struct {
    double matrix[9], from[3], to[3];
} ColourMap;

/* The map that carries the mean and covariance of the content's colours, weighted by the mask, to
 * the style's:
 *     T = A^-1/2 (A^1/2 B A^1/2)^1/2 A^-1/2,   A and B the covariances + 1e-4 Id.
 * Masks are one plane of their picture's size.  Both must have a positive sum. */
ColourMap colour_map(const DpsImage *content, const float *content_mask, const DpsImage *style,
                     const float *style_mask);

/* Weighted mean and covariance (row after row, + 1e-4 Id) of a picture's colours.  The mask must have
 * a positive sum. */
void colour_moments(const DpsImage *image, const float *mask, double mean[3], double cov[9]);

/* How far two covariances are apart: tr(A + B - 2 (A^1/2 B A^1/2)^1/2), which with the squared
 * distance of the means is the squared 2-Wasserstein distance of two normal distributions. */
double colour_spread(const double a[9], const double b[9]);

/* Every region of the content mapped by a linear map of its own, unmatched ones left alone, blended by
 * the masks and clipped to [0, 1]; where there is no mask at all the content stays.  The maps are
 * colour_map's, corrected so that the moments are the style's after clipping, as nearly as can be.  set: masks of
 * the sizes of content and style.  *out is made, of the content's size; the caller clears it.
 * False when memory is short. */
bool colour_transfer_regions(const DpsImage *content, const DpsImage *style, const RegionSet *set,
                             const DpsWork *work, DpsImage *out);

/* Adds to `out` what a transfer makes of the content in region k, times the mask. */
typedef void (*ColourAdd)(const void *maps, int k, const DpsImage *content, const float *mask,
                          DpsImage *out);

/* Blends what regions come to by their masks, and clips it to [0, 1]; where there is no mask at all the
 * content stays.  `add` is called for each region that the content has.  total: room for a number per pixel.
 * out: already made, of the content's size. */
void colour_blend(const DpsImage *content, const RegionSet *set, ColourAdd add, const void *maps,
                  float *total, DpsImage *out);

/* Eigenvalues, and eigenvectors as the columns of v, of a symmetric 3x3 matrix (Jacobi). */
void colour_eigen(const double a[9], double value[3], double v[9]);

#endif
