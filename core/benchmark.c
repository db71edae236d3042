/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dps_benchmark and dps_devices: what there is to compute on, and how fast it is. */

#include "device.h"
#include "objective.h"
#include "options.h"
#include "random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MOST_REPEATS 100

int dps_devices(DpsDeviceInfo *info, int room)
{
    int n = device_count();

    for (int i = 0; i < n && i < room; i++)
        device_describe(i, &info[i]);
    return n;
}

/* Smooth colours with a little noise: what features and masks cost doesn't depend on more. */
static bool picture(int width, int height, unsigned seed, DpsImage *out)
{
    Random r = { seed };

    if (!dps_image_init(out, 3, width, height))
        return false;
    for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < image_pixels(out); i++) {
            double y = (double) (i / width) / height, x = (double) (i % width) / width;
            image_plane(out, c)[i] =
                (float) (0.5 + 0.4 * sin(3 * x + 5 * y + c + seed) + 0.05 * random_normal(&r));
        }
    image_clip(out);
    return true;
}

/* `regions` upright stripes in both pictures. */
static DpsStatus stripes(int regions, int width, int height, int threads, RegionSet *set,
                         char message[DPS_MESSAGE])
{
    DpsRegion *region = calloc((size_t) regions, sizeof *region);
    DpsStatus status = region ? DPS_OK : DPS_NO_MEMORY;

    for (int k = 0; k < regions && !status; k++) {
        DpsImage *mask = &region[k].content;
        region[k].name = "stripe";
        if (!dps_image_init(mask, 1, regions, 1)) {
            status = DPS_NO_MEMORY;
            break;
        }
        mask->data[k] = 1;
        region[k].style = *mask;
    }
    if (!status)
        status = regions_prepare(regions, region, width, height, width, height, threads, NULL, set,
                                 message);
    for (int k = 0; region && k < regions; k++)
        dps_image_clear(&region[k].content);
    free(region);
    return status;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static DpsStatus time_evaluations(const Objective *e, const DpsImage *image, int repeats,
                                  double *seconds)
{
    Tape *tape = objective_tape(e);
    Device *dev = tape_device(tape);
    Tensor *x = dev->be->tensor(dev, 3, image->height, image->width);
    Tensor *g = dev->be->tensor(dev, 3, image->height, image->width);
    double slot[SLOTS], took[MOST_REPEATS];
    DpsStatus status = x && g ? DPS_OK : DPS_NO_MEMORY;

    if (!status)
        dev->be->upload(x, image->data);
    for (int i = -1; i < repeats && !status; i++) {
        double begun = now();
        tape_eval(tape, x, g);
        status = dev->be->read(dev, 0, tape_losses(tape), slot);
        took[i < 0 ? 0 : i] = now() - begun;
    }
    if (x)
        dev->be->drop(x);
    if (g)
        dev->be->drop(g);
    if (!status) {
        qsort(took, (size_t) repeats, sizeof *took, ascending);
        *seconds = took[repeats / 2];
    }
    return status;
}

typedef struct {
    Device *dev;
    DpsImage content, style;
    RegionSet set;
    Network *network;
    Objective *objective;
} Bench;

static DpsStatus prepare(Bench *b, const char *network, int width, int height, int regions,
                         int threads, char message[DPS_MESSAGE])
{
    const ObjectiveOptions o = { .style = 100,
                                 .content = 1,
                                 .matting = 1e4,
                                 .gamut = 100,
                                 .window_radius = 1,
                                 .threads = threads };

    if (!picture(width, height, 1, &b->content) || !picture(width, height, 2, &b->style))
        return DPS_NO_MEMORY;
    DpsStatus status = stripes(regions, width, height, threads, &b->set, message);
    if (!status && network)
        status = network_load(b->dev, network, NULL, &b->network, message);
    else if (!status)
        status = network_builtin(b->dev, &b->content, &b->style, NETWORK_FILTERS, 0, &b->network);
    return status ? status
                  : objective_new(b->network, &b->content, &b->style, &b->set, &o, &b->objective);
}

DpsStatus dps_benchmark(const char *network, const char *device, int width, int height, int regions,
                        int threads, int repeats, double *seconds, char message[DPS_MESSAGE])
{
    const DpsOptions named = { .network = network };
    const DeviceOptions options = { .threads = threads };
    const Backend *be = device_choose(device, message);
    Bench b = { 0 };

    if (!be)
        return DPS_BAD_INPUT;
    *message = '\0';
    if (width < 8 || height < 8 || regions < 1 || regions > width || repeats < 1 ||
        repeats > MOST_REPEATS) {
        snprintf(message, DPS_MESSAGE,
                 "A benchmark needs sides of at least 8 pixels, at least one region and 1 to %d "
                 "repeats.",
                 MOST_REPEATS);
        return DPS_BAD_INPUT;
    }
    DpsStatus status = (b.dev = be->open(&options)) ? DPS_OK : DPS_NO_MEMORY;
    if (!status)
        status = prepare(&b, options_network(&named), width, height, regions, threads, message);
    if (!status)
        status = time_evaluations(b.objective, &b.content, repeats, seconds);
    objective_free(b.objective);
    network_free(b.network);
    if (b.dev)
        be->close(b.dev);
    dps_image_clear(&b.content);
    dps_image_clear(&b.style);
    regions_clear(&b.set);
    if (status && !*message)
        snprintf(message, DPS_MESSAGE, "The benchmark failed: %s.",
                 status == DPS_NO_MEMORY ? "there is not enough memory; choose a smaller size"
                                         : "the device broke off");
    return status;
}
