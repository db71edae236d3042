/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* conv-private.h - how convolutions find their pixels, and which of them take which way.
 *
 * Of features, patches are gathered chunk by chunk and multiplied by the filters; backwards a patch
 * holds, for every tap, the sum of the gradients of the outputs that saw the pixel through it.
 * Where tensor cores may be used, one kernel does all of that: for 3 x 3 taps on compute capability 9.0
 * see conv-windows.cu, otherwise conv-tensor.cu.  An image's few planes have kernels of their own, see
 * conv-image.cu. */

#ifndef CONV_PRIVATE_H
#define CONV_PRIVATE_H

#include "cuda-private.h"
#include "device/conv-shape.h"

typedef struct {
    Conv c;
    float *by_output; /* (output, tap, input); NULL where the input is an image */
    float *by_input;  /* (input, tap, output) */
    float *bias, *border;
    void *windows_by_output, *windows_by_input; /* as conv-windows.cu reads them, or NULL */
    void *tiles_by_output, *tiles_by_input;     /* as conv-tensor.cu does, or NULL */
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
 * done because the taps are not 3 x 3; and any other, of a dy that has been masked already. */
void conv_image(Cuda *, const View &y, const CudaConv *, const View &x);
bool conv_image_glances(Cuda *, const View &dx, const CudaConv *, const View &dy, const View &y,
                        bool add);
void conv_image_back(Cuda *, const View &dx, const CudaConv *, const View &dy, bool add);

/* The bytes of one of a filter's numbers on tensor cores. */
static inline size_t conv_factor_bytes(const Cuda *cuda)
{
    return cuda->precision == PRECISION_BF16 ? 2 : sizeof(float);
}

/* Whether this build has code for warpgroups. */
bool conv_knows_warpgroups(void);

/* Whether they do on this GPU what other ways do; cuda->warpgroups says so from then on.  For once the
 * device has been opened. */
bool conv_windows_tried(Cuda *);

/* Whether a convolution of that shape goes to conv-windows.cu; and its filters, by output or, `back`, by
 * input, in the order in which they are read there. */
bool conv_has_windows(const Cuda *, const ConvShape *);
void conv_windows_lay_out(Cuda *, void *to, const float *from, const ConvShape *, bool back);

/* Whether it goes to conv-tensor.cu, and its filters rounded. */
bool conv_has_tiles(const Cuda *, const ConvShape *);
void conv_tiles_round(Cuda *, void *to, const float *from, size_t n);

/* The whole operation; false when nothing was done because another way is better for these
 * pictures.  dy has not been masked. */
bool conv_windows(Cuda *, const View &y, const CudaConv *, const View &x);
bool conv_windows_back(Cuda *, const View &dx, const CudaConv *, const View &dy, const View &y,
                       bool add);
bool conv_tiles(Cuda *, const View &y, const CudaConv *, const View &x);
bool conv_tiles_back(Cuda *, const View &dx, const CudaConv *, const View &dy, const View &y,
                     bool add);

#endif
