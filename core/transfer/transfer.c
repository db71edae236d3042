/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* transfer.c - the driver: first guess, coarse to fine, full resolution. */

#include "finish.h"
#include "regions/borders.h"
#include "regions/counterparts.h"
#include "start.h"
#include "workplace.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Evaluations that a stage gets at least where the processor goes on with it. */
#define LEAST_LEFT 10

typedef struct {
    const DpsJob *job;
    DpsResult *result;
    Schedule schedule;
    Workplace place;
    DpsImage largest[2];     /* content and style at the largest stage's size */
    DpsImage content, style; /* at the present stage's size */
    DpsImage guess;          /* the colour transfer at that size, where the stage makes use of it */
    DpsImage picture;        /* the transfer as it stands, of content's size */
    DpsImage latest;         /* the point that the minimiser has come to, clipped */
    DpsImage shown;          /* as much of it as the user will get, for previews */
    bool accepted;           /* latest is one of this stage's points */
    RegionSet regions;
    int *counterpart; /* what stands in for regions that the style lacks; NULL: nothing does */
    Objective *objective;
    Tensor *x;
    int stage, evaluations;   /* evaluations of the stages before */
    double begun, work, done; /* seconds; pixels times evaluations in all, and so far */
    double furthest;          /* of the work, as it was reported */
} Transfer;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

__attribute__((format(printf, 3, 4))) static DpsStatus fail(DpsResult *r, DpsStatus status,
                                                            const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(r->message, sizeof r->message, format, args);
    va_end(args);
    return status;
}

static DpsStatus no_memory(DpsResult *r)
{
    return fail(
        r, DPS_NO_MEMORY,
        "There is not enough memory for this transfer; choose a smaller size or close other "
        "programs.");
}

static bool cancelled(const Transfer *t)
{
    return t->job->cancelled && t->job->cancelled(t->job->data);
}

/* -------------------------------------------------------------- progress */

static void report(Transfer *t, DpsStage stage, double done, const Losses *l,
                   const DpsImage *preview)
{
    t->furthest = fmax(t->furthest, fmin(1, done / t->work));
    DpsProgress p = { .stage = stage,
                      .fraction = t->furthest,
                      .level = t->stage,
                      .levels = t->schedule.stages,
                      .evaluation = t->result->evaluations };

    if (!t->job->progress)
        return;
    if (preview) {
        memcpy(t->shown.data, preview->data, image_values(preview) * sizeof *preview->data);
        finish_share(&t->job->options, &t->content, &t->shown);
        p.preview = &t->shown;
    }
    if (l) {
        p.total = l->total;
        p.style = l->style;
        p.content = l->content;
        p.matting = l->matting;
    }
    t->job->progress(&p, t->job->data);
}

/* Work is counted in pixels times evaluations; the rest is a share of that, as measured. */
static void plan_work(Transfer *t)
{
    const DpsImage *c = t->job->content;

    for (int i = 0; i < t->schedule.stages; i++) {
        const Stage *s = &t->schedule.stage[i];
        int w, h;
        image_fit(c->width, c->height, s->size, false, &w, &h);
        t->work += (double) w * h * (s->minimiser.evaluations + 2);
    }
    t->work += 0.3 * (double) image_pixels(c);
}

static bool step_done(int evaluations, double f, const double *losses, const Tensor *x, void *data)
{
    Transfer *t = data;
    DpsLevel *level = &t->result->level[t->stage];
    Losses l = objective_losses(t->objective, losses);
    const DpsImage *preview = NULL;
    double nothing;
    int all = level->evaluations + evaluations; /* of this stage, broken-off attempts included */

    (void) f;
    level->total = l.total;
    level->style = l.style;
    level->content = l.content;
    level->matting = fmax(0, l.matting);
    t->result->evaluations = t->evaluations + evaluations;
    if (t->job->progress) {
        t->accepted = false;
        x->dev->be->download(x, t->latest.data);
        if (x->dev->be->read(x->dev, 0, 0, &nothing))
            return true; /* the minimiser finds out for itself */
        image_clip(&t->latest);
        t->accepted = true;
        preview = &t->latest;
    }
    report(t, DPS_STAGE_OPTIMISE, t->done + (double) image_pixels(&t->content) * (all + 1), &l,
           preview);
    return true;
}

