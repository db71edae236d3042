/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A GPU that breaks off or runs out of memory in the middle of a run, or has too little memory from
 * the start: the processor does the work, the picture is its picture, and a notice says so.
 *
 *     test-device-lost MODULE        the module on an emulated GPU */
#include "device/device.h"
#include "whole-run.h"

#define TOLERANCE 0.01 /* mean difference; the minimiser takes another way after a break */
#define NETWORK GOLDEN_DIR "/network-squeezenet.safetensors"

static const WholeRun small = { .device = "cuda", .width = 26, .height = 19 };

static void fail_at(const char *what, int n)
{
    char failure[32];

    snprintf(failure, sizeof failure, "%s=%d", what, n);
    setenv("EMULATED_CUDA", failure, 1);
}

static DpsResult on_processor(WholeRun r)
{
    DpsResult result;

    unsetenv("EMULATED_CUDA");
    r.device = "cpu";
    DpsStatus status = whole_run(&r, &result);
    if (!CHECK(status == DPS_OK, "on the processor: %s", result.message.text))
        exit(check_done("broken devices"));
    return result;
}

static double worst;

/* Runs with a failure at n.  Returns whether the GPU came to the end before it. */
static bool broken_run(const WholeRun *r, const DpsResult *cpu, const char *what, int n,
                       const char *reason)
{
    DpsResult result;

    fail_at(what, n);
    DpsStatus status = whole_run(r, &result);
    bool finished = strcmp(result.device, "cuda") == 0;
    if (!CHECK(status == DPS_OK, "%s=%d: %s", what, n, result.message.text)) {
        dps_result_clear(&result);
        return false;
    }
    double d = mean_difference(&result.image, &cpu->image);
    worst = fmax(worst, d);
    CHECK(d < TOLERANCE, "%s=%d: off by %g", what, n, d); /* 3.8e-3 */
    CHECK(finished ? result.notices == 0
                   : result.notices == 1 && strstr(result.notice[0].text, reason),
          "%s=%d: on %s, %d notices: %s", what, n, result.device, result.notices,
          result.notices ? result.notice[0].text : "");
    CHECK(result.level[0].evaluations > 0 && result.evaluations >= cpu->evaluations,
          "%s=%d: %d evaluations", what, n, result.evaluations);
    dps_result_clear(&result);
    return finished;
}

/* From the first kernel to the last. */
static void test_lost(void)
{
    DpsResult cpu = on_processor(small);
    bool finished = false;
    int n = 1, runs = 0;

    for (; !finished && runs < 60; n += 1 + 2 * n, runs++)
        finished = broken_run(&small, &cpu, "lost", n, "broke off");
    CHECK(finished && runs > 6, "%d runs, the last lost at %d", runs, n);
    printf("lost at %d places: mean difference %.1e at most\n", runs - 1, worst);
    WholeRun quiet = small;
    quiet.quiet = true;
    broken_run(&quiet, &cpu, "lost", 900, "broke off");
    dps_result_clear(&cpu);
}

static void test_memory(void)
{
    DpsResult cpu = on_processor(small);
    bool finished = false;
    int n = 1, runs = 0;

    worst = 0;
    for (; !finished && runs < 60; n += n, runs++)
        finished = broken_run(&small, &cpu, "memory", n, "not enough memory");
    CHECK(finished && runs > 5, "%d runs, the last short at allocation %d", runs, n);
    printf("short of memory at %d places: mean difference %.1e at most\n", runs - 1, worst);
    dps_result_clear(&cpu);
}

/* The GPU breaks off when all that is left is the photo's full size. */
static void test_full_size(void)
{
    WholeRun r = { .device = "cuda", .width = 90, .height = 70, .size = 24 };
    DpsResult cpu = on_processor(r);

    r.at_finish = "lost=1";
    CHECK(!broken_run(&r, &cpu, "nothing", 1, "broke off"), "lost at the end");
    dps_result_clear(&cpu);
}

/* A network from a file is loaded again on the processor. */
static void test_network(void)
{
    WholeRun r = small;

    r.network = NETWORK;
    DpsResult cpu = on_processor(r);
    static const int at[] = { 3, 400 };
    for (int i = 0; i < 2; i++)
        CHECK(!broken_run(&r, &cpu, "lost", at[i], "broke off"), "lost at %d", at[i]);
    dps_result_clear(&cpu);
}

/* free: MiB.  size: the long side that is worked on. */
static void little_memory(int free, const char *device, int size, const char *reason)
{
    WholeRun r = { .device = "cuda", .width = 80, .height = 20, .size = 80 };
    DpsResult result;

    fail_at("free", free);
    DpsStatus status = whole_run(&r, &result);
    int worked = status == DPS_OK ? result.level[result.levels - 1].width : 0;
    CHECK(status == DPS_OK && strcmp(result.device, device) == 0, "%d MiB: on %s: %s", free,
          result.device, result.message.text);
    CHECK(status == DPS_OK && result.image.width == 80, "%d MiB: the photo's size", free);
    CHECK(size ? worked == size : worked >= 56 && worked < 80, "%d MiB: worked at %d", free,
          worked);
    CHECK(*reason ? result.notices == 1 && strstr(result.notice[0].text, reason) : !result.notices,
          "%d MiB: %d notices: %s", free, result.notices,
          result.notices ? result.notice[0].text : "");
    dps_result_clear(&result);
}

static void test_little_memory(void)
{
    little_memory(1000, "cuda", 80, "");
    little_memory(16, "cuda", 0, "The working size is");
    little_memory(4, "cpu", 80, "The processor is used");
}

int main(int argc, char **argv)
{
    if (argc < 2 || !*argv[1])
        skip("without a C++ compiler there is no emulated GPU");
    setenv("DPS_CUDA_MODULE", argv[1], 1);
    test_lost();
    test_memory();
    test_full_size();
    test_network();
    test_little_memory();
    return check_done("broken devices");
}
