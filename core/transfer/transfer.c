/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* transfer.c - a run: checks, photos at the working sizes, level by level, full resolution. */

#include "finish.h"
#include "image/luma.h"
#include "message.h"
#include "regions/counterparts.h"
#include "regions/merge.h"
#include "regions/regions-say.h"
#include "regions/strength.h"
#include "transfer-private.h"
#include "work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double transfer_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/* --------------------------------------------------------- before the first level */

static int largest_size(const Schedule *schedule)
{
    int most = 0;

    for (int i = 0; i < schedule->levels; i++)
        if (schedule->level[i].size > most)
            most = schedule->level[i].size;
    return most;
}

int dps_style_side(const DpsOptions *options, int width, int height)
{
    Schedule schedule;

    return options_schedule(options, width > height ? width : height, &schedule, NULL)
               ? 0
               : largest_size(&schedule);
}

bool dps_style_shrink(const DpsImage *style, int side, const DpsWork *work, DpsImage *out)
{
    float least, greatest;

    if (style->channels != 3)
        return false;
    image_range(style, &least, &greatest);
    return least >= 0 && greatest <= 1 && level_shrink(style, side, work, out);
}

/* A 24-megapixel photo is read once, for the largest level; the others are made from that. */
static bool shrink_photos(Transfer *t)
{
    int most = largest_size(&t->schedule);

    return level_shrink(t->job->content, most, &t->work, &t->largest[0]) &&
           level_shrink(t->job->style, most, &t->work, &t->largest[1]);
}

static bool find_counterparts(Transfer *t)
{
    const DpsJob *job = t->job;

    if (!job->regions || t->schedule.painting || job->options.unmatched == DPS_UNMATCHED_KEEP)
        return true;
    t->counterpart = calloc((size_t) job->regions + 1, sizeof *t->counterpart);
    return t->counterpart &&
           counterparts_find(job, &t->largest[0], &t->largest[1], &t->work, t->counterpart);
}

/* What the levels are made from: kept, or made and kept. */
static bool take_photos(Transfer *t)
{
    DpsKept *kept = t->device.kept;

    if (kept && kept->photos)
        return kept_restore_photos(kept, t->largest, &t->counterpart);
    if (!shrink_photos(t) || !find_counterparts(t))
        return false;
    if (kept && !work_cancelled(&t->work))
        kept_store_photos(kept, t->largest, t->counterpart);
    return true;
}

/* ---------------------------------------------------------------- finish */

static DpsStatus finish(Transfer *t)
{
    progress_report(t, DPS_STAGE_FINISH, t->done, NULL, NULL);
    DpsStatus status = finish_picture(t->job, &t->schedule, &t->content, &t->picture, t->device.dev,
                                      &t->work, t->result);
    double nothing;
    DpsStatus device = t->device.dev->be->read(t->device.dev, 0, 0, &nothing);

    if (!status)
        run_device_fall_back(&t->device, &device); /* the work is done; the notice is what counts */
    return !status && work_cancelled(&t->work) ? DPS_CANCELLED : status;
}

static bool has_region(const DpsResult *r, const char *name)
{
    for (int k = 0; k < r->regions; k++)
        if (strcmp(r->region[k].name, name) == 0)
            return true;
    return false;
}

/* Strengths of regions that there aren't count for nothing. */
static void note_strengths(const char *list, DpsResult *r)
{
    char name[DPS_NAME];
    double share;

    for (const char *at = list && *list ? list : NULL; at;) {
        at = strength_entry(at, name, &share);
        if (!has_region(r, name))
            say(job_notice(r), DPS_SAY_NO_REGION,
                N_("There is no region \"%s\" whose strength could be set."), name);
    }
}

/* The regions as the last level saw them, and what the user should know about them. */
static void report_regions(Transfer *t)
{
    DpsResult *r = t->result;

    r->region = t->regions.report;
    r->regions = t->regions.count;
    t->regions.report = NULL;
    if (t->schedule.painting && t->job->regions)
        say(job_notice(r), DPS_SAY_PAINTING,
            N_("Paintings have no regions: the whole photo takes the style of the whole picture."));
    for (int i = 0; i < r->regions; i++)
        if (t->schedule.level[0].objective.weighting.free_unmatched &&
            r->region[i].reason.code == DPS_SAY_KEPT)
            say_unheld(&r->region[i]);
    note_strengths(t->job->options.strength, r);
}

/* ---------------------------------------------------------------- the run */

static DpsStatus run(Transfer *t)
{
    DpsStatus status = job_check(t->job, &t->schedule, &t->result->message);

    if (!status)
        status = job_check_memory(t->job, &t->result->memory_estimate, &t->result->message);
    if (!status) {
        t->device.kept = kept_begin(t->job, &t->schedule);
        status = run_device_open(&t->device);
    }
    if (status)
        return status;
    snprintf(t->result->network, DPS_NAME, "%s",
             t->device.network     ? t->device.network->name
             : t->schedule.colours ? "none"
                                   : "builtin");
    if (t->schedule.calibrate && t->device.network->calibrated)
        say(job_notice(t->result), DPS_SAY_OTHER_NETWORK,
            N_("The preset \"reference\" is made for the original VGG-19; the features of the network %s "
               "were brought to its scale, which gives a similar picture."),
            t->result->network);
    else if (t->schedule.calibrate && !t->device.network->original)
        say(job_notice(t->result), DPS_SAY_OTHER_NETWORK,
            N_("The preset \"reference\" is made for the original VGG-19; its weights mean "
               "something "
               "else in the network %s."),
            t->result->network);
    progress_plan(t);
    progress_report(t, DPS_STAGE_PREPARE, 0, NULL, NULL);
    if (!take_photos(t))
        return DPS_NO_MEMORY;
    if (work_cancelled(&t->work))
        return DPS_CANCELLED;
    for (t->level = 0; t->level < t->schedule.levels && !status; t->level++)
        status = level_run(t, &t->schedule.level[t->level]);
    t->level = t->schedule.levels - 1;
    if (!status)
        status = finish(t);
    if (!status)
        report_regions(t);
    return status;
}