/* ---------------------------------------------------------------- stages */

static bool shrink(const DpsImage *photo, int size, int threads, DpsImage *out)
{
    int w, h;

    image_fit(photo->width, photo->height, size, true, &w, &h);
    if (w == photo->width && h == photo->height)
        return image_copy(photo, out);
    return image_resize_lanczos(photo, w, h, threads, out);
}

/* A 24-megapixel photo is read once, for the largest stage; the others are made from that. */
static bool shrink_photos(Transfer *t)
{
    int most = 0, threads = t->job->options.threads;

    for (int i = 0; i < t->schedule.stages; i++)
        if (t->schedule.stage[i].size > most)
            most = t->schedule.stage[i].size;
    return shrink(t->job->content, most, threads, &t->largest[0]) &&
           shrink(t->job->style, most, threads, &t->largest[1]);
}

static bool find_counterparts(Transfer *t)
{
    const DpsJob *job = t->job;

    if (!job->regions || t->schedule.painting || job->options.unmatched == DPS_UNMATCHED_KEEP)
        return true;
    t->counterpart = calloc((size_t) job->regions + 1, sizeof *t->counterpart);
    return t->counterpart && counterparts_find(job, &t->largest[0], &t->largest[1], t->counterpart);
}

/* A picture drawn to the size of another. */
static bool fit(const DpsImage *picture, const DpsImage *to, int threads, DpsImage *out)
{
    return image_resize_lanczos(picture, to->width, to->height, threads, out);
}

/* The picture that a stage begins with.  `last` is the last stage's content. */
static DpsStatus begin(Transfer *t, Start start, const DpsImage *last, DpsImage *out)
{
    const DpsJob *job = t->job;
    int threads = job->options.threads;
    bool ok = false;

    switch (start) {
    case START_GUESS:
        ok = image_copy(&t->guess, out);
        break;
    case START_CARRY:
        return start_carry(NULL, last, &t->picture, &t->content, threads, job->cancelled, job->data,
                           out);
    case START_NOISE:
        ok = start_noise(&t->content, job->options.seed, out);
        break;
    case START_ROUNDED:
        if ((ok = image_copy(&t->picture, out)))
            image_round8(out);
        break;
    case START_ENLARGE:
        ok = fit(&t->picture, &t->content, threads, out);
        break;
    case START_CONTENT:
        ok = image_copy(&t->content, out);
        break;
    case START_STYLE:
        ok = fit(&t->style, &t->content, threads, out);
        break;
    case START_IMAGE:
        ok = fit(job->start, &t->content, threads, out);
        break;
    }
    return ok ? DPS_OK : DPS_NO_MEMORY;
}

/* Pictures, masks and the first picture of a stage. */
static DpsStatus prepare(Transfer *t, const Stage *s)
{
    const DpsJob *job = t->job;
    DpsImage last = t->content, next = { 0 };
    int threads = job->options.threads;

    t->content = (DpsImage){ 0 };
    dps_image_clear(&t->style);
    dps_image_clear(&t->guess);
    dps_image_clear(&t->latest);
    dps_image_clear(&t->shown);
    t->accepted = false;
    regions_clear(&t->regions);
    bool ok = shrink(&t->largest[0], s->size, threads, &t->content) &&
              shrink(&t->largest[1], s->size, threads, &t->style);
    int regions = t->schedule.painting ? 0 : job->regions;
    DpsStatus status = DPS_NO_MEMORY;
    if (ok)
        status = regions_prepare(regions, job->region, t->content.width, t->content.height,
                                 t->style.width, t->style.height, threads, t->counterpart,
                                 &t->regions, t->result->message);
    if (!status && !s->objective.paper && !borders_wear(&t->style, &t->regions.style))
        status = DPS_NO_MEMORY;
    if (!status && (s->start == START_GUESS || s->objective.guess > 0) &&
        !start_guess(&t->content, &t->style, &t->regions, threads, &t->guess))
        status = DPS_NO_MEMORY;
    if (!status)
        status = begin(t, s->start, &last, &next);
    if (!status && !s->objective.paper && !start_hold(&t->regions, &t->content, &next))
        status = DPS_NO_MEMORY;
    dps_image_clear(&last);
    dps_image_clear(&t->picture);
    t->picture = next;
    if (!status && (!dps_image_init(&t->latest, 3, t->content.width, t->content.height) ||
                    !dps_image_init(&t->shown, 3, t->content.width, t->content.height)))
        status = DPS_NO_MEMORY;
    return status;
}

