/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* look-samples.h - the pixels of two pictures that a look is made from, and judged by. */

#ifndef LOOK_SAMPLES_H
#define LOOK_SAMPLES_H

#include "image/image.h"

typedef struct {
    float from[3], to[3], weight;
    int x, y; /* in the pictures */
} LookSample;

/* Pixels spread evenly over content and result, which have the same size, weighed by the mask (NULL:
 * all alike) and the content's coverage; those that weigh nothing are left out.  NULL when memory is
 * short; to be freed. */
LookSample *look_samples(const DpsImage *content, const DpsImage *result, const DpsImage *mask,
                         int *count);

/* The mask at a pixel of a picture of this size over which it is laid. */
float look_mask_at(const DpsImage *mask, int x, int y, int width, int height);

#endif
