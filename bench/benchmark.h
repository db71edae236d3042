/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* benchmark.h - what the parts of dps_benchmark share: one each for operations (with the device's
 * ceilings; they share benchmark-operations.h), evaluations and transfers.
 *
 * They measure what is there and decide nothing.  Each opens devices of its own, so that a device that
 * failed for one figure is whole again for the next. */

#ifndef BENCHMARK_H
#define BENCHMARK_H

#include "bench.h"
#include "device/backend.h"

#define BENCHMARK_REPEATS 1000

/* Planes of VGG-19's features between its poolings. */
#define BENCHMARK_VGG_LEVELS 5
extern const int benchmark_vgg_planes[BENCHMARK_VGG_LEVELS];

typedef struct {
    DpsBenchmark b; /* with nothing left to default but the sizes */
    DpsWork work;
    const Backend *be;
    const char *file;       /* the network's, or NULL */
    DpsRegion *stripes;     /* b.regions, upright, of the same width in every picture */
    DpsMessage *message;
    char last[DPS_MESSAGE]; /* notice */
} Benchmark;

/* Each: DPS_OK, or why not, perhaps with a sentence in message. */
DpsStatus benchmark_operations(Benchmark *);
DpsStatus benchmark_evaluations(Benchmark *);
DpsStatus benchmark_transfers(Benchmark *);

/* Hills under a sky, in warm light or none (0 to 1): 3 planes.  False when memory is short. */
bool benchmark_photo(int width, int height, float warm, DpsImage *out);

/* A device for one figure, or NULL. */
Device *benchmark_open(const Benchmark *);

void benchmark_figure(const Benchmark *, const DpsFigure *);
/* What was said last is not said again. */
void benchmark_notice(Benchmark *, const DpsMessage *);

/* What becomes of a figure that failed with *status: DPS_OK, and a notice, where it was only too large
 * and nobody had asked for its size. */
DpsStatus benchmark_left_out(Benchmark *, DpsStatus, const char *what, int width, int height);

/* Seconds, from some moment on. */
double benchmark_now(void);

/* How long something took, again and again. */
typedef struct {
    int n;
    double took[BENCHMARK_REPEATS], all;
} BenchmarkTimes;

/* Whether to do it once more: `most` times, but no further once `seconds` are spent. */
bool benchmark_again(const BenchmarkTimes *, int most, double seconds);
void benchmark_took(BenchmarkTimes *, double seconds);
double benchmark_median(BenchmarkTimes *); /* sorts them */

#endif
