/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* benchmark-operations.h - what the measures of single operations share: operands of random numbers, and
 * the time that an operation takes on them.
 *
 * After a failure everything here does nothing, as devices do: status says why. */

#ifndef BENCHMARK_OPERATIONS_H
#define BENCHMARK_OPERATIONS_H

#include "benchmark.h"
#include "device/device.h"
#include "image/random.h"
#include "optimise/lbfgs.h"

#define BENCH_VECTORS 30

typedef struct {
    Benchmark *m;
    const Backend *be;
    Device *dev;
    DpsStatus status;
    Random random;
    double most_gflops, most_gbytes; /* 10^9 operations and bytes a second: bench_ceilings */
    /* operands */
    Tensor *x, *y, *dx, *dy;
    Conv *conv;
    PoolShape pool;
    Masks *masks;
    Linop *linop;
    Preconditioner preconditioner;
    Tensor *v[BENCH_VECTORS], *scratch[3];
    double a[BENCH_VECTORS];
} Bench;

typedef void Operation(Bench *);

/* Tensors and filters are the caller's; NULL, and a status, when memory is short. */
Tensor *bench_zeros(Bench *, int c, int h, int w);
Tensor *bench_tensor(Bench *, int c, int h, int w, float lo, float hi); /* of noise */
Conv *bench_conv(Bench *, int cin, int cout, int k);                    /* k x k, of noise */
/* Frees x, y, dx, dy, conv and masks. */
void bench_drop(Bench *);

/* y becomes the convolution of x by conv. */
void bench_convolve(Bench *);

/* The seconds of one call: the least of several measurements, since others may be using the machine, for as
 * long as `seconds` last.  Each is of so many calls that waiting for them hardly counts.  INFINITY after a
 * failure. */
double bench_time(Bench *, Operation *, double seconds);

/* Measures and shows how many operations and bytes a second the device comes to at its best. */
void bench_ceilings(Bench *);

#endif
