/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* whole-run.h - for tests of whole runs on a device: a small job with two regions, for a program of
 * one source file, as check.h. */

#ifndef WHOLE_RUN_H
#define WHOLE_RUN_H

#include "check.h"
#include "host.h"

/* Mean difference of two pictures' values. */
static inline double mean_difference(const DpsImage *a, const DpsImage *b)
{
    double sum = 0;

    for (size_t i = 0; i < image_values(a); i++)
        sum += fabs((double) a->data[i] - (double) b->data[i]);
    return sum / (double) image_values(a);
}

typedef struct {
    int calls, limit; /* stops after so many reports; 0: never */
    double fraction;
    bool fell; /* the fraction, which never should */
    const char *at_finish;
} Watch;

static inline void watch(const DpsProgress *p, void *data)
{
    Watch *w = data;

    w->calls++;
    w->fell = w->fell || p->fraction < w->fraction;
    w->fraction = p->fraction;
    if (p->stage == DPS_STAGE_FINISH && w->at_finish)
        setenv("EMULATED_CUDA", w->at_finish, 1);
}

static inline bool stop(void *data)
{
    const Watch *w = data;

    return w->limit && w->calls >= w->limit;
}

typedef struct {
    const char *device, *network;
    int width, height, size; /* of the content; size 0: the preset's */
    int limit;               /* reports after which it is cancelled; 0: never */
    bool quiet;              /* nobody listens */
    const char *at_finish;   /* what the emulated GPU then suffers from; NULL: nothing */
} WholeRun;

/* Left and right are regions of their own. */
static inline DpsStatus whole_run(const WholeRun *r, DpsResult *result)
{
    Watch w = { .limit = r->limit, .at_finish = r->at_finish };
    DpsImage content = host_photo(3, r->width, r->height, 1), style = host_photo(3, 33, 37, 9);
    float half[2][2] = { { 1, 0 }, { 0, 1 } };
    DpsImage left = { 1, 2, 1, half[0] }, right = { 1, 2, 1, half[1] };
    DpsRegion region[2] = { { "left", left, left, false }, { "right", right, right, false } };
    DpsJob job = { .content = &content, .style = &style, .regions = 2, .region = region };

    if (!r->quiet) {
        job.progress = watch;
        job.cancelled = stop;
        job.data = &w;
    }
    image_clip(&content);
    image_clip(&style);
    dps_options_default(&job.options);
    job.options.preset = DPS_PRESET_DRAFT;
    job.options.device = r->device;
    job.options.network = r->network;
    job.options.size = r->size;
    job.options.threads = 1;
    DpsStatus status = dps_run(&job, result);
    CHECK(!w.fell, "the fraction fell");
    dps_image_clear(&content);
    dps_image_clear(&style);
    return status;
}

#endif
