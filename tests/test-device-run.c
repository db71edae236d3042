/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whole runs on a device: the picture is the processor's, every time to the last bit the same, and
 * a cancelled run leaves the device fit for the next.
 *
 *     test-device-run [DEVICE [RUNS]] */
#include "check.h"
#include "device.h"
#include "host.h"

/* Mean difference of two pictures' values. */
#define TOLERANCE 2e-3

static double mean_difference(const DpsImage *a, const DpsImage *b)
{
    double sum = 0;

    for (size_t i = 0; i < image_values(a); i++)
        sum += fabs((double) a->data[i] - (double) b->data[i]);
    return sum / (double) image_values(a);
}

typedef struct {
    int calls, limit; /* limit 0: never */
} Watch;

static void watch(const DpsProgress *p, void *data)
{
    ((Watch *) data)->calls++;
}

static bool stop(void *data)
{
    const Watch *w = data;

    return w->limit && w->calls >= w->limit;
}

/* Left and right are regions of their own. */
static DpsStatus run(const char *device, int limit, DpsResult *result)
{
    Watch w = { 0, limit };
    DpsImage content = host_photo(3, 41, 30, 1), style = host_photo(3, 33, 37, 9);
    float half[2][2] = { { 1, 0 }, { 0, 1 } };
    DpsImage left = { 1, 2, 1, half[0] }, right = { 1, 2, 1, half[1] };
    DpsRegion region[2] = { { "left", left, left }, { "right", right, right } };
    DpsJob job = { .content = &content,
                   .style = &style,
                   .regions = 2,
                   .region = region,
                   .progress = watch,
                   .cancelled = stop,
                   .data = &w };

    image_clip(&content);
    image_clip(&style);
    dps_options_default(&job.options);
    job.options.preset = DPS_PRESET_DRAFT;
    job.options.device = device;
    job.options.threads = 1;
    DpsStatus status = dps_run(&job, result);
    dps_image_clear(&content);
    dps_image_clear(&style);
    return status;
}

int main(int argc, char **argv)
{
    const char *device = argc > 1 ? argv[1] : "cpu";
    int runs = argc > 2 ? atoi(argv[2]) : 2;
    char why[DPS_MESSAGE];
    DpsResult cpu, first, again;

    if (!device_choose(device, why))
        skip(why);
    DpsStatus status = run("cpu", 0, &cpu);
    if (!CHECK(status == DPS_OK, "on the processor: %s", cpu.message))
        return check_done("runs");
    status = run(device, 0, &first);
    if (!CHECK(status == DPS_OK, "on %s: %s", device, first.message))
        return check_done("runs");
    CHECK(strcmp(first.device, device) == 0, "it ran on %s", first.device);
    double d = mean_difference(&first.image, &cpu.image);
    printf("mean difference from the processor's picture: %.1e\n", d);
    CHECK(d < TOLERANCE, "off by %g", d); /* float32 2e-4, TF32 8e-4 */
    for (int i = 1; i < runs; i++) {
        status = run(device, i % 2 ? 4 : 0, &again);
        if (i % 2)
            CHECK(status == DPS_CANCELLED, "run %d, cancelled: %s", i, again.message);
        else
            CHECK(status == DPS_OK && host_difference(&again.image, &first.image) == 0,
                  "run %d: the same picture", i);
        dps_result_clear(&again);
    }
    dps_result_clear(&cpu);
    dps_result_clear(&first);
    return check_done("runs");
}
