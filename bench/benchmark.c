/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dps_benchmark: its parts in order. */

#include "benchmark.h"
#include "device/device.h"
#include "network/networks.h"
#include "message.h"
#include "transfer/options.h"

#include <stdio.h>
#include <stdlib.h>

#define REGIONS 4
#define REPEATS 5
#define LEAST_SIDE 8
#define MOST_SIDE 100000
#define MOST_REGIONS 64

const char *dps_operation_name(DpsOperation operation)
{
    static const char *const names[] = {
        "convolution",
        "convolution-back",
        "max-pooling",
        "max-pooling-back",
        "average-pooling",
        "average-pooling-back",
        "gram",
        "gram-back",
        "difference",
        "matting",
        "preconditioner",
        "dots",
        "combination",
    };
    size_t i = (size_t) operation;

    return i < sizeof names / sizeof *names ? names[i] : "";
}

static void drop_stripes(Benchmark *m)
{
    for (int k = 0; m->stripes && k < m->b.regions; k++)
        dps_image_clear(&m->stripes[k].content);
    free(m->stripes);
}

static bool make_stripes(Benchmark *m)
{
    int n = m->b.regions;

    m->stripes = calloc((size_t) n, sizeof *m->stripes);
    for (int k = 0; m->stripes && k < n; k++) {
        DpsRegion *r = &m->stripes[k];
        if (!dps_image_init(&r->content, 1, n, 1))
            return false;
        r->name = "stripe";
        r->content.data[k] = 1;
        r->style = r->content;
    }
    return m->stripes != NULL;
}

static DpsStatus check(const DpsBenchmark *b, DpsMessage *message)
{
    bool sized = b->width >= LEAST_SIDE && b->width <= MOST_SIDE && b->height >= LEAST_SIDE &&
                 b->height <= MOST_SIDE && b->regions <= b->width;
    bool unsized = !b->width && !b->height;

    if ((sized || unsized) && b->regions >= 0 && b->regions <= MOST_REGIONS && b->repeats >= 0 &&
        b->repeats <= BENCHMARK_REPEATS)
        return DPS_OK;
    say(message, DPS_SAY_BAD_OPTION,
        N_("A benchmark needs sides of %d to %d pixels, both of them or none, 1 to %d regions but "
           "no more than the picture has columns, and 1 to %d repeats."),
        LEAST_SIDE, MOST_SIDE, MOST_REGIONS, BENCHMARK_REPEATS);
    return DPS_BAD_INPUT;
}

/* Says what the device is; and a network that can't be used is better refused before minutes have gone
 * by. */
static DpsStatus begin(Benchmark *m)
{
    Device *dev = benchmark_open(m);
    DpsDeviceInfo info = { .usable = true };
    Network *network = NULL;
    DpsStatus status = dev ? DPS_OK : DPS_NO_MEMORY;

    if (dev) {
        snprintf(info.name, sizeof info.name, "%s", m->be->name);
        m->be->about(dev, info.about, sizeof info.about);
        if (m->file)
            status = network_load(dev, m->file, NULL, &network, m->message);
        network_free(network);
        m->be->close(dev);
    }
    if (!status && m->b.opened)
        m->b.opened(&info, m->b.data);
    return status;
}

static DpsStatus run(Benchmark *m)
{
    DpsStatus status = make_stripes(m) ? begin(m) : DPS_NO_MEMORY;

    if (!status && (m->b.parts & DPS_BENCH_OPERATIONS))
        status = benchmark_operations(m);
    if (!status && (m->b.parts & DPS_BENCH_EVALUATION))
        status = benchmark_evaluations(m);
    if (!status && (m->b.parts & DPS_BENCH_TRANSFER))
        status = benchmark_transfers(m);
    drop_stripes(m);
    return status;
}

DpsStatus dps_benchmark(const DpsBenchmark *benchmark, DpsMessage *message)
{
    static const DpsPreset usual[] = { DPS_PRESET_DRAFT, DPS_PRESET_NORMAL, DPS_PRESET_BEST };
    Benchmark m = { .b = *benchmark, .message = message };
    m.work = (DpsWork){ benchmark->threads, benchmark->cancelled, benchmark->data };
    DpsMessage why[1];

    *message = (DpsMessage){ 0 };
    if (check(benchmark, message))
        return DPS_BAD_INPUT;
    m.b.parts = m.b.parts ? m.b.parts
                          : DPS_BENCH_OPERATIONS | DPS_BENCH_EVALUATION | DPS_BENCH_TRANSFER;
    m.b.regions = m.b.regions ? m.b.regions : REGIONS;
    m.b.repeats = m.b.repeats ? m.b.repeats : REPEATS;
    if (!m.b.presets) {
        m.b.preset = usual;
        m.b.presets = (int) (sizeof usual / sizeof *usual);
    }
    m.file = options_network(&(DpsOptions){ .network = m.b.network });
    m.be = device_choose(m.b.device && *m.b.device ? m.b.device : NULL, why);
    if (!m.be) {
        *message = *why;
        return DPS_BAD_INPUT;
    }
    if (why->code)
        benchmark_notice(&m, why);
    DpsStatus status = run(&m);
    if (status == DPS_NO_MEMORY && !message->code)
        say(message, DPS_SAY_NO_MEMORY,
            N_("The benchmark failed: there is not enough memory; choose a smaller size."));
    else if (status && status != DPS_CANCELLED && !message->code)
        say(message, DPS_SAY_DEVICE_FAILED, N_("The benchmark failed: the device broke off."));
    return status;
}