static void swap(DpsImage *a, DpsImage *b)
{
    DpsImage image = *a;

    *a = *b;
    *b = image;
}

/* A second attempt goes on from where a broken device had come to, with the evaluations that are
 * left; some at least, as the minimiser has to find its way again. */
static int evaluations_left(Transfer *t, const Stage *s)
{
    int most = s->minimiser.evaluations, left = most - t->result->level[t->stage].evaluations;

    if (!t->accepted)
        return most;
    swap(&t->picture, &t->latest);
    t->accepted = false;
    return left > LEAST_LEFT ? left : most < LEAST_LEFT ? most : LEAST_LEFT;
}

static DpsStatus optimise(Transfer *t, const Stage *s, const Network *network)
{
    Device *dev = t->place.dev;
    const Backend *be = dev->be;
    LbfgsOptions o = s->minimiser;
    double nothing;
    int evaluations = 0;

    o.evaluations = evaluations_left(t, s);
    ObjectiveOptions what = s->objective;
    what.first = what.guess > 0 ? &t->guess : NULL;
    DpsStatus status = objective_new(network, &t->content, &t->style, &t->regions, &what,
                                     &t->objective);

    if (status)
        return status;
    t->x = be->tensor(dev, 3, t->content.height, t->content.width);
    if (!t->x)
        return DPS_NO_MEMORY;
    be->upload(t->x, t->picture.data);
    if (o.metric.steps > 0)
        o.metric.a = objective_matting(t->objective);
    o.metric.scale = objective_free_part(t->objective);
    status = minimise(objective_tape(t->objective), t->x, s->method, &o, step_done, t,
                      &evaluations);
    t->evaluations += evaluations;
    t->result->evaluations = t->evaluations;
    t->result->level[t->stage].evaluations += evaluations;
    if (status)
        return status;
    DpsImage out;
    if (!dps_image_init(&out, 3, t->content.width, t->content.height))
        return DPS_NO_MEMORY;
    be->download(t->x, out.data);
    status = be->read(dev, 0, 0, &nothing);
    if (!status)
        swap(&t->picture, &out);
    dps_image_clear(&out);
    return status;
}

static void drop_stage(Transfer *t)
{
    if (t->x)
        t->place.dev->be->drop(t->x);
    objective_free(t->objective);
    t->x = NULL;
    t->objective = NULL;
}

static DpsStatus check_sizes(Transfer *t)
{
    const DpsImage *picture[] = { &t->content, &t->style };
    DpsStatus status = DPS_OK;

    for (int i = 0; i < 2 && !status; i++)
        status = network_check_size(t->place.network, picture[i]->width, picture[i]->height,
                                    t->result->message);
    return status;
}

/* The bank for the stage's pictures: alone, or with the file's network beside it. */
static DpsStatus make_bank(Transfer *t, Network **bank)
{
    const NetworkChoice *choice = &t->schedule.network;
    const Network *file = t->place.network;
    DpsStatus status = network_builtin(t->place.dev, &t->content, &t->style, NETWORK_FILTERS,
                                       t->job->options.seed, bank);

    if (!status && file)
        network_add_beside(*bank, file, t->schedule.beside, choice->content && *choice->content);
    else if (!status)
        status = network_choose(*bank, choice, t->result->message);
    return status;
}

/* What a stage does on the device, from t->picture on. */
static DpsStatus compute(Transfer *t, const Stage *s)
{
    DpsStatus status = t->place.network ? check_sizes(t) : DPS_OK;
    Network *bank = NULL;

    if (!status && (!t->place.network || t->schedule.beside > 0))
        status = make_bank(t, &bank);
    if (!status)
        status = optimise(t, s, bank ? bank : t->place.network);
    drop_stage(t);
    network_free(bank);
    return status;
}

