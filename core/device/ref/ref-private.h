/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ref-private.h - what the files of the reference device share: its memory and its types. */

#ifndef REF_PRIVATE_H
#define REF_PRIVATE_H

#include "device/backend.h"

/* Device memory is handed out from chunks, and a chunk is unmapped with its last user. */
typedef struct Chunk Chunk;

typedef struct {
    Device dev;
    DpsWork options;
    DpsStatus status;
    Chunk *chunks;
    double *slot;
    Chunk *slot_chunk;
    long live;
} Ref;

typedef struct {
    Tensor t;
    double *p;
    Chunk *chunk; /* NULL in a slice */
} RefTensor;

typedef struct {
    Conv c;
    double *weight, *bias, *border;
    Chunk *chunk;
} RefConv;

typedef struct {
    Masks m;
    double *p;
    Chunk *chunk;
} RefMasks;

typedef struct {
    Linop l;
    int *row, *col; /* sparse: row is not NULL */
    double *val;
    int radius; /* matting */
    double *image, *inverse;
    Chunk *chunk;
} RefLinop;

/* Memory of `bytes` zeros, closed; NULL when there is none. */
void *ref_room(Ref *, size_t bytes, Chunk **chunk);
void ref_release(Ref *, Chunk *chunk);

/* Opens the memory for an operation; false when the device has failed or is cancelled, and
 * then nothing may be done. */
bool ref_enter(Device *);
void ref_leave(Device *);
/* The same for constructors, which work on a failed device too. */
void ref_unlock(Device *);

static inline Ref *ref_of(const Device *d)
{
    return (Ref *) d;
}

static inline double *ref_data(const Tensor *t)
{
    return ((const RefTensor *) t)->p;
}

static inline size_t ref_count(const Tensor *t)
{
    return (size_t) t->c * t->h * t->w;
}

Conv *ref_conv_new(Device *, const ConvShape *, const float *weight, const float *bias);
void ref_conv_drop(Conv *);
void ref_conv(Tensor *y, const Conv *, const Tensor *x);
void ref_conv_back(Tensor *dx, const Conv *, Tensor *dy, const Tensor *y, bool add);
void ref_pool(Tensor *y, const Tensor *x, const PoolShape *);
void ref_pool_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x,
                   const PoolShape *, bool add);
void ref_rectify(Tensor *y, const Tensor *x, const Tensor *scale, const Tensor *shift);
void ref_rectify_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *scale, bool add);
Masks *ref_masks(Device *, int k, int h, int w, const float *mask);
void ref_masks_drop(Masks *);
void ref_gram(Tensor *y, const Tensor *x, const Masks *);
void ref_gram_back(Tensor *dx, const Tensor *dy, const Tensor *x, const Masks *, bool add);
void ref_moments(Tensor *y, const Tensor *x, const Masks *);
void ref_moments_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x, const Masks *,
                      bool add);

Linop *ref_sparse(Device *, int h, int w, const int *row, const int *col, const float *val);
Linop *ref_matting(Device *, int h, int w, int radius, const float *image, const double *stats);
void ref_linop_drop(Linop *);
void ref_apply(Tensor *y, const Linop *, const Tensor *x);
void ref_chebyshev(Tensor *y, const Linop *, const Tensor *x, double shift, double lo, double hi,
                   int steps, Tensor *const *scratch);

#endif
