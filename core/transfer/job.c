/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "job.h"

#include "memory.h"
#include "message.h"

/* `which` is a word: "content". */
static DpsStatus check_photo(const DpsImage *image, const char *which, DpsMessage *message)
{
    if (!image || !image->data || image->width < 1 || image->height < 1)
        say(message, DPS_SAY_BAD_PICTURE,
            N_("The %s picture is empty; choose one that has pixels."), which);
    else if (image->channels != 3)
        say(message, DPS_SAY_BAD_PICTURE,
            N_("The %s picture has %d planes; it must have three, red, green and blue."), which,
            image->channels);
    else if (!image_is_finite(image))
        say(message, DPS_SAY_BAD_PICTURE,
            N_("The %s picture has pixels that are not numbers; repair them first."), which);
    else
        return DPS_OK;
    say_word(message, 0);
    return DPS_BAD_INPUT;
}

DpsStatus job_check(const DpsJob *job, Schedule *schedule, DpsMessage *message)
{
    DpsStatus status = check_photo(job->content, N_("content"), message);

    if (!status)
        status = check_photo(job->style, N_("style"), message);
    if (!status && job->options.start == DPS_START_IMAGE)
        status = check_photo(job->start, N_("starting"), message);
    if (!status) {
        int w = job->content->width, h = job->content->height;
        status = options_schedule(&job->options, w > h ? w : h, schedule, message);
    }
    return status ? status : regions_check(job->regions, job->region, message);
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

DpsStatus job_check_memory(const DpsJob *job, size_t *bytes, DpsMessage *message)
{
    double need = (double) (*bytes = dps_estimate(job));
    double have = memory_limit(NULL);

    if (need <= have)
        return DPS_OK;
    say(message, DPS_SAY_NO_MEMORY,
        N_("This transfer needs about %.1f GB of memory and may have %.1f GB; choose a smaller "
           "size."),
        need / 1e9, have / 1e9);
    return DPS_NO_MEMORY;
}
