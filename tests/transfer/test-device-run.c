/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whole runs on a device: the picture is the processor's, every time to the last bit the same, and
 * a cancelled run leaves the device fit for the next.
 *
 *     test-device-run [DEVICE [RUNS]] */
#include "device/device.h"
#include "whole-run.h"

/* Of the mean difference. */
#define TOLERANCE 2e-3

static DpsStatus run(const char *device, int limit, DpsResult *result)
{
    const WholeRun r = { .device = device, .width = 41, .height = 30, .limit = limit };

    return whole_run(&r, result);
}

int main(int argc, char **argv)
{
    const char *device = argc > 1 ? argv[1] : "cpu";
    int runs = argc > 2 ? atoi(argv[2]) : 2;
    DpsMessage why[1];
    DpsResult cpu, first, again;

    if (!device_choose(device, why))
        skip(why->text);
    DpsStatus status = run("cpu", 0, &cpu);
    if (!CHECK(status == DPS_OK, "on the processor: %s", cpu.message.text))
        return check_done("runs");
    status = run(device, 0, &first);
    if (!CHECK(status == DPS_OK, "on %s: %s", device, first.message.text))
        return check_done("runs");
    CHECK(strcmp(first.device, device) == 0, "it ran on %s", first.device);
    double d = mean_difference(&first.image, &cpu.image);
    printf("mean difference from the processor's picture: %.1e\n", d);
    CHECK(d < TOLERANCE, "off by %g", d); /* float32 2e-4, TF32 8e-4 */
    for (int i = 1; i < runs; i++) {
        status = run(device, i % 2 ? 4 : 0, &again);
        if (i % 2)
            CHECK(status == DPS_CANCELLED, "run %d, cancelled: %s", i, again.message.text);
        else
            CHECK(status == DPS_OK && host_difference(&again.image, &first.image) == 0,
                  "run %d: the same picture", i);
        dps_result_clear(&again);
    }
    dps_result_clear(&cpu);
    dps_result_clear(&first);
    return check_done("runs");
}
