/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How long evaluations and whole transfers take on a device, without any library but the core.
 *
 *     bench-runs DEVICE evaluation WIDTH HEIGHT [NETWORK]     seconds of one, with four regions
 *     bench-runs DEVICE presets [NETWORK]                     seconds of whole transfers
 *
 * Without NETWORK, a .safetensors file, the built-in one.  Photos are made up; files are not
 * counted. */
#include "dps.h"
#include "image.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPEATS 21
#define RUNS 3
#define REGIONS 4

static int evaluation(const char *device, int width, int height, const char *network)
{
    char message[DPS_MESSAGE];
    double seconds;

    if (dps_benchmark(network, device, width, height, REGIONS, 0, REPEATS, &seconds, message)) {
        fprintf(stderr, "bench-runs: %s\n", message);
        return 1;
    }
    printf("%.6f\n", seconds);
    return 0;
}

/* Hills under a sky. */
static DpsImage photo(int width, int height, float warm)
{
    DpsImage image;

    if (!dps_image_init(&image, 3, width, height))
        exit(1);
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < height; i++)
            for (int j = 0; j < width; j++) {
                float y = (float) i / (float) height, x = (float) j / (float) width;
                float hill = 0.5f + 0.1f * sinf(9 * x) + 0.03f * sinf(41 * x);
                float grain = 0.03f * sinf(700 * x + 5 * sinf(300 * y)) * sinf(900 * y);
                image_plane(&image, c)[(size_t) i * width + j] =
                    image_clipped((y < hill ? 0.8f - 0.4f * y + warm * (float) (1 - c)
                                            : 0.3f + 0.1f * (float) (c == 1)) +
                                  grain);
            }
    return image;
}

static int transfer(const char *device, DpsPreset preset, int width, int height,
                    const char *network)
{
    DpsImage content = photo(width, height, 0), style = photo(700, 466, 0.2f);
    DpsImage strip[REGIONS];
    DpsRegion region[REGIONS];
    DpsJob job = { .content = &content, .style = &style, .regions = REGIONS, .region = region };
    double best = INFINITY;
    int failed = 0;

    for (int k = 0; k < REGIONS; k++) {
        if (!dps_image_init(&strip[k], 1, REGIONS, 1))
            exit(1);
        strip[k].data[k] = 1;
        region[k] = (DpsRegion){ "strip", strip[k], strip[k] };
    }
    dps_options_default(&job.options);
    job.options.preset = preset;
    job.options.device = device;
    job.options.network = network;
    for (int i = 0; i < RUNS && !failed; i++) {
        DpsResult result;
        failed = dps_run(&job, &result) != DPS_OK;
        if (failed)
            fprintf(stderr, "bench-runs: %s\n", result.message);
        for (int n = 0; n < result.notices && i == 0; n++)
            printf("%s\n", result.notice[n]);
        best = fmin(best, result.seconds);
        if (i == RUNS - 1)
            printf("%-8s %5d x %4d on %s: %.3f s, %d evaluations\n", dps_preset_name(preset), width,
                   height, result.device, best, result.evaluations);
        dps_result_clear(&result);
    }
    fflush(stdout);
    for (int k = 0; k < REGIONS; k++)
        dps_image_clear(&strip[k]);
    dps_image_clear(&content);
    dps_image_clear(&style);
    return failed;
}

int main(int argc, char **argv)
{
    const char *device = argc > 1 ? argv[1] : "auto", *part = argc > 2 ? argv[2] : "";

    if (strcmp(part, "evaluation") == 0 && argc > 4)
        return evaluation(device, atoi(argv[3]), atoi(argv[4]), argc > 5 ? argv[5] : NULL);
    if (strcmp(part, "presets") == 0) {
        const char *network = argc > 3 ? argv[3] : NULL;
        for (int p = DPS_PRESET_DRAFT; p <= DPS_PRESET_BEST; p++)
            if (transfer(device, (DpsPreset) p, 700, 466, network) ||
                transfer(device, (DpsPreset) p, 6000, 4000, network))
                return 1;
        return 0;
    }
    fprintf(stderr, "bench-runs: say DEVICE and evaluation WIDTH HEIGHT, or presets\n");
    return 2;
}
