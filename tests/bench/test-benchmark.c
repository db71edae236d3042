/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The benchmark through the public interface: that every figure is there and a number, whatever it
 * says; cancelling, refusing, and a GPU that breaks off.
 *
 *     test-benchmark [DEVICE] */
#include "bench/bench.h"
#include "check.h"
#include "device/device.h"

#include <math.h>
#include <string.h>

#define OPERATIONS (DPS_OPERATION_COMBINATION + 1)

typedef struct {
    int kinds[DPS_FIGURE_TRANSFER + 1], operations[OPERATIONS], presets[DPS_PRESET_ARTISTIC + 1];
    int random, fell, opened, notices;
    int limit; /* figures after which it is cancelled; 0: never */
    int calls;
    DpsFigureKind last;
    char device[DPS_NAME]; /* of the last transfer */
} Seen;

static void opened(const DpsDeviceInfo *info, void *data)
{
    Seen *seen = data;

    seen->opened++;
    CHECK(*info->name && *info->about && seen->calls == 0, "%s: %s", info->name, info->about);
}

static bool positive(double v)
{
    return isfinite(v) && v > 0;
}

static void figure(const DpsFigure *f, void *data)
{
    Seen *seen = data;
    const char *name = dps_operation_name(f->operation);

    seen->calls++;
    seen->kinds[f->kind]++;
    seen->fell += f->kind < seen->last;
    seen->last = f->kind;
    CHECK(positive(f->seconds) && f->width > 0 && f->height > 0, "kind %d, %s: %g s", (int) f->kind,
          name, f->seconds);
    if (f->kind == DPS_FIGURE_PRODUCT)
        CHECK(positive(f->gflops) && f->gbytes == 0, "%g GFLOP/s", f->gflops);
    if (f->kind == DPS_FIGURE_COPY)
        CHECK(positive(f->gbytes) && f->gflops == 0, "%g GB/s", f->gbytes);
    if (f->kind == DPS_FIGURE_OPERATION) {
        seen->operations[f->operation]++;
        CHECK(*name && positive(f->share) && positive(f->gbytes) && isfinite(f->gflops) &&
                  f->gflops >= 0 && f->ceiling <= DPS_FIGURE_COPY,
              "%s: %g, %g GFLOP/s, %g GB/s", name, f->share, f->gflops, f->gbytes);
    }
    if (f->kind >= DPS_FIGURE_EVALUATION) {
        CHECK(*f->network && f->repeats == 1, "%s, %d repeats", f->network, f->repeats);
        seen->random += strcmp(f->network, DPS_RANDOM_VGG) == 0;
    }
    if (f->kind == DPS_FIGURE_TRANSFER) {
        CHECK(f->count > 0, "%d evaluations", f->count);
        seen->presets[f->preset]++;
        snprintf(seen->device, sizeof seen->device, "%s", f->device);
    }
}

static void notice(const DpsMessage *sentence, void *data)
{
    Seen *seen = data;

    seen->notices++;
    CHECK(sentence->code && sentence->text[strlen(sentence->text) - 1] == '.', "\"%s\"",
          sentence->text);
}

static bool cancelled(void *data)
{
    const Seen *seen = data;

    return seen->limit && seen->calls >= seen->limit;
}

static DpsBenchmark benchmark(const char *device, Seen *seen)
{
    static const DpsPreset draft = DPS_PRESET_DRAFT;

    return (DpsBenchmark){ .device = device,
                           .threads = 1,
                           .regions = 2,
                           .width = 8,
                           .height = 8,
                           .repeats = 1,
                           .presets = 1,
                           .preset = &draft,
                           .opened = opened,
                           .figure = figure,
                           .notice = notice,
                           .cancelled = cancelled,
                           .data = seen };
}

static void check_operations(const Seen *seen)
{
    CHECK(seen->opened == 1 && !seen->fell, "opened %d times, %d out of order", seen->opened,
          seen->fell);
    CHECK(seen->kinds[DPS_FIGURE_PRODUCT] == 1 && seen->kinds[DPS_FIGURE_COPY] == 1, "ceilings");
    for (int i = 0; i < OPERATIONS; i++)
        CHECK(seen->operations[i] > 0, "no %s", dps_operation_name((DpsOperation) i));
}

static void test_operations(const char *device)
{
    Seen seen = { 0 };
    DpsBenchmark b = benchmark(device, &seen);
    DpsMessage message[1];

    b.parts = DPS_BENCH_OPERATIONS;
    CHECK(dps_benchmark(&b, message) == DPS_OK && !message->code, "%s", message->text);
    check_operations(&seen);
}

static void test_all(void)
{
    Seen seen = { 0 };
    DpsBenchmark b = benchmark("cpu", &seen);
    DpsMessage message[1];

    CHECK(dps_benchmark(&b, message) == DPS_OK && !message->code, "%s", message->text);
    check_operations(&seen);
    CHECK(seen.kinds[DPS_FIGURE_EVALUATION] == 2 && seen.random == 1, "%d evaluations, %d random",
          seen.kinds[DPS_FIGURE_EVALUATION], seen.random);
    CHECK(seen.kinds[DPS_FIGURE_TRANSFER] == 1 && seen.presets[DPS_PRESET_DRAFT] == 1,
          "%d transfers", seen.kinds[DPS_FIGURE_TRANSFER]);
    CHECK(strcmp(seen.device, "cpu") == 0, "the transfer ran on %s", seen.device);
}

