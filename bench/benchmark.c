/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dps_benchmark: its parts in order, and what they share. */

#include "benchmark.h"
#include "device/device.h"
#include "image/image.h"
#include "network/networks.h"
#include "transfer/options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* ------------------------------------------------------------------------ time */

double benchmark_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

bool benchmark_again(const BenchmarkTimes *t, int most, double seconds)
{
    return t->n < most && (t->n == 0 || t->all < seconds);
}

void benchmark_took(BenchmarkTimes *t, double seconds)
{
    t->took[t->n++] = seconds;
    t->all += seconds;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

double benchmark_median(BenchmarkTimes *t)
{
    qsort(t->took, (size_t) t->n, sizeof *t->took, ascending);
    return t->took[t->n / 2];
}

/* -------------------------------------------------------------------- pictures */

/* Waves along the columns and along the rows: a photo of 24 megapixels is made in a moment. */
bool benchmark_photo(int width, int height, float warm, DpsImage *out)
{
    float *hill = malloc((size_t) width * sizeof *hill);
    float *grain = malloc((size_t) width * sizeof *grain);
    bool ok = hill && grain && dps_image_init(out, 3, width, height);

    for (int j = 0; j < width && ok; j++) {
        float x = (float) j / (float) width;
        hill[j] = 0.5f + 0.1f * sinf(9 * x) + 0.03f * sinf(41 * x);
        grain[j] = 0.06f * sinf(700 * x + 3 * sinf(50 * x));
    }
    for (int c = 0; c < 3 && ok; c++)
        for (int i = 0; i < height; i++) {
            float y = (float) i / (float) height, wave = sinf(900 * y + 2 * sinf(70 * y));
            float sky = 0.8f - 0.4f * y + warm * (float) (1 - c), land = c == 1 ? 0.4f : 0.3f;
            float *row = image_plane(out, c) + (size_t) i * (size_t) width;
            for (int j = 0; j < width; j++)
                row[j] = image_clipped((y < hill[j] ? sky : land) + grain[j] * wave);
        }
    free(hill);
    free(grain);
    return ok;
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

/* -------------------------------------------------------------------- the parts */

Device *benchmark_open(const Benchmark *m)
{
    const DeviceOptions o = { m->b.threads, m->b.cancelled, m->b.data };

    return m->be->open(&o);
}

void benchmark_figure(const Benchmark *m, const DpsFigure *figure)
{
    if (m->b.figure)
        m->b.figure(figure, m->b.data);
}

void benchmark_notice(Benchmark *m, const char *sentence)
{
    char last[DPS_MESSAGE];

    snprintf(last, sizeof last, "%s", sentence);
    if (m->b.notice && strcmp(last, m->last) != 0)
        m->b.notice(last, m->b.data);
    memcpy(m->last, last, sizeof last);
}

DpsStatus benchmark_left_out(Benchmark *m, DpsStatus status, const char *what, int width,
                             int height)
{
    char text[DPS_MESSAGE];

    if (status && m->b.cancelled && m->b.cancelled(m->b.data))
        return DPS_CANCELLED; /* what couldn't be made then didn't fail for lack of memory */
    if (status != DPS_NO_MEMORY || m->b.width)
        return status;
    snprintf(text, sizeof text,
             "There is not enough memory for %s at %d by %d pixels; it was left out.", what, width,
             height);
    benchmark_notice(m, text);
    *m->message = '\0';
    return DPS_OK;
}

static DpsStatus check(const DpsBenchmark *b, char message[DPS_MESSAGE])
{
    bool sized = b->width >= LEAST_SIDE && b->width <= MOST_SIDE && b->height >= LEAST_SIDE &&
                 b->height <= MOST_SIDE && b->regions <= b->width;
    bool unsized = !b->width && !b->height;

    if ((sized || unsized) && b->regions >= 0 && b->regions <= MOST_REGIONS && b->repeats >= 0 &&
        b->repeats <= BENCHMARK_REPEATS)
        return DPS_OK;
    snprintf(
        message, DPS_MESSAGE,
        "A benchmark needs sides of %d to %d pixels, both of them or none, 1 to %d regions but no "
        "more than the picture has columns, and 1 to %d repeats.",
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

DpsStatus dps_benchmark(const DpsBenchmark *benchmark, char message[DPS_MESSAGE])
{
    static const DpsPreset usual[] = { DPS_PRESET_DRAFT, DPS_PRESET_NORMAL, DPS_PRESET_BEST };
    Benchmark m = { .b = *benchmark, .message = message };
    char why[DPS_MESSAGE];

    *message = '\0';
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
        snprintf(message, DPS_MESSAGE, "%s", why);
        return DPS_BAD_INPUT;
    }
    if (*why)
        benchmark_notice(&m, why);
    DpsStatus status = run(&m);
    if (status && status != DPS_CANCELLED && !*message)
        snprintf(message, DPS_MESSAGE, "The benchmark failed: %s.",
                 status == DPS_NO_MEMORY ? "there is not enough memory; choose a smaller size"
                                         : "the device broke off");
    return status;
}
