/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What this GPU can do at best, measured: the yardstick for the operations' times.  Numbers are random, as
 * zeros let a GPU clock higher, and it is kept busy before a time counts, as it idles at a fraction of its
 * speed. */
#include "cuda-private.h"

#include <time.h>

#define ROUNDS 10
#define WARM_UP 0.1 /* seconds */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/* Two factors and a product, all of `side` rows and columns. */
typedef struct {
    int side;
    float *a, *b, *c;
} Work;

static size_t numbers_of(const Work &w)
{
    return (size_t) w.side * w.side;
}

/* From -1 to 1, a hash of their places (Thomas Wang's, 32 bits). */
static __global__ void fill_random(float *to, size_t n)
{
    for (size_t e = thread_number(); e < n; e += (size_t) gridDim.x * THREADS) {
        uint32_t bits = (uint32_t) e;
        bits = (bits ^ 61) ^ (bits >> 16);
        bits *= 9;
        bits ^= bits >> 4;
        bits *= 0x27d4eb2d;
        bits ^= bits >> 15;
        to[e] = (float) bits / 2147483648.0f - 1;
    }
}

static void copy(Cuda *cuda, const Work &w)
{
    cuda_good(cuda, cudaMemcpyAsync(w.c, w.a, numbers_of(w) * sizeof(float),
                                    cudaMemcpyDeviceToDevice, cuda->stream));
}

static void multiply(Cuda *cuda, const Work &w)
{
    Product p = {};

    p.m = p.n = p.k = p.lda = p.ldb = p.ldc = (size_t) w.side;
    p.a = w.a;
    p.b = w.b;
    p.c = w.c;
    cuda_product(cuda, p);
}

/* Seconds of one round; 0 where the device fails. */
static double time_of(Cuda *cuda, void (*work)(Cuda *, const Work &), const Work &w)
{
    double begun = now();

    do {
        work(cuda, w);
        cuda_good(cuda, cudaStreamSynchronize(cuda->stream));
    } while (now() < begun + WARM_UP && cuda_goes_on(cuda));
    begun = now();
    for (int i = 0; i < ROUNDS && cuda_goes_on(cuda); i++)
        work(cuda, w);
    return cuda_good(cuda, cudaStreamSynchronize(cuda->stream)) && !cuda->status
               ? (now() - begun) / ROUNDS
               : 0;
}

static bool prepare(Cuda *cuda, Work *w)
{
    size_t n = numbers_of(*w);
    unsigned blocks = 4 * (unsigned) cuda->processors;

    w->a = (float *) cuda_work(cuda, 3 * n * sizeof *w->a);
    if (!w->a)
        return false;
    w->b = w->a + n;
    w->c = w->b + n;
    LAUNCH(cuda, fill_random, blocks, THREADS, w->a, 3 * n);
    return !cuda->status;
}

void cuda_ceilings(Device *d, int side, double *flops, double *bytes)
{
    Cuda *cuda = cuda_of(d);
    Work w = {};

    *flops = *bytes = 0;
    w.side = side;
    if (!cuda_goes_on(cuda) || !prepare(cuda, &w))
        return;
    double product = time_of(cuda, multiply, w), copied = time_of(cuda, copy, w);
    if (product > 0 && copied > 0) {
        *flops = 2.0 * (double) numbers_of(w) * side / product;
        *bytes = 2.0 * (double) numbers_of(w) * sizeof(float) / copied; /* read and written */
    }
}