static DpsStatus run_shown(const DpsJob *job, DpsResult *result)
{
    Transfer t = { .job = job,
                   .work = { job->options.threads, job->cancelled, job->data },
                   .result = result,
                   .begun = transfer_now() };

    t.device =
        (RunDevice) { .job = job, .work = &t.work, .result = result, .schedule = &t.schedule };
    DpsStatus status = run(&t);
    if (status) {
        dps_image_clear(&result->image);
        dps_field_clear(&result->field);
    } else {
        progress_report(&t, DPS_STAGE_FINISH, t.all, NULL, NULL);
    }
    run_device_close(&t.device);
    if (t.device.kept)
        kept_end(t.device.kept, status);
    dps_image_clear(&t.largest[0]);
    dps_image_clear(&t.largest[1]);
    dps_image_clear(&t.content);
    dps_image_clear(&t.style);
    dps_image_clear(&t.estimate);
    dps_image_clear(&t.picture);
    dps_image_clear(&t.latest);
    dps_image_clear(&t.shown);
    regions_clear(&t.regions);
    palette_free(t.palette);
    free(t.counterpart);
    result->seconds = transfer_now() - t.begun;
    return status;
}

/* Beyond black and white by more than other colour spaces bring about. */
#define WILD 0.25f

static void note_wild_style(const DpsImage *style, DpsResult *result)
{
    float least, greatest;

    image_range(style, &least, &greatest);
    if (least < -WILD || greatest > 1 + WILD)
        say(job_notice(result), DPS_SAY_WILD_STYLE,
            N_("The style picture has values far beyond black and white, from %.3g to %.3g; they "
               "count as black and white."),
            (double) least, (double) greatest);
}

/* Part of the content's contrast below which a result is as good as flat. */
#define FLAT 0.05

/* Deviation of luma, from a million pixels at most. */
static double contrast(const DpsImage *image)
{
    size_t pixels = image_pixels(image), step = pixels / 1000000 + 1, count = 0;
    double sum = 0, squares = 0;

    for (size_t i = 0; i < pixels; i += step, count++) {
        double y = luma_601_double(image->data[i], image_plane(image, 1)[i], image_plane(image, 2)[i]);
        sum += y;
        squares += y * y;
    }
    double mean = sum / (double) count, variance = squares / (double) count - mean * mean;
    return variance > 0 ? sqrt(variance) : 0;
}

static void note_flat_result(double before, DpsResult *result)
{
    double after = contrast(&result->image);

    if (before > 1 / 255.0 && after < FLAT * before)
        say(job_notice(result), DPS_SAY_FLAT,
            N_("The result is nearly flat: it has %.2g %% of the photo's contrast. Another preset or network, a "
               "larger content weight or a smaller style weight keeps more of the photo."),
            100 * after / before);
}

static bool has_pixels(const DpsImage *image)
{
    return image && image->data && image->width > 0 && image->height > 0 && image->channels >= 3;
}

/* With those regions taken together that the options say. */
static DpsStatus run_merged(DpsJob *job, DpsResult *result)
{
    const char *list = job->options.merge_regions;
    const DpsWork work = { job->options.threads, job->cancelled, job->data };
    MergedRegions merged;

    if (!list || !*list)
        return run_shown(job, result);
    DpsStatus status = regions_merge(list, job->regions, job->region, &work, &merged, &result->message);
    if (status)
        return status;
    job->regions = merged.count;
    job->region = merged.region;
    status = run_shown(job, result);
    regions_merged_clear(&merged);
    return status;
}

/* The engine sees photos as a display shows them; what the content has beyond black and white, such as
 * the highlights of a high dynamic range, is laid over the result. */
DpsStatus dps_run(const DpsJob *job, DpsResult *result)
{
    DpsJob shown = *job;
    DpsImage content = { 0 }, style = { 0 };
    DpsStatus status = DPS_NO_MEMORY;
    double before = 0; /* of the content, whose memory may be the result's afterwards */

    *result = (DpsResult) { 0 };
    if (!has_pixels(job->content) || !has_pixels(job->style))
        status = run_shown(job, result); /* which refuses */
    else if (image_shown(job->content, &content, &shown.content) &&
             image_shown(job->style, &style, &shown.style)) {
        before = contrast(shown.content);
        status = run_merged(&shown, result);
    }
    if (!status && shown.style != job->style)
        note_wild_style(job->style, result);
    if (!status && result->image.data)
        note_flat_result(before, result);
    if (!status && shown.content != job->content) {
        image_add_beyond(job->content, &result->image);
        if (job->options.amount <= 0) /* to the last bit */
            image_blend(job->content, &result->image, 0, &result->image);
    }
    dps_image_clear(&content);
    dps_image_clear(&style);
    job_explain(status, &result->message);
    return status;
}

void dps_result_clear(DpsResult *r)
{
    dps_image_clear(&r->image);
    dps_field_clear(&r->field);
    free(r->region);
    *r = (DpsResult) { 0 };
}
