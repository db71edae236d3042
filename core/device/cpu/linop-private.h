/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* linop-private.h - the forms a linear operator takes on this device. */

#ifndef LINOP_PRIVATE_H
#define LINOP_PRIVATE_H

#include "cpu-private.h"

typedef enum { LINOP_SPARSE, LINOP_STENCIL, LINOP_WINDOWS } LinopForm;

typedef struct {
    Linop l;
    LinopForm form;
    void *own;

    int *row, *col; /* sparse */
    float *val;

    float *
        weight; /* stencil: (h, STENCIL_WEIGHTS, stride), within STENCIL_REACH zeros on all sides */
    size_t stride;

    int radius; /* windows: the image, the windows' means and inverse covariances */
    float *image;
    double *mean, *inverse;
} CpuLinop;

/* The matting Laplacian of 3 x 3 windows as a stencil of 25 points; false when memory is short. */
bool stencil_build(const CpuLinop *, const float *image, const double *stats);
/* y = A x */
void stencil_apply(float *y, const CpuLinop *, const float *x, int planes);

/* The Chebyshev iteration of backend.h for a stencil; scratch: as large as y, three of them. */
void stencil_chebyshev(float *y, const CpuLinop *, const float *x, int planes, double shift,
                       double lo, double hi, int steps, float *const scratch[3]);

/* The matting Laplacian of larger windows, from their statistics. */
void windows_build(const CpuLinop *, const float *image, const double *stats);
/* One plane; false when memory is short. */
bool windows_apply(float *y, const CpuLinop *, const float *x);

#endif
