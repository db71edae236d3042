/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cpu-private.h - what the files of the processor's device share: types, memory, threads.
 *
 * Two layouts.  A tensor of at most IMAGE_PLANES planes is an image: plane after plane.  Any other holds
 * features: pixel after pixel, the numbers of a pixel side by side.  A slice keeps the layout
 * of the tensor it is cut from; element (c, pixel) is p[c * plane + pixel * step] in both. */

#ifndef CPU_PRIVATE_H
#define CPU_PRIVATE_H

#include "device/backend.h"
#include "kernels.h"

#include <stdint.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#define ALIGN 64
#define MAX_THREADS 256

typedef struct {
    Device dev;
    DpsWork options;
    const Kernels *kernels;
    struct Onednn *onednn; /* NULL without */
    int threads;
    double least_shared; /* work, in multiplications or so, from which threads share an operation */
    DpsStatus status;    /* the first failure; nothing runs after it */
    double slot[SLOTS];
    float *work; /* workspace of the running operation: grows, never shrinks */
    size_t work_bytes;
} Cpu;

typedef struct {
    Tensor t;
    float *p;
    size_t plane, step; /* distance of two planes, of two pixels */
    float *own;         /* NULL in a slice */
} CpuTensor;

static inline Cpu *cpu_of(const Device *d)
{
    return (Cpu *) d;
}

static inline CpuTensor *cpu_tensor(const Tensor *t)
{
    return (CpuTensor *) t;
}

static inline size_t pixel_count(const Tensor *t)
{
    return (size_t) t->h * t->w;
}

/* Planes lie one after the other, pixels side by side. */
static inline bool is_planar(const CpuTensor *t)
{
    return t->step == 1 && (t->t.c == 1 || t->plane > 1 || pixel_count(&t->t) == 1);
}

/* One run of memory without gaps. */
static inline bool is_whole(const CpuTensor *t)
{
    size_t n = pixel_count(&t->t), c = (size_t) t->t.c;

    return (t->step == 1 && (t->plane == n || c == 1)) || (t->plane == 1 && t->step == c);
}

/* Memory on cache lines; NULL when there is none.  cpu_free takes NULL. */
void *cpu_alloc(size_t bytes);
void cpu_free(void *);

/* Floats or ints, rounded up to whole cache lines and more. */
static inline size_t cpu_aligned(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* The workspace, at least so large; NULL (and the device has failed) when memory is short.  Its
 * contents last until the operation ends. */
void *cpu_work(Cpu *, size_t bytes);

/* The first failure stays. */
void cpu_fail(Cpu *, DpsStatus);

/* Asked before an operation and, from any thread, between pieces of a long one: false when the
 * device has failed or the caller wants no more.  Only the main thread asks the caller. */
bool cpu_goes_on(Cpu *);

static inline int cpu_thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

/* Whether rows of a whole tensor are best written past the caches: see kernels.h. */
static inline bool cpu_goes_past(const Cpu *cpu, const CpuTensor *x)
{
    size_t bytes = x->step * pixel_count(&x->t) * sizeof(float);

    return bytes > ((size_t) 32 << 20) && x->plane == 1 && x->step % 16 == 0 &&
           x->t.c % cpu->kernels->columns == 0 && (uintptr_t) x->p % ALIGN == 0;
}

/* Asks for memory that will soon be read; it need not exist. */
static inline void cpu_prefetch(const float *p, size_t floats)
{
    for (size_t i = 0; i < floats; i += 16)
        __builtin_prefetch(p + i, 0, 2);
}

/* Threads for so many multiplications and additions. */
static inline int cpu_team(const Cpu *cpu, double work)
{
    return work < cpu->least_shared ? 1 : cpu->threads;
}

/* Threads for what fetches so many numbers from memory, each of which takes as long as ten
 * multiplications. */
static inline int cpu_team_moving(const Cpu *cpu, double numbers)
{
    return cpu_team(cpu, 10 * numbers);
}

/* A right factor so large that it is better taken panel by panel, all rows with each. */
static inline bool cpu_is_large(const Product *p)
{
    return (size_t) p->depth * p->columns > 16384;
}

static inline void cpu_product(const Kernels *k, const Product *p)
{
    Product q = *p;

    if (!cpu_is_large(p)) {
        k->product(p);
        return;
    }
    for (int j = 0; j < p->columns; j += k->columns, q.b += p->b_panel, q.c += k->columns) {
        q.columns = p->columns - j < k->columns ? p->columns - j : k->columns;
        q.bias = p->bias ? p->bias + j : NULL;
        k->product(&q);
    }
}

Conv *cpu_conv_new(Device *, const ConvShape *, const float *weight, const float *bias);
void cpu_conv_drop(Conv *);
void cpu_conv(Tensor *y, const Conv *, const Tensor *x);
void cpu_conv_back(Tensor *dx, const Conv *, Tensor *dy, const Tensor *y, bool add);
void cpu_pool(Tensor *y, const Tensor *x, const PoolShape *);
void cpu_pool_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x,
                   const PoolShape *, bool add);
void cpu_rectify(Tensor *y, const Tensor *x, const Tensor *scale, const Tensor *shift);
void cpu_rectify_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *scale, bool add);
Masks *cpu_masks(Device *, int k, int h, int w, const float *mask);
void cpu_masks_drop(Masks *);
void cpu_gram(Tensor *y, const Tensor *x, const Masks *);
void cpu_gram_back(Tensor *dx, const Tensor *dy, const Tensor *x, const Masks *, bool add);
void cpu_moments(Tensor *y, const Tensor *x, const Masks *);
void cpu_moments_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x, const Masks *,
                      bool add);
void cpu_conv_gram(Tensor *y, const Conv *, const Tensor *x, const Masks *);
void cpu_conv_gram_back(Tensor *dx, const Tensor *dy, const Conv *, const Tensor *x, const Masks *,
                        const Held *, bool add);
void cpu_sqdiff(int slot, double w, Tensor *dx, const Tensor *x, const Tensor *t, bool add);
void cpu_excess(int slot, double w, Tensor *dx, const Tensor *x, bool add);
Linop *cpu_sparse(Device *, int h, int w, const int *row, const int *col, const float *val);
Linop *cpu_matting(Device *, int h, int w, int radius, const float *image, const double *stats);
void cpu_linop_drop(Linop *);
void cpu_apply(Tensor *y, const Linop *, const Tensor *x);
void cpu_chebyshev(Tensor *y, const Linop *, const Tensor *x, double shift, double lo, double hi,
                   int steps, Tensor *const *scratch);
void cpu_dots(int slot, const Tensor *x, int n, Tensor *const *y);
void cpu_lincomb(Tensor *y, int n, const double *a, Tensor *const *x);
void cpu_adam(Tensor *d, Tensor *m, Tensor *v, const Tensor *g, double b1, double b2, double eps,
              int t);

#endif
