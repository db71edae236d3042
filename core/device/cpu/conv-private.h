/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* conv-private.h - convolutions by the device's own kernels, and which of them take which way.
 *
 * 3 x 3 filters of many features go by minimal filtering (conv-winograd.h), what else oneDNN takes by that.
 * Of the rest, a filter with at most 4 inputs reads planes of pixels, any other reads pixels of features; in
 * both cases a strip of the input with its border laid on is multiplied as it lies, the taps
 * being offsets into it.  Backwards, features are the same product with the filter turned round;
 * an image's gradient is gathered from the products of all taps, see conv-image.c.
 *
 * An image's filters leave out taps that are zero, and where a filter is flat in a plane, its k k
 * taps there being equal, it reads the plane's sum over the window instead: conv-taps.c. */

#ifndef CONV_PRIVATE_H
#define CONV_PRIVATE_H

#include "conv-onednn.h"
#include "conv-winograd.h"
#include "device/conv-shape.h"
#include "gram-private.h"

/* Outputs of an image's filter, whole panels but for the last, that use the same taps. */
typedef struct {
    int first, outputs, taps;
    int *tap; /* c k k + t: tap t of plane c; cin k k + c: the sum of plane c over the window */
    float *forward;  /* panels of (taps, outputs) */
    float *backward; /* (taps, outputs) */
} TapGroup;

typedef struct {
    Conv c;
    Winograd *winograd; /* if it is done by one of these, there is nothing else */
    OnednnConv *onednn;
    float *forward;     /* of features: panels of (taps, outputs), */
    float *backward;    /* and of (turned taps and outputs, inputs) */
    TapGroup *group;    /* of an image */
    int groups, taps;   /* taps of all groups */
    bool sums;          /* sums over the window are among them */
    float *bias;        /* as long as the panels are wide */
    float *border;
    void *own;
} CpuConv;

/* Sets the groups of an image's filter and `own`, their memory; false when memory is short. */
bool conv_make_groups(CpuConv *, const float *weight);

/* Rows of an input with its border: planes of rows, or rows of pixels with their features.  With
 * `sums`, after an image's planes, their sums over the k x k pixels to the right and below. */
typedef struct {
    int rows, width, channels, k;
    bool image, sums;
    size_t plane, row, pixel, size; /* floats from one to the next, and in all */
} Strip;

Strip strip_shape(int k, bool image, int channels, bool sums, int rows, int width);
/* Rows first .. of x, which may lie outside it, and `pad` columns on either side. */
void strip_fill(float *to, const Strip *, const CpuConv *, const CpuTensor *x, int first);
/* Where the taps of a k x k filter lie, in the order of its packed rows. */
void strip_taps(int *offset, const Strip *);
/* The same for an image's groups, one after the other. */
void strip_group_taps(int *offset, const Strip *, const CpuConv *);

/* Features of n pixels side by side, `from` being the strip at the first one's window. */
void conv_image_pixels(const CpuConv *, const int *offset, const float *from, float *to,
                       size_t to_row, int n, bool past);

/* The gradient with respect to an image, in pieces: see conv-image.c. */
typedef struct {
    const CpuConv *c;
    const CpuTensor *dx;
    int h, w;        /* of the features */
    int width, rows; /* of a piece: the image with its border, and what its pixels reach */
    size_t block;    /* pixels of features that share a piece: whole chunks */
    size_t blocks, thread_floats;
    float *thread, *piece;
    const int *offset; /* 0, 1, 2, .. */
} ImageBack;

/* What the gradient takes of memory is *floats; conv_image_back_begin gets it. */
ImageBack conv_image_back_plan(const CpuTensor *dx, const CpuConv *, int h, int w, size_t *floats);
void conv_image_back_begin(ImageBack *, float *memory);
void conv_image_back_clear(const ImageBack *, size_t block);
/* Adds what n pixels of a block have, from pixel `at` on: dy where it passes. */
void conv_image_back_pixels(const ImageBack *, size_t block, size_t at, int n, const Features *dy,
                            const Features *y);
void conv_image_back_end(const ImageBack *, int team, bool add);

/* conv_back where the input is an image. */
void conv_image_back(const CpuTensor *dx, const CpuConv *, const CpuTensor *dy, const CpuTensor *y,
                     bool add);

#endif
