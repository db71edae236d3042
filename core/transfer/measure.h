/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* measure.h - how good a result is: structure kept, photorealism, colours matched.
 *
 * A MeasureSet holds the pictures brought to one size; measure_prepare makes it and
 * measure_clear frees it.  The fourth figure of DpsMeasures, the Gram error, needs a network:
 * gram-error.h has it. */

#ifndef MEASURE_H
#define MEASURE_H

#include "image/image.h"

#define MEASURE_SIZE 700

typedef struct {
    DpsImage content, style;             /* long side `size`, 8-bit values */
    DpsImage result;                     /* the content's size, clipped */
    DpsImage content_masks, style_masks; /* as many planes as regions (one of ones for none), times
                                          * what can be seen */
    DpsImage content_coverage, style_coverage; /* of the photos: borrowed, of any size, or empty */
} MeasureSet;

/* size: the long side, 0 for MEASURE_SIZE.  Pictures are brought there by Pillow's Lanczos, masks
 * by averaging.  DPS_OK, DPS_NO_MEMORY, or DPS_BAD_INPUT and a sentence. */
DpsStatus measure_prepare(const DpsImage *content, const DpsImage *style, const DpsImage *result,
                          int regions, const DpsRegion *region, int size, const DpsWork *work,
                          MeasureSet *set, DpsMessage *message);
void measure_clear(MeasureSet *set);

/* Fills edge, energy and colour; gram_error becomes -1 (not asked for).  False when memory is short. */
bool measure_pictures(const MeasureSet *set, const DpsWork *work, DpsMeasures *out);

/* SSIM (11x11 Gaussian of deviation 1.5, windows inside, constants for 0-255) of the Sobel
 * magnitudes, kernels / 4, of luma 0-255.  1 when a side is too short for a window (13 pixels).
 * False when memory is short. */
bool measure_edge(const DpsImage *content, const DpsImage *result, const DpsWork *work,
                  double *edge);

/* Matting energy per pixel of result on content: radius 1, eps 1e-7.  False: memory is short. */
bool measure_energy(const DpsImage *content, const DpsImage *result, const DpsWork *work,
                    double *energy);

/* Over the regions that cover at least 5e-3 of both pictures, weighted by their share of the
 * result: distance between the six means and deviations of R, G and B, in 0-255.  0 without any
 * such region. */
double measure_colour(const DpsImage *result, const DpsImage *style, const DpsImage *content_masks,
                      const DpsImage *style_masks);

#endif
