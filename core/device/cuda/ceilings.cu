/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What this GPU can do at best, measured: the yardstick for the operations' times. */
#include "cuda-private.h"

#include <time.h>

#define ROUNDS 10

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static void copy(Cuda *cuda, const Product &p)
{
    cuda_good(cuda, cudaMemcpyAsync(p.c, p.a, p.m * p.n * sizeof(float), cudaMemcpyDeviceToDevice,
                                    cuda->stream));
}

/* Seconds of one round, the first not counted; 0 where the device fails. */
static double time_of(Cuda *cuda, void (*work)(Cuda *, const Product &), const Product &p)
{
    double begun = 0;

    for (int i = -1; i < ROUNDS && cuda_goes_on(cuda); i++) {
        if (i == 0 && !cuda_good(cuda, cudaStreamSynchronize(cuda->stream)))
            return 0;
        if (i == 0)
            begun = now();
        work(cuda, p);
    }
    return cuda_good(cuda, cudaStreamSynchronize(cuda->stream)) && !cuda->status
               ? (now() - begun) / ROUNDS
               : 0;
}

void cuda_ceilings(Device *d, int side, double *flops, double *bytes)
{
    Cuda *cuda = cuda_of(d);
    size_t n = (size_t) side, matrix = n * n;
    float *work = cuda_goes_on(cuda) ? (float *) cuda_work(cuda, 3 * matrix * sizeof *work) : NULL;
    Product p = {};

    *flops = *bytes = 0;
    if (!work)
        return;
    cuda_good(cuda, cudaMemsetAsync(work, 0, 3 * matrix * sizeof *work, cuda->stream));
    p.m = p.n = p.k = p.lda = p.ldb = p.ldc = n;
    p.a = work;
    p.b = work + matrix;
    p.c = work + 2 * matrix;
    double product = time_of(cuda, cuda_product, p), copied = time_of(cuda, copy, p);
    if (product > 0 && copied > 0) {
        *flops = 2.0 * (double) matrix * side / product;
        *bytes = 2.0 * (double) matrix * sizeof *work / copied; /* read and written */
    }
}
