/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cuda-private.h - what the files of the GPU's device share: types, memory, launches, products.
 *
 * Two layouts, as on the processor's device.  A tensor of at most 4 planes is an image: plane
 * after plane.  Any other holds features: pixel after pixel, the numbers of a pixel side by
 * side.  A slice keeps the layout of the tensor it is cut from; element (c, pixel) is p[c *
 * plane + pixel * step] in both.
 *
 * All work goes to one stream, in the order of the calls, and no sum depends on the order in
 * which threads run: the same calls give the same bits, but that cuDNN's ways of convolving are chosen by
 * their times (conv-cudnn.cu), and differ in how they round. */

#ifndef CUDA_PRIVATE_H
#define CUDA_PRIVATE_H

#include "cuda-operations.h"

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cusparse.h>
#include <stdint.h>

#define IMAGE_PLANES 4
#define THREADS 256
#define STAGE ((size_t) 8 << 20)   /* bytes of each of the two buffers that uploads go through */
#define CHUNK ((size_t) 128 << 20) /* bytes of patches or of gathered pixels at a time */

/* Before compute capability 8.0 there are neither tensor cores for TF32 nor names for them. */
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
#define HAVE_FACTORS 1
#endif

typedef enum { PRECISION_TF32, PRECISION_FLOAT32 } Precision;

/* Which way convolutions of features go: as is best, or, for tests and benchmarks, as is said. */
typedef enum { CONV_BEST, CONV_CUDNN, CONV_CUBLAS } ConvChoice;

typedef struct Cudnn Cudnn;

typedef struct {
    Device dev;
    DpsWork options;
    Precision precision;
    ConvChoice conv;
    int processors;   /* multiprocessors */
    DpsStatus status; /* the first failure; nothing runs after it */
    char why[128];    /* what CUDA called it, or "" */
    cudaStream_t stream;
    cudaMemPool_t pool; /* of memory, or NULL */
    cublasHandle_t blas;
    cusparseHandle_t sparse;
    Cudnn *dnn; /* or NULL */
    void *blas_work;
    double *slot, *slot_copy; /* on the GPU; in pinned memory */
    char *work;               /* workspace of the running operation: grows, never shrinks */
    size_t work_bytes;
    unsigned work_moves;      /* how often it has moved */
    bool recording, outgrown; /* calls are being recorded; they would need more workspace */
    float *pinned[2], *stage; /* STAGE bytes each; stage is on the GPU */
    cudaEvent_t pinned_free[2];
    int turn; /* which of the two is next */
} Cuda;

/* Where a tensor's numbers lie, for kernels. */
typedef struct {
    float *p;
    size_t plane, step; /* distance of two planes, of two pixels */
    int c, h, w;
    bool planar; /* the layout of an image */
} View;

typedef struct {
    Tensor t;
    View v;
    float *own; /* NULL in a slice */
} CudaTensor;

static inline Cuda *cuda_of(const Device *d)
{
    return (Cuda *) d;
}

static inline View view_of(const Tensor *t)
{
    return ((const CudaTensor *) t)->v;
}

static inline size_t pixel_count(const View &v)
{
    return (size_t) v.h * v.w;
}

static inline size_t element_count(const View &v)
{
    return v.c * pixel_count(v);
}

/* One run of memory without gaps. */
static inline bool is_whole(const View &v)
{
    return v.planar ? v.plane == pixel_count(v) || v.c == 1 : v.step == (size_t) v.c;
}

/* Element e of one is element e of the other, as they lie. */
static inline bool lie_alike(const View &a, const View &b)
{
    return is_whole(a) && is_whole(b) && a.planar == b.planar;
}

/* Four numbers of a pixel can be read at once. */
static inline bool in_fours(const View &v)
{
    return !v.planar && v.c % 4 == 0 && v.step % 4 == 0 && (uintptr_t) v.p % 16 == 0;
}

/* Memory on the GPU; NULL when there is none.  cuda_free takes NULL and waits for the work that may
 * use it. */
void *cuda_alloc(Cuda *, size_t bytes);
void cuda_free(Cuda *, void *);

/* Copies from the host and waits: for constructors.  False when the device fails. */
bool cuda_put(Cuda *, void *to, const void *from, size_t bytes);

/* The workspace, at least so large; NULL (and the device has failed) when memory is short.  Its
 * contents last until the operation ends. */
void *cuda_work(Cuda *, size_t bytes);

/* The first failure stays. */
void cuda_fail(Cuda *, DpsStatus);
bool cuda_good(Cuda *, cudaError_t);
bool cuda_good_blas(Cuda *, cublasStatus_t);
bool cuda_good_sparse(Cuda *, cusparseStatus_t);

/* Asked before an operation and between pieces of a long one: false when the device has failed or
 * the caller wants no more. */
bool cuda_goes_on(Cuda *);

/* c = a b, or c += a b, all column by column; ta, tb: the factor is stored transposed.  a is m
 * x k. */
typedef struct {
    bool ta, tb, add;
    size_t m, n, k;
    const float *a;
    size_t lda;
    const float *b;
    size_t ldb;
    float *c;
    size_t ldc;
} Product;

void cuda_product(Cuda *, const Product &);
/* `count` products of one shape, their matrices so many floats apart. */
void cuda_products(Cuda *, const Product &, size_t a, size_t b, size_t c, size_t count);

/* Sets every number to zero. */
void cuda_clear(Cuda *, const View &);

static inline unsigned blocks_for(size_t n, size_t per_block)
{
    return (unsigned) ((n + per_block - 1) / per_block);
}

#ifndef LAUNCH /* the tests bring their own, which runs kernels without a GPU */
#define LAUNCH(cuda, kernel, grid, threads, ...)                       \
    do {                                                               \
        kernel<<<(grid), (threads), 0, (cuda)->stream>>>(__VA_ARGS__); \
        cuda_good((cuda), cudaGetLastError());                         \
    } while (0)
#endif

/* The number of this thread in the whole grid. */
static __device__ inline size_t thread_number(void)
{
    return (size_t) blockIdx.x * blockDim.x + threadIdx.x;
}

/* e = quotient * n + rest.  Division of 64 bits is slow, and hardly ever needed. */
static __device__ inline void divide(size_t e, int n, int *quotient, int *rest)
{
    if (e <= UINT32_MAX) {
        *quotient = (int) ((uint32_t) e / (uint32_t) n);
        *rest = (int) ((uint32_t) e % (uint32_t) n);
    } else {
        *quotient = (int) (e / (size_t) n);
        *rest = (int) (e % (size_t) n);
    }
}

typedef struct {
    int c, pixel;
} Place;

/* Element e in the order in which v's numbers lie. */
static __device__ inline Place place_of(const View &v, size_t e)
{
    Place at;

    if (v.planar)
        divide(e, v.h * v.w, &at.c, &at.pixel);
    else
        divide(e, v.c, &at.pixel, &at.c);
    return at;
}

static __device__ inline size_t index_of(const View &v, Place at)
{
    return at.c * v.plane + at.pixel * v.step;
}

#endif
