/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* conv-private.h - convolutions by the device's own kernels, and which of them take which way.
 *
 * A filter with at most 4 inputs reads planes of pixels, any other reads pixels of features; in
 * both cases a strip of the input with its border laid on is multiplied as it lies, the taps
 * being offsets into it.  Backwards, features are the same product with the filter turned round;
 * an image's gradient is gathered from the products of all taps, see conv-image.c. */

#ifndef CONV_PRIVATE_H
#define CONV_PRIVATE_H

#include "conv-onednn.h"
#include "cpu-private.h"
#include "device/conv-shape.h"

typedef struct {
    Conv c;
    OnednnConv *onednn; /* if it does this one: then there is nothing else */
    float *forward;     /* panels of (taps, outputs) */
    float
        *backward; /* cin > 4: panels of (turned taps and outputs, inputs); else (taps, outputs) */
    float *bias;   /* as long as the panels are wide */
    float *border;
    float *own;
} CpuConv;

/* Row i of one channel of dy, where y is positive, to[0 .. w - 1]; any layout. */
void conv_rectified_row(float *to, size_t to_step, const CpuTensor *dy, const CpuTensor *y,
                        int channel, int i);

/* conv_back where the input is an image. */
void conv_image_back(const CpuTensor *dx, const CpuConv *, const CpuTensor *dy, const CpuTensor *y,
                     bool add);

#endif
