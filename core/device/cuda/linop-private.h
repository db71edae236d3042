/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* linop-private.h - the forms a linear operator takes on this device. */

#ifndef LINOP_PRIVATE_H
#define LINOP_PRIVATE_H

#include "cuda-private.h"

typedef enum { LINOP_SPARSE, LINOP_STENCIL, LINOP_WINDOWS } LinopForm;

typedef struct {
    Linop l;
    LinopForm form;

    size_t entries; /* sparse; the matrix is NULL when it has none */
    int *row, *col;
    float *val;
    cusparseSpMatDescr_t matrix;

    float *weight; /* stencil: (pair, h, w) */

    int radius; /* windows: the image, the windows' means and inverse covariances */
    float *image;
    double *mean, *inverse;
} CudaLinop;

/* One step of the Chebyshev iteration. */
typedef struct {
    float shift, momentum, rate;
} Step;

static __device__ inline float chebyshev_value(const Step &s, float rhs, float now, float before,
                                               float product)
{
    return now + s.momentum * (now - before) + s.rate * (rhs - (product + s.shift * now));
}

/* The matting Laplacian of 3 x 3 windows as a stencil of 25 points; false when memory is short. */
bool stencil_build(CudaLinop *, const float *image, const double *stats);
void stencil_apply(Cuda *, const View &y, const CudaLinop *, const View &x);
/* `next` holds the iterate before `now`, and then the one after it. */
void stencil_step(Cuda *, const View &next, const CudaLinop *, const View &now, const View &rhs,
                  const Step &);

/* The matting Laplacian of larger windows, from their statistics. */
bool windows_build(CudaLinop *, const float *image, const double *stats);
void windows_apply(Cuda *, const View &y, const CudaLinop *, const View &x);

#endif
