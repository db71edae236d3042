/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "run-device.h"

#include "device/device.h"
#include "memory.h"
#include "message.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of the memory that is free on a device: others may take some of it meanwhile. */
#define SHARE 0.9

/* A working size below this part of what was asked for costs more than a slower device does. */
#define LEAST_PART 0.7

static DpsStatus settle(RunDevice *w, const Backend *be)
{
    const DpsJob *job = w->job;
    const char *path = w->schedule->colours ? NULL : options_network(&job->options);

    snprintf(w->result->device, DPS_NAME, "%s", be->name);
    if (!w->kept || be != device_processor())
        w->dev = be->open(w->work);
    else if (!(w->dev = w->kept->dev))
        w->dev = w->kept->dev = be->open(&w->kept->work);
    if (!w->dev)
        return DPS_NO_MEMORY;
    DpsStatus status = DPS_OK;
    if (path)
        status = network_load(w->dev, path, &w->schedule->network, &w->network, &w->result->message);
    if (path && !status && w->schedule->calibrate && !w->network->caffe)
        status = network_calibrate(w->network, job->options.style_statistics);
    return status;
}

void run_device_close(RunDevice *w)
{
    network_free(w->network);
    if (w->dev && !(w->kept && w->dev == w->kept->dev))
        w->dev->be->close(w->dev);
    w->network = NULL;
    w->dev = NULL;
}

static DpsStatus move_to_processor(RunDevice *w)
{
    run_device_close(w);
    w->result->message = (DpsMessage){ 0 };
    return settle(w, device_processor());
}

/* ------------------------------------------------------------------ too small */

/* The largest working size whose needs a device of so much free memory meets; 0: none does. */
static int size_that_fits(const RunDevice *w, double have, Schedule *schedule)
{
    DpsJob job = *w->job;
    int size = 0;

    for (int i = 0; i < schedule->levels; i++)
        size = schedule->level[i].size > size ? schedule->level[i].size : size;
    for (int least = (int) ceil(LEAST_PART * size); size >= least; size -= (size + 49) / 50) {
        job.options.size = size;
        if (job_check(&job, schedule, NULL))
            return 0;
        if (memory_needed(&job, schedule, w->dev) <= have)
            return size;
    }
    return 0;
}

/* Before anything is computed: does the work fit the device's own memory? */
static DpsStatus fit_memory(RunDevice *w)
{
    const Backend *be = w->dev->be;
    Schedule smaller = *w->schedule;

    if (!be->memory_free)
        return DPS_OK;
    double have = SHARE * (double) be->memory_free(w->dev);
    double need = memory_needed(w->job, w->schedule, w->dev);
    if (need <= have)
        return DPS_OK;
    int size = size_that_fits(w, have, &smaller);
    if (!size) {
        say(job_notice(w->result), DPS_SAY_PROCESSOR,
            N_("The processor is used: this transfer needs about %.2f GB of the GPU's memory, and "
               "%.2f GB of it are free."),
            need / 1e9, have / 1e9);
        return move_to_processor(w);
    }
    say(job_notice(w->result), DPS_SAY_SMALLER,
        N_("The working size is %d pixels: at the size that was asked for, this transfer needs "
           "about "
           "%.2f GB of the GPU's memory, and %.2f GB of it are free."),
        size, need / 1e9, have / 1e9);
    *w->schedule = smaller;
    return DPS_OK;
}

/* ---------------------------------------------------------------- broken off */

bool run_device_fall_back(RunDevice *w, DpsStatus *status)
{
    DpsStatus reason = *status;

    if ((reason != DPS_DEVICE_FAILED && reason != DPS_NO_MEMORY) ||
        (w->dev && w->dev->be == device_processor()))
        return false;
    if (w->dev)
        reason = device_reason(w->dev, reason);
    if (reason == DPS_NO_MEMORY)
        say(job_notice(w->result), DPS_SAY_PROCESSOR,
            N_("The GPU had not enough memory free; the processor went on with the work."));
    else
        say(job_notice(w->result), DPS_SAY_PROCESSOR,
            N_("The GPU broke off in the middle of the work; the processor went on with it."));
    *status = move_to_processor(w);
    return true;
}

DpsStatus run_device_open(RunDevice *w)
{
    const DpsOptions *o = &w->job->options;
    DpsMessage *why = &w->result->message;
    const char *name = o->device && *o->device ? o->device : "auto";
    bool at_once = w->schedule->colours && strcmp(name, "auto") == 0; /* before a GPU is there */
    const Backend *be = at_once ? device_processor() : device_choose(name, why);
    DpsMessage *notice;

    if (!be)
        return DPS_BAD_INPUT;
    if (why->code && (notice = job_notice(w->result)))
        *notice = *why;
    *why = (DpsMessage){ 0 };
    DpsStatus status = settle(w, be);
    if (be != device_processor())
        run_device_fall_back(w, &status);
    return status || w->schedule->colours ? status : fit_memory(w);
}
