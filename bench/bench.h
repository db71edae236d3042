/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* bench.h - how fast a device is, from single operations to whole transfers.
 *
 * It uses the engine, which knows nothing of it. */

#ifndef BENCH_H
#define BENCH_H

#include "dps.h"

/* The parts of a benchmark, in the order in which they are done. */
enum { DPS_BENCH_OPERATIONS = 1, DPS_BENCH_EVALUATION = 2, DPS_BENCH_TRANSFER = 4 };

/* What an evaluation is made of, and what comes between two of them.  "Back" is the gradient. */
typedef enum {
    DPS_OPERATION_CONVOLUTION, /* 3 x 3, with bias and rectifier */
    DPS_OPERATION_CONVOLUTION_BACK,
    DPS_OPERATION_MAX_POOLING,
    DPS_OPERATION_MAX_POOLING_BACK,
    DPS_OPERATION_AVERAGE_POOLING,
    DPS_OPERATION_AVERAGE_POOLING_BACK,
    DPS_OPERATION_GRAM, /* of `count` regions */
    DPS_OPERATION_GRAM_BACK,
    DPS_OPERATION_DIFFERENCE,     /* squared, and its gradient */
    DPS_OPERATION_MATTING,        /* the Laplacian, applied to three planes */
    DPS_OPERATION_PRECONDITIONER, /* `count` Chebyshev steps with it */
    DPS_OPERATION_DOTS,           /* `count` products of vectors */
    DPS_OPERATION_COMBINATION     /* of `count` vectors */
} DpsOperation;

/* "convolution", "convolution-back" and so on; "" for none. */
const char *dps_operation_name(DpsOperation operation);

typedef enum {
    DPS_FIGURE_PRODUCT, /* the device at its best: a product of two matrices, height x width, */
    DPS_FIGURE_COPY,    /* and a copy of height x width floats */
    DPS_FIGURE_OPERATION,
    DPS_FIGURE_EVALUATION, /* forward, all losses, backward */
    DPS_FIGURE_TRANSFER    /* dps_run */
} DpsFigureKind;

/* A network that nobody has to have: VGG-19 in its true size, its weights random numbers. */
#define DPS_RANDOM_VGG "vgg19-random"

/* What was measured; members that don't belong to the kind are 0 and "". */
typedef struct {
    DpsFigureKind kind;
    DpsOperation operation;
    int planes_in, planes_out, count; /* of an operation; count also: evaluations of a transfer */
    int width, height;
    char network[DPS_NAME]; /* of evaluations and transfers: "builtin", DPS_RANDOM_VGG or a file */
    DpsPreset preset;       /* of a transfer, */
    char device[DPS_NAME];  /* and what it ended on: not always where it began */
    int repeats;            /* of evaluations and transfers, of which seconds is the median */
    double seconds;         /* of operations, products and copies the least of many */
    double gflops, gbytes;  /* 10^9 floating-point operations, those of the formula, and 10^9 bytes
                             * moved, per second; 0: doesn't apply */
    /* Of operations: the part of what the device does at its best, DPS_FIGURE_PRODUCT or
     * DPS_FIGURE_COPY, whichever the operation is closer to.  Above 1 where a cache helps. */
    DpsFigureKind ceiling;
    double share;
} DpsFigure;

typedef struct {
    int parts;           /* DPS_BENCH_..., added up; 0: all */
    const char *device;  /* as in DpsOptions */
    const char *network; /* a file; NULL: DPS_RANDOM_VGG, for evaluations only */
    int threads;         /* as in DpsOptions */
    int regions;         /* stripes; 0: four */
    int width,
        height;  /* of everything; 0: 700 x 466 for operations, three sizes for evaluations, two
                          * for transfers */
    int repeats; /* of evaluations and transfers, at most, as they may take long; operations
                          * are repeated for 40 milliseconds times this; 0: five */
    int presets; /* of transfers; 0: draft, normal and best */
    const DpsPreset *preset;

    /* All may be NULL, and are called from the thread that called dps_benchmark: once, when the device
     * is known; with each figure as soon as there is one; with a sentence about what was left out or
     * done differently; and before every operation, as in DpsJob. */
    void (*opened)(const DpsDeviceInfo *, void *data);
    void (*figure)(const DpsFigure *, void *data);
    void (*notice)(const DpsMessage *, void *data);
    bool (*cancelled)(void *data);
    void *data;
} DpsBenchmark;

/* Measures how fast a device is with photos that are made up.  The built-in network always takes part,
 * and another beside it.  A size that nobody asked for and that doesn't fit the memory is left out with
 * a notice.  DPS_OK; or, with a sentence in message, what dps_run returns. */
DpsStatus dps_benchmark(const DpsBenchmark *benchmark, DpsMessage *message);

#endif
