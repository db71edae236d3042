/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* predictor.h - the small network that sees a photo and its first guess and says which grid of colour maps
 * (grid.h) brings the guess to a style: the one whose weights these are.
 *
 *     the two pictures drawn to 64 x 64, 6 planes, less 1/2
 *     convolution 3 x 3, every 2nd pixel, ReLU      16 planes of 32 x 32
 *     convolution 3 x 3, every 2nd pixel, ReLU      32 planes of 16 x 16
 *     convolution 3 x 3, ReLU                       32 planes
 *     the means of these, and the guess's colours by brightness: of each of GRID_DEPTH classes of luma, between
 *     which pixels are shared out linearly, the share of all pixels and that times the mean colour less the class's
 *     grey; together 64 numbers about the whole photo
 *     convolution 1 x 1, ReLU                       32 numbers
 *     these and the 32 planes, convolution 1 x 1, ReLU   32 planes
 *     convolution 1 x 1                             GRID_CELL planes: a cell each
 *
 * It reads no files and is trained elsewhere (transfer/learn.h). */

#ifndef PREDICTOR_H
#define PREDICTOR_H

#include "grid.h"

enum {
    PREDICTOR_SIDE = 64,
    PREDICTOR_CLASSES = 4 * GRID_DEPTH,
    PREDICTOR_INPUTS = 6 * PREDICTOR_SIDE * PREDICTOR_SIDE + PREDICTOR_CLASSES,
    PREDICTOR_WEIGHTS = 16 * (6 * 9 + 1) + 32 * (16 * 9 + 1) + 32 * (32 * 9 + 1) + 32 * (64 + 1) +
                        32 * (64 + 1) + GRID_CELL * (32 + 1)
};

/* What one photo leaves in the network, for the gradients. */
typedef struct Predictor Predictor;

/* NULL when memory is short. */
Predictor *predictor_new(void);
void predictor_free(Predictor *);

/* Weights to begin a training with: drawn (He and others, 2015), but for the last layer's, which are zeros, so that
 * the guess comes out as it is. */
void predictor_draw(unsigned seed, float weight[PREDICTOR_WEIGHTS]);

/* What the network is given: of content and guess, 3 planes each and of the same size.  False when memory is
 * short. */
bool predictor_look(const DpsImage *content, const DpsImage *guess, const DpsWork *work,
                    float input[PREDICTOR_INPUTS]);

/* The grid, GRID_VALUES numbers, which stays the predictor's. */
const float *predictor_forward(Predictor *, const float weight[PREDICTOR_WEIGHTS],
                               const float input[PREDICTOR_INPUTS]);

/* For the last forward: adds to dweight the gradient of a loss whose gradient with respect to the grid is
 * dgrid. */
void predictor_back(Predictor *, const float weight[PREDICTOR_WEIGHTS],
                    const float input[PREDICTOR_INPUTS], const float dgrid[GRID_VALUES],
                    float dweight[PREDICTOR_WEIGHTS]);

#endif
