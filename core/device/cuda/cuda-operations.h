/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cuda-operations.h - the device's operations, for the table in module.c: see backend.h. */

#ifndef CUDA_OPERATIONS_H
#define CUDA_OPERATIONS_H

#include "cuda-module.h"

#ifdef __cplusplus
extern "C" {
#endif

bool cuda_usable(char *text, size_t size, CudaMemory *memory);

Device *cuda_open(const DpsWork *);
void cuda_close(Device *);
void cuda_about(Device *, char *text, size_t size);
DpsStatus cuda_read(Device *, int slot, int n, double *out);
size_t cuda_memory_free(Device *);
size_t cuda_workspace(Device *, size_t pixels, int regions);

void cuda_record_begin(Device *);
Recording *cuda_record_end(Device *);
bool cuda_replay(const Recording *);
void cuda_recording_drop(Recording *);

void cuda_carry(Device *, const float *field, int fh, int fw, const float *photo, float *out, int h,
                int w);

Tensor *cuda_tensor_new(Device *, int c, int h, int w);
Tensor *cuda_slice(Tensor *, int c0, int c);
void cuda_drop(Tensor *);
void cuda_upload(Tensor *, const float *chw);
void cuda_download(const Tensor *, float *chw);
size_t cuda_tensor_bytes(Device *, int c, int h, int w);

Conv *cuda_conv_new(Device *, const ConvShape *, const float *weight, const float *bias);
void cuda_conv_drop(Conv *);
void cuda_conv(Tensor *y, const Conv *, const Tensor *x);
void cuda_conv_back(Tensor *dx, const Conv *, Tensor *dy, const Tensor *y, bool add);

void cuda_pool(Tensor *y, const Tensor *x, const PoolShape *);
void cuda_pool_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x,
                    const PoolShape *, bool add);

void cuda_rectify(Tensor *y, const Tensor *x, const Tensor *scale, const Tensor *shift);
void cuda_rectify_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *scale, bool add);

Masks *cuda_masks(Device *, int k, int h, int w, const float *mask);
void cuda_masks_drop(Masks *);
void cuda_gram(Tensor *y, const Tensor *x, const Masks *);
void cuda_gram_back(Tensor *dx, const Tensor *dy, const Tensor *x, const Masks *, bool add);
void cuda_moments(Tensor *y, const Tensor *x, const Masks *);
void cuda_moments_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x, const Masks *,
                       bool add);

void cuda_sqdiff(int slot, double w, Tensor *dx, const Tensor *x, const Tensor *t, bool add);
void cuda_excess(int slot, double w, Tensor *dx, const Tensor *x, bool add);
void cuda_dots(int slot, const Tensor *x, int n, Tensor *const *y);
void cuda_lincomb(Tensor *y, int n, const double *a, Tensor *const *x);
void cuda_adam(Tensor *d, Tensor *m, Tensor *v, const Tensor *g, double b1, double b2, double eps,
               int t);

Linop *cuda_sparse(Device *, int h, int w, const int *row, const int *col, const float *val);
Linop *cuda_matting(Device *, int h, int w, int radius, const float *image, const double *stats);
void cuda_linop_drop(Linop *);
void cuda_apply(Tensor *y, const Linop *, const Tensor *x);
void cuda_chebyshev(Tensor *y, const Linop *, const Tensor *x, double shift, double lo, double hi,
                    int steps, Tensor *const *scratch);
void cuda_ceilings(Device *, int side, double *flops, double *bytes);

#ifdef __cplusplus
}
#endif

#endif
