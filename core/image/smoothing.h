/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* smoothing.h - after the optimisation: the content's detail, and the reference's smoothing.
 *
 * Pictures have 3 planes.  *out is made and the caller clears it; functions that return bool
 * give false when memory is short.  `cancelled` (may be NULL) is asked from the calling thread. */

#ifndef SMOOTHING_H
#define SMOOTHING_H

#include "image.h"

#define SMOOTHING_DETAIL_RADIUS 8
#define SMOOTHING_DETAIL_EPS 0.01

/* The colour guided filter of an image by itself (K. He, J. Sun, X. Tang, ECCV 2010): windows of
 * (2 radius + 1)^2 pixels, cut at the border.  Time does not depend on the radius, and memory
 * beyond `out` is a few strips of rows. */
bool smoothing_guided(const DpsImage *image, int radius, double eps, const DpsWork *work,
                      DpsImage *out);

/* Lays the content's fine detail over a result: result += amount (content - guided(content)).  With
 * amount 1, radius 8 and eps 0.01 it is the reference's refinement.  result: the content's size,
 * changed in place, not clipped, and not the content itself.  DPS_OK, DPS_CANCELLED or
 * DPS_NO_MEMORY. */
DpsStatus smoothing_detail(DpsImage *result, const DpsImage *content, double amount, int radius,
                           double eps, const DpsWork *work);

/* The reference's last step: in each 3x3 window, cut at the border, the affine map from the
 * content's colours to the result's (sums, with 1e-3 on the three colours' diagonal); the maps
 * averaged over (2 radius + 1)^2 pixels with weights
 *     exp(-distance^2 / (2 space^2)) exp(-d / (2 colour^2)),
 * d the mean squared difference of the content's channels; applied to the content.  The reference
 * has radius 15, space radius / 3, colour 0.01.  DPS_OK, DPS_CANCELLED or DPS_NO_MEMORY. */
DpsStatus smoothing_affine(const DpsImage *content, const DpsImage *result, int radius,
                           double space, double colour, const DpsWork *work, DpsImage *out);

#endif
