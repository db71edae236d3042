/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* conv-private.h - how convolutions find their pixels, and which of them take which way.
 *
 * Of features, cuDNN convolves where it is installed, see conv-cudnn.cu.  Otherwise patches are gathered chunk
 * by chunk and multiplied by the filters; backwards a patch holds, for every tap, the sum of the gradients of the
 * outputs that saw the pixel through it.  An image's few planes have kernels of their own, see conv-image.cu. */

#ifndef CONV_PRIVATE_H
#define CONV_PRIVATE_H

#include "cuda-private.h"
#include "device/conv-shape.h"

typedef struct ConvPlan ConvPlan;

typedef struct {
    Conv c;
    float *by_output; /* (output, tap, input); NULL where the input is an image */
    float *by_input;  /* (input, tap, output) */
    float *bias, *border;
    bool plain_border;       /* the picture is continued by zeros */
    mutable ConvPlan *plans; /* conv-cudnn.cu's, by picture size */
    float *own;
} CudaConv;

/* A convolution on pictures of certain sizes. */
typedef struct {
    int k, stride, pad;
    PadMode mode;
    int xh, xw, yh, yw;
} Geometry;

static inline Geometry geometry_of(const Conv *c, const View &x, const View &y)
{
    return { c->shape.k, c->shape.stride, c->shape.pad, c->shape.mode, x.h, x.w, y.h, y.w };
}

#define CONV_NOWHERE INT32_MAX

/* The positions that pixel p of a line of n pixels stands for, from -pad to n + pad - 1: the first
 * one after `after`, or CONV_NOWHERE. */
static __device__ inline int conv_position(const Geometry &g, int after, int p, int n)
{
    int next = after + 1;

    if (g.mode == PAD_CONSTANT || (p > g.pad && p < n - 1 - g.pad))
        return after < p ? p : CONV_NOWHERE;
    if (n > 1) { /* reflections repeat p and -p */
        int period = 2 * (n - 1), up = (p - next) % period, down = (-p - next) % period;
        up += up < 0 ? period : 0;
        down += down < 0 ? period : 0;
        next += up < down ? up : down;
    }
    return next < n + g.pad ? next : CONV_NOWHERE;
}

/* Which of m outputs along a line sees a position through tap u; -1: none. */
static __device__ inline int conv_seen_by(const Geometry &g, int position, int u, int m)
{
    int t = position + g.pad - u;

    return t >= 0 && t % g.stride == 0 && t / g.stride < m ? t / g.stride : -1;
}

/* Convolutions of an image.  Its gradient in one go, with dy masked on the way: false when nothing was
 * done because the taps are not 3 x 3 or nothing is masked; and any other, of a dy that has been masked already. */
void conv_image(Cuda *, const View &y, const CudaConv *, const View &x);
bool conv_image_glances(Cuda *, const View &dx, const CudaConv *, const View &dy, const View &y,
                        bool add);
void conv_image_back(Cuda *, const View &dx, const CudaConv *, const View &dy, bool add);

/* cuDNN, opened; NULL where it is not installed or this build does not know it. */
Cudnn *cudnn_open(Cuda *);
void cudnn_close(Cudnn *);

/* The whole operation by cuDNN; false when nothing was done because it can't do it.  dy has been masked. */
bool conv_cudnn(Cuda *, const View &y, const CudaConv *, const View &x);
bool conv_cudnn_back(Cuda *, const View &dx, const CudaConv *, const View &dy, bool add);
void conv_cudnn_drop(CudaConv *);

#endif
