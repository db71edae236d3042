/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "job.h"

#include "message.h"

#include <math.h>
#include <unistd.h>

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

/* Floats of features per pixel of the networks that look; 0 when the file can't be used. */
static double features_per_pixel(const DpsJob *job, const Schedule *schedule)
{
    double floats = network_floats_per_pixel(options_network(&job->options), &schedule->network);

    return floats > 0 && schedule->ensemble > 0 ? floats + network_floats_per_pixel(NULL, NULL)
                                                : floats;
}

/* Bytes on the device while the level runs, per pixel of its content. */
static double bytes_per_pixel(const DpsJob *job, const Level *l, double floats)
{
    double objective = objective_bytes_per_pixel(floats, job->regions + 1);

    return objective + sizeof(float) * 3.0 * minimise_vectors(l->method, &l->minimiser);
}

size_t dps_estimate(const DpsJob *job)
{
    Schedule schedule;

    if (job_check(job, &schedule, NULL))
        return 0;
    double floats = features_per_pixel(job, &schedule), most = 0;

    if (floats <= 0)
        return 0;
    for (int i = 0; i < schedule.levels; i++) {
        const Level *l = &schedule.level[i];
        int w, h;
        image_fit(job->content->width, job->content->height, l->size, false, &w, &h);
        /* and the host's pictures, masks and fits */
        double per_pixel = bytes_per_pixel(job, l, floats) + sizeof(float) * 40;
        most = fmax(most, per_pixel * w * h);
    }
    return (size_t) (most + sizeof(float) * (double) image_values(job->content));
}

size_t job_device_bytes(const DpsJob *job, const Schedule *schedule, Device *dev)
{
    double floats = features_per_pixel(job, schedule), most = 0;

    for (int i = 0; i < schedule->levels; i++) {
        const Level *l = &schedule->level[i];
        int w, h, style_w, style_h;
        image_fit(job->content->width, job->content->height, l->size, true, &w, &h);
        image_fit(job->style->width, job->style->height, l->size, true, &style_w, &style_h);
        double pixels = (double) w * h, style = (double) style_w * style_h;
        /* The style's features are gone before the minimiser's vectors come. */
        double tensors = fmax(bytes_per_pixel(job, l, floats) * pixels,
                              objective_bytes_per_pixel(floats, job->regions + 1) * pixels +
                                  sizeof(float) * floats * style);
        size_t larger = (size_t) fmax(pixels, style);
        most = fmax(most, tensors + (double) dev->be->workspace(dev, larger, job->regions + 1));
    }
    return (size_t) most;
}

DpsMessage *job_notice(DpsResult *r)
{
    return r->notices < DPS_NOTICES ? &r->notice[r->notices++] : NULL;
}

DpsStatus job_check_memory(const DpsJob *job, size_t *bytes, DpsMessage *message)
{
    double need = (double) (*bytes = dps_estimate(job));
    double have = (double) sysconf(_SC_PHYS_PAGES) * (double) sysconf(_SC_PAGESIZE);

    if (need <= have)
        return DPS_OK;
    say(message, DPS_SAY_NO_MEMORY, N_("This transfer needs about %.1f GB of memory and the machine has %.1f GB; choose a "
             "smaller size."),
             need / 1e9, have / 1e9);
    return DPS_NO_MEMORY;
}
