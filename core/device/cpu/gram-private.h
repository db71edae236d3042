/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* gram-private.h - masked Gram matrices of features, wherever these lie.
 *
 * The picture is cut into chunks of pixels; each region keeps, chunk by chunk, the list of its own
 * pixels.  A few of them at a time are packed into a panel, multiplied by their mask, and the panel's
 * product with itself is summed up. */

#ifndef GRAM_PRIVATE_H
#define GRAM_PRIVATE_H

#include "cpu-private.h"

#define CHUNK 256 /* pixels; their positions in a chunk fit a byte */
#define GROUP 8   /* chunks summed up in float before they go to a sum in double */

typedef struct {
    size_t first; /* in the lists */
    int count;
    bool plain; /* side by side, and the mask is the region's usual value */
} Part;

typedef struct {
    Masks m;
    size_t chunks;
    Part *part;     /* (region, chunk) */
    float *usual;   /* of each region: the mask's largest value */
    double *weight; /* and the sum of its squares */
    float *value;   /* relative to that */
    uint8_t *place; /* in the chunk */
} CpuMasks;

/* The features of a chunk's pixels: number c of pixel i is p[c * plane + i * step]. */
typedef struct {
    float *p;
    size_t plane, step;
    int planes;
    bool cached; /* need not be fetched from memory */
} Features;

/* Rows of a panel, and floats from one to the next: not a power of two, or the rows of a tall
 * panel would compete for the same cache lines. */
typedef struct {
    int rows;
    size_t row;
} Panel;

/* What a thread needs to sum up Gram matrices. */
typedef struct {
    const Kernels *kernels;
    Panel panel;
    float *packed;
    int *offset, *offset_as_it_lies; /* of a panel's rows, and of pixels */
} GramRoom;

/* Floats of a room for features of so many planes. */
size_t gram_room_floats(const Cpu *, int planes);
/* A room in memory of gram_room_floats; features' pixels are `step` floats apart. */
GramRoom gram_room(const Cpu *, int planes, size_t step, float *memory);
/* sum += the Gram matrix of a region's pixels in a chunk, as if the usual mask were 1; on and above the
 * diagonal, and some below it. */
void gram_add_chunk(const GramRoom *, float *sum, const Features *, const CpuMasks *, int region,
                    size_t chunk);
/* Whether a region has pixels in some chunks. */
bool gram_has(const CpuMasks *, int region, size_t first, size_t end);
/* total += sum above the diagonal and on it. */
void gram_add_up(double *total, const float *sum, int planes);
/* y's region = the sum of the threads' totals, times the square of the usual mask. */
void gram_put(const CpuTensor *y, int region, const CpuMasks *, const double *const *total,
              int threads);

/* What gradients of Gram matrices have in common. */
typedef struct {
    const Kernels *kernels;
    const CpuMasks *m;
    Panel panel;
    const int *offset;     /* 0, 1, 2, .. */
    const float *gradient; /* of all regions, times the square of the usual mask */
    size_t gradient_size;
    bool past; /* the gradient is written past the caches */
} GramBack;

/* Floats that gram_back_begin takes, and that each thread takes. */
size_t gram_back_floats(const Cpu *, const Masks *, int planes);
size_t gram_back_thread_floats(const Cpu *, int planes);
GramBack gram_back_begin(const Cpu *, const CpuTensor *dy, const Masks *, float *memory);
/* dx of a chunk of `length` pixels. */
void gram_back_chunk(const GramBack *, size_t chunk, int length, const Features *dx,
                     const Features *x, bool add, float *memory);

#endif
