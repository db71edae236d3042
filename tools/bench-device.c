/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* `photo-style bench` without any library but the core, for tools/gpu.sh:
 *
 *     bench-device DEVICE [PART [WIDTH HEIGHT [NETWORK [REPEATS]]]]
 *
 * PART is operations, evaluation or transfer; "" and 0 leave the choice to the benchmark.  One figure a
 * line, seconds first.  Evaluations take a GPU so little time that they are repeated often. */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVALUATIONS 21

static void opened(const DpsDeviceInfo *info, void *data)
{
    printf("%s: %s\n", info->name, info->about);
}

static void figure(const DpsFigure *f, void *data)
{
    printf("%.6f s  ", f->seconds);
    switch (f->kind) {
    case DPS_FIGURE_PRODUCT:
        printf("product, %.1f GFLOP/s", f->gflops);
        break;
    case DPS_FIGURE_COPY:
        printf("copy, %.1f GB/s", f->gbytes);
        break;
    case DPS_FIGURE_OPERATION:
        printf("%-20s %4d > %-4d %3d  %8.1f GFLOP/s %7.1f GB/s %4.0f %%",
               dps_operation_name(f->operation), f->planes_in, f->planes_out, f->count, f->gflops,
               f->gbytes, 100 * f->share);
        break;
    case DPS_FIGURE_EVALUATION:
        printf("evaluation, %s", f->network);
        break;
    case DPS_FIGURE_TRANSFER:
        printf("%s, %s, %d evaluations, on %s", dps_choice_name("preset", f->preset), f->network,
               f->count, f->device);
        break;
    }
    printf(", %d x %d\n", f->width, f->height);
    fflush(stdout);
}

static void notice(const DpsMessage *sentence, void *data)
{
    printf("%s\n", sentence->text);
}

static int part(const char *name)
{
    return strcmp(name, "operations") == 0   ? DPS_BENCH_OPERATIONS
           : strcmp(name, "evaluation") == 0 ? DPS_BENCH_EVALUATION
           : strcmp(name, "transfer") == 0   ? DPS_BENCH_TRANSFER
                                             : 0;
}

int main(int argc, char **argv)
{
    DpsMessage message[1];
    DpsBenchmark b = { .device = argc > 1 ? argv[1] : "auto",
                       .parts = part(argc > 2 ? argv[2] : ""),
                       .width = argc > 4 ? atoi(argv[3]) : 0,
                       .height = argc > 4 ? atoi(argv[4]) : 0,
                       .network = argc > 5 && *argv[5] ? argv[5] : NULL,
                       .repeats = argc > 6 ? atoi(argv[6]) : 0,
                       .opened = opened,
                       .figure = figure,
                       .notice = notice };

    if (b.parts == DPS_BENCH_EVALUATION && !b.repeats)
        b.repeats = EVALUATIONS;
    if (dps_benchmark(&b, message) == DPS_OK)
        return 0;
    fprintf(stderr, "bench-device: %s\n", message->text);
    return 1;
}
