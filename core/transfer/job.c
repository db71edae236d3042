/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "job.h"

#include "image/photo.h"
#include "memory.h"
#include "message.h"
#include "regions/strength.h"

#include <math.h>

DpsStatus job_check(const DpsJob *job, Schedule *schedule, DpsMessage *message)
{
    if (!photo_check(job->content, N_("content"), message) ||
        !photo_check(job->style, N_("style"), message) ||
        (job->options.start == DPS_START_IMAGE &&
         !photo_check(job->start, N_("starting picture"), message)))
        return DPS_BAD_INPUT;
    int w = job->content->width, h = job->content->height;
    DpsOptions o = job->options;
    if (job_learnt(job) || job_look(job))
        o.method = DPS_METHOD_COLOURS; /* which makes the first guess that it takes */
    DpsStatus status = options_schedule(&o, w > h ? w : h, schedule, message);
    if (!status)
        status = strength_check(job->options.strength, message);
    return status ? status : regions_check(job->regions, job->region, message);
}

bool job_learnt(const DpsJob *job)
{
    return job->learnt && job->options.method == DPS_METHOD_TRANSFER;
}

bool job_look(const DpsJob *job)
{
    return job->look && job->options.method == DPS_METHOD_TRANSFER;
}

size_t dps_estimate(const DpsJob *job)
{
    Schedule schedule;

    return job_check(job, &schedule, NULL) ? 0 : (size_t) memory_needed(job, &schedule, NULL);
}

DpsMessage *job_notice(DpsResult *r)
{
    return r->notices < DPS_NOTICES ? &r->notice[r->notices++] : NULL;
}

/* Bytes of the pictures and masks that are passed in. */
static double bytes_passed(const DpsJob *job)
{
    double values = (double) image_values(job->content) + (double) image_values(job->style);

    for (int i = 0; i < job->regions; i++)
        values += (double) image_values(&job->region[i].content) +
                  (double) image_values(&job->region[i].style);
    return values * sizeof(float);
}

DpsStatus job_check_memory(const DpsJob *job, size_t *bytes, DpsMessage *message)
{
    double held = fmax(bytes_passed(job), dps_memory_used());
    double need = (double) (*bytes = dps_estimate(job)) + held;
    double have = memory_limit(NULL);

    if (need <= have)
        return DPS_OK;
    say(message, DPS_SAY_NO_MEMORY,
        N_("This transfer needs about %.1f GB of memory and may have %.1f GB; choose a smaller "
           "size."),
        need / 1e9, have / 1e9);
    return DPS_NO_MEMORY;
}

void job_explain(DpsStatus status, DpsMessage *message)
{
    if (status == DPS_CANCELLED)
        say(message, DPS_SAY_CANCELLED, N_("Cancelled."));
    else if (status == DPS_NO_MEMORY && !message->code)
        say(message, DPS_SAY_NO_MEMORY,
            N_("There is not enough memory for this transfer; choose a smaller size or close other "
               "programs."));
    else if (status == DPS_DEVICE_FAILED && !message->code)
        say(message, DPS_SAY_DEVICE_FAILED,
            N_("The device broke off in the middle of the work; try another device."));
}
