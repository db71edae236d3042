/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* affine.h - local affine fits: carrying a result to any other size of the same photo.
 *
 * A field is a DpsImage of 12 planes: at each pixel the 3x4 map of colours
 *     y_d = field[4 d] R + field[4 d + 1] G + field[4 d + 2] B + field[4 d + 3].
 * Interpolating the maps and applying them to the original's pixels keeps the original's
 * detail and precision, where interpolating the picture would not.  The caller clears what
 * is made. */

#ifndef AFFINE_H
#define AFFINE_H

#include "image.h"

#define AFFINE_PLANES 12

/* Fits result = A guide + b by least squares, with eps on the diagonal of the covariance, in each
 * window of (2 radius + 1)^2 pixels, then averages the fits over the same windows.  Beyond the
 * border the picture is reflected, the border pixel not repeated, as often as need be.
 * guide, result: 3 planes of the same size.  eps pulls A towards that of `prior`, a field of the same
 * size, or towards 0 where prior is NULL.  False when memory is short. */
bool affine_fit(const DpsImage *guide, const DpsImage *result, int radius, double eps,
                const DpsImage *prior, const DpsWork *work, DpsImage *field);

/* The same with a fit in wide windows as its prior, so that texture fainter than the square root of
 * eps is changed as its surroundings are, and does not fade away. */
bool affine_fit_fine(const DpsImage *guide, const DpsImage *result, int radius, double eps,
                     const DpsWork *work, DpsImage *field);

/* A row of pixels of a picture that a field lies over. */
typedef struct {
    const DpsImage *field;
    int width, height; /* of the picture */
    double x, y; /* the middle of the first pixel, in the picture's pixels: its upper left corner
                        * is 0, 0.  Beyond the picture the field goes on as it is at the border. */
    double step; /* from one pixel to the next */
} AffineRow;

/* Interpolates the field (bilinear, its pixels' centres at halves) and applies it to n pixels of four
 * floats, of which the last is left alone.  out may be in. */
void affine_apply_row(const AffineRow *row, int n, const float *in, float *out);

/* The same for a part of a picture, rows and columns `step` apart: `first` is the row of its upper left
 * pixel.  out: already made, 3 planes of the part's size, or the part itself.  DPS_OK, or DPS_CANCELLED:
 * out is then unfinished. */
DpsStatus affine_apply_part(const AffineRow *first, const DpsImage *part, DpsImage *out,
                            const DpsWork *work);

/* The same for a whole picture.  out: already made, 3 planes of the target's size, or the target
 * itself.  `cancelled` (may be NULL) is asked from the calling thread now and then.  DPS_OK, or
 * DPS_CANCELLED: out is then unfinished. */
DpsStatus affine_apply(const DpsImage *field, const DpsImage *target, DpsImage *out,
                       const DpsWork *work);

/* affine_fit and affine_apply: *out is made, of the target's size.  False when memory is short. */
bool affine_carry(const DpsImage *guide, const DpsImage *result, const DpsImage *target, int radius,
                  double eps, const DpsWork *work, DpsImage *out);

#endif