static void test_parts(void)
{
    static const int parts[] = { DPS_BENCH_OPERATIONS, DPS_BENCH_EVALUATION, DPS_BENCH_TRANSFER };
    static const DpsFigureKind kind[] = { DPS_FIGURE_OPERATION, DPS_FIGURE_EVALUATION,
                                          DPS_FIGURE_TRANSFER };
    DpsMessage message[1];

    for (int i = 0; i < 3; i++) {
        Seen seen = { 0 };
        DpsBenchmark b = benchmark("cpu", &seen);
        b.parts = parts[i];
        CHECK(dps_benchmark(&b, message) == DPS_OK, "%s", message->text);
        for (int k = 0; k < 3; k++)
            CHECK((seen.kinds[kind[k]] > 0) == (k == i), "part %d: %d of kind %d", i,
                  seen.kinds[kind[k]], k);
        CHECK((seen.kinds[DPS_FIGURE_PRODUCT] > 0) == (i == 0), "ceilings with part %d", i);
    }
}

static void test_cancelling(const char *device)
{
    static const int parts[] = { DPS_BENCH_OPERATIONS, DPS_BENCH_EVALUATION };
    DpsMessage message[1];

    for (int i = 0; i < 2; i++)
        for (int limit = 1; limit < 3 - i; limit++) {
            Seen seen = { .limit = limit };
            DpsBenchmark b = benchmark(device, &seen);
            b.parts = parts[i];
            DpsStatus status = dps_benchmark(&b, message);
            CHECK(status == DPS_CANCELLED, "status %d: %s", (int) status, message->text);
            CHECK(seen.calls <= limit + 1, "%d figures after %d", seen.calls, limit);
        }
    Seen seen = { .limit = 1, .calls = 1 };
    DpsBenchmark b = benchmark(device, &seen);
    b.parts = DPS_BENCH_TRANSFER;
    b.opened = NULL;
    CHECK(dps_benchmark(&b, message) == DPS_CANCELLED, "a transfer: %s", message->text);
}

static void refused(const char *what, const DpsBenchmark *b, DpsStatus expected)
{
    DpsMessage message[1];
    DpsStatus status = dps_benchmark(b, message);

    CHECK(status == expected && message->code, "%s: status %d, \"%s\"", what, (int) status,
          message->text);
}

static void test_refusing(void)
{
    Seen seen = { 0 };
    const DpsBenchmark good = benchmark("cpu", &seen);
    DpsBenchmark b = good;

    b.width = 7;
    refused("too narrow", &b, DPS_BAD_INPUT);
    b = good;
    b.height = 0;
    refused("no height", &b, DPS_BAD_INPUT);
    b = good;
    b.regions = 9;
    refused("more regions than columns", &b, DPS_BAD_INPUT);
    b = good;
    b.repeats = -1;
    refused("negative repeats", &b, DPS_BAD_INPUT);
    b = good;
    b.device = "gpu7";
    refused("no such device", &b, DPS_BAD_INPUT);
    b = good;
    b.network = "no-such.safetensors";
    refused("no such network", &b, DPS_BAD_FILE);
    CHECK(seen.calls == 0 && seen.opened == 0, "%d figures before a refusal", seen.calls);
}

/* The emulated GPU breaks off after a while: single figures can't be had, a transfer goes on. */
static void test_breaking_off(void)
{
    static const struct {
        int part;
        const char *failure;
    } when[] = { { DPS_BENCH_OPERATIONS, "lost=100" }, { DPS_BENCH_EVALUATION, "lost=101" } };
    DpsMessage message[1];

    for (int i = 0; i < 2; i++) {
        Seen seen = { 0 };
        DpsBenchmark b = benchmark("cuda", &seen);
        b.parts = when[i].part;
        setenv("EMULATED_CUDA", when[i].failure, 1);
        refused("a lost GPU", &b, DPS_DEVICE_FAILED);
    }
    Seen seen = { 0 };
    DpsBenchmark b = benchmark("cuda", &seen);
    setenv("EMULATED_CUDA", "lost=102", 1);
    b.parts = DPS_BENCH_TRANSFER;
    CHECK(dps_benchmark(&b, message) == DPS_OK, "a transfer: %s", message->text);
    CHECK(strcmp(seen.device, "cpu") == 0 && seen.notices > 0, "it ended on %s", seen.device);
    unsetenv("EMULATED_CUDA");
}

int main(int argc, char **argv)
{
    const char *device = argc > 1 ? argv[1] : "cpu";
    DpsMessage why[1];

    if (!device_choose(device, why))
        skip(why->text);
    test_operations(device);
    test_cancelling(device);
    if (strcmp(device, "cpu") == 0) {
        test_all();
        test_parts();
        test_refusing();
    } else if (getenv("DPS_CUDA_MODULE") && strstr(getenv("DPS_CUDA_MODULE"), "emulated"))
        test_breaking_off();
    return check_done("benchmark");
}
