/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* gram-private.h - how the GPU keeps masks, and which Gram matrices go to tensor cores.
 *
 * Each region has the list of its own pixels, a row for each, filled up to whole batches. */

#ifndef GRAM_PRIVATE_H
#define GRAM_PRIVATE_H

#include "cuda-private.h"

#define BATCH 1024 /* rows whose sum is made in float; batches are added up in double */

typedef struct {
    Masks m;
    size_t *first, *own; /* by region, on the host: its first row; how many pixels it has */
    int *pixel;          /* by row; -1 fills up */
    float *value;
    int *batch; /* by region: its first batch; and the end */
} CudaMasks;

/* Whether the features x go to gram-tensor.cu. */
bool gram_has_tiles(const Cuda *, const View &x);

/* part = the C x C matrix of each batch. */
void gram_tiles(Cuda *, float *part, const View &x, const CudaMasks *);

/* dx += d x, times the mask's square, at the pixels of a region; d is a symmetric C x C matrix. */
void gram_tiles_back(Cuda *, const View &dx, const float *d, const View &x, const CudaMasks *,
                     int region);

#endif
