/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* gram-private.h - how the GPU keeps masks, and which Gram matrices go to tensor cores.
 *
 * Pixels are put in order, those that lie in the same regions side by side, and cut into tiles of TILE.  A
 * region has a row for each pixel of each tile that it has a part in, filled up to whole batches.  So a tile's
 * pixels are in a region as a whole or not at all, but for few. */

#ifndef GRAM_PRIVATE_H
#define GRAM_PRIVATE_H

#include "cuda-private.h"

#define TILE 64
#define BATCH 512 /* rows whose sum is made in float; batches are added up in double */

typedef struct {
    Masks m;
    size_t *first, *own; /* by region, on the host: its first row; how many rows have pixels */
    int *pixel;          /* by row; -1 fills up */
    float *value;        /* by row: the mask there */
    int *batch;          /* by region: its first batch; and the end */
    double *weight;      /* by region, on the host: the sum of the mask's squares */
    int tiles;
    int *part;         /* by tile: its first part; and the end */
    int *region, *row; /* by part: whose it is, the number of regions if nobody's; its first row */
} CudaMasks;

/* Whether the features x go to gram-tensor.cu. */
bool gram_has_tiles(const Cuda *, const View &x);

/* part = the C x C matrix of each batch. */
void gram_tiles(Cuda *, float *part, const View &x, const CudaMasks *);

/* dx = the sum over all regions of d x, times the mask's square, or with `add` dx += that; d: symmetric
 * C x C matrices. */
void gram_tiles_back(Cuda *, const View &dx, const float *d, const View &x, const CudaMasks *,
                     bool add);

#endif