static DpsStatus run_stage(Transfer *t, const Stage *s)
{
    DpsLevel *level = &t->result->level[t->stage];
    double begun = now();

    if (t->stage)
        report(t, DPS_STAGE_OPTIMISE, t->done, NULL, NULL);
    DpsStatus status = prepare(t, s);
    if (!status && t->stage == 0)
        report(t, DPS_STAGE_GUESS, t->done, NULL, &t->picture);
    if (!status && cancelled(t))
        status = DPS_CANCELLED;
    if (!status) {
        status = compute(t, s);
        if (workplace_retreats(&t->place, &status) && !status)
            status = compute(t, s);
    }
    t->done += (double) image_pixels(&t->content) * (s->minimiser.evaluations + 2);
    level->width = t->content.width;
    level->height = t->content.height;
    level->seconds = now() - begun;
    t->result->levels = t->stage + 1;
    return status;
}

/* ---------------------------------------------------------------- finish */

static DpsStatus finish(Transfer *t)
{
    report(t, DPS_STAGE_FINISH, t->done, NULL, NULL);
    DpsStatus status = finish_picture(t->job, &t->schedule, &t->content, &t->picture, t->place.dev,
                                      &t->result->image);
    double nothing;
    DpsStatus device = t->place.dev->be->read(t->place.dev, 0, 0, &nothing);

    if (!status)
        workplace_retreats(&t->place, &device); /* the work is done; the notice is what counts */
    return !status && cancelled(t) ? DPS_CANCELLED : status;
}

/* The regions as the last stage saw them, and what the user should know about them. */
static void take_regions(Transfer *t)
{
    DpsResult *r = t->result;

    r->region = t->regions.report;
    r->regions = t->regions.count;
    t->regions.report = NULL;
    if (t->schedule.painting && t->job->regions)
        job_notice(
            r, "Paintings have no regions: the whole photo takes the style of the whole picture.");
    for (int i = 0; i < r->regions; i++)
        if (!r->region[i].matched && r->region[i].content_coverage > 0)
            job_notice(r, "Region \"%s\" is %s.", r->region[i].name, r->region[i].reason);
}

/* ---------------------------------------------------------------- the run */

static DpsStatus run(Transfer *t)
{
    DpsStatus status = job_check(t->job, &t->schedule, t->result->message);

    if (!status)
        status = job_check_memory(t->job, &t->result->memory_estimate, t->result->message);
    if (!status)
        status = workplace_open(&t->place);
    if (status)
        return status;
    snprintf(t->result->network, DPS_NAME, "%s",
             t->place.network ? t->place.network->name : "builtin");
    plan_work(t);
    report(t, DPS_STAGE_PREPARE, 0, NULL, NULL);
    if (!shrink_photos(t) || !find_counterparts(t))
        return DPS_NO_MEMORY;
    if (cancelled(t))
        return DPS_CANCELLED;
    for (t->stage = 0; t->stage < t->schedule.stages && !status; t->stage++)
        status = run_stage(t, &t->schedule.stage[t->stage]);
    t->stage = t->schedule.stages - 1;
    if (!status)
        status = finish(t);
    if (!status)
        take_regions(t);
    return status;
}

DpsStatus dps_run(const DpsJob *job, DpsResult *result)
{
    Transfer t = { .job = job, .result = result, .begun = now() };

    *result = (DpsResult){ 0 };
    t.place = (Workplace){ .job = job, .result = result, .schedule = &t.schedule };
    DpsStatus status = run(&t);
    if (status)
        dps_image_clear(&result->image);
    else
        report(&t, DPS_STAGE_FINISH, t.work, NULL, NULL);
    workplace_close(&t.place);
    dps_image_clear(&t.largest[0]);
    dps_image_clear(&t.largest[1]);
    dps_image_clear(&t.content);
    dps_image_clear(&t.style);
    dps_image_clear(&t.guess);
    dps_image_clear(&t.picture);
    dps_image_clear(&t.latest);
    dps_image_clear(&t.shown);
    regions_clear(&t.regions);
    free(t.counterpart);
    result->seconds = now() - t.begun;
    if (status == DPS_NO_MEMORY && !*result->message)
        no_memory(result);
    if (status == DPS_DEVICE_FAILED && !*result->message)
        fail(result, status, "The device broke off in the middle of the work; try another device.");
    if (status == DPS_CANCELLED)
        fail(result, status, "Cancelled.");
    return status;
}

void dps_result_clear(DpsResult *r)
{
    dps_image_clear(&r->image);
    free(r->region);
    *r = (DpsResult){ 0 };
}
