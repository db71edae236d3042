/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One working size: pictures and masks, the network and the objective on the device, the minimiser. */

#include "image/photo.h"
#include "job.h"
#include "learnt/learnt.h"
#include "regions/borders.h"
#include "regions/colour-classic.h"
#include "start.h"
#include "transfer-private.h"
#include "work.h"

#include <math.h>
#include <string.h>

/* Evaluations that a level gets at least where the processor goes on with it. */
#define LEAST_LEFT 10

/* ------------------------------------------------------------- pictures and masks */

bool level_shrink(const DpsImage *photo, int size, const DpsWork *work, DpsImage *out)
{
    int w, h;

    image_fit(photo->width, photo->height, size, true, &w, &h);
    if (w == photo->width && h == photo->height && photo->channels == 3)
        return image_copy(photo, out);
    return photo_resize(photo, image_resize_lanczos, w, h, work, out);
}

/* A picture drawn to the size of another. */
static bool fit(const DpsImage *picture, const DpsImage *to, const DpsWork *work, DpsImage *out)
{
    return image_resize_lanczos(picture, to->width, to->height, work, out);
}

/* The picture that a level begins with.  `last` is the last level's content. */
static DpsStatus begin(Transfer *t, Start start, const DpsImage *last, DpsImage *out)
{
    const DpsJob *job = t->job;
    const DpsWork *work = &t->work;
    bool ok = false;

    switch (start) {
    case START_ESTIMATE:
        ok = image_copy(&t->estimate, out);
        break;
    case START_REINHARD:
        ok = colour_reinhard(&t->content, &t->style, &t->regions, work, out);
        break;
    case START_HISTOGRAM:
        ok = colour_histogram(&t->content, &t->style, &t->regions, work, out);
        break;
    case START_CARRY:
        return start_carry(NULL, last, &t->picture, &t->content, work, out);
    case START_NOISE:
        ok = start_noise(&t->content, job->options.seed, out);
        break;
    case START_ROUNDED:
        if ((ok = image_copy(&t->picture, out)))
            image_round8(out);
        break;
    case START_ENLARGE:
        ok = fit(&t->picture, &t->content, work, out);
        break;
    case START_CONTENT:
        ok = image_copy(&t->content, out);
        break;
    case START_STYLE:
        ok = fit(&t->style, &t->content, work, out);
        break;
    case START_IMAGE:
        ok = photo_resize(job->start, image_resize_lanczos, t->content.width, t->content.height,
                          work, out);
        if (ok)
            image_clip(out);
        break;
    }
    return ok ? DPS_OK : DPS_NO_MEMORY;
}

static DpsStatus lay_regions(Transfer *t)
{
    const DpsJob *job = t->job;
    const Canvas content = { t->content.width, t->content.height, photo_coverage(job->content) };
    const Canvas style = { t->style.width, t->style.height, photo_coverage(job->style) };

    return regions_prepare(t->schedule.painting ? 0 : job->regions, job->region, &content, &style,
                           &t->work, t->counterpart, &t->regions, &t->result->message);
}

/* What a run before has left of the present level, and this one leaves; NULL: nothing is kept, or not of
 * this device. */
static KeptLevel *kept_level(const Transfer *t)
{
    DpsKept *kept = t->device.kept;

    return kept && kept->dev == t->device.dev ? &kept->level[t->level] : NULL;
}

/* Content, style, masks and the initial estimate at a level's size. */
static DpsStatus make_pictures(Transfer *t, const Level *l)
{
    const DpsWork *work = &t->work;

    bool ok = level_shrink(&t->largest[0], l->size, work, &t->content) &&
              level_shrink(&t->largest[1], l->size, work, &t->style);
    DpsStatus status = DPS_NO_MEMORY;
    if (ok)
        status = lay_regions(t);
    if (!status && l->trim_masks && !borders_trim_masks(&t->style, &t->regions.style))
        status = DPS_NO_MEMORY;
    if (!status && l->keep_colours && !(t->palette = palette_new(&t->style, &t->regions)))
        status = DPS_NO_MEMORY;
    if (!status && (l->start == START_ESTIMATE || l->objective.weight[LOSS_ESTIMATE] > 0) &&
        !start_estimate(&t->content, &t->style, &t->regions, t->palette, work, &t->estimate))
        status = DPS_NO_MEMORY;
    return status;
}

/* The same, kept, or made and kept. */
static DpsStatus take_pictures(Transfer *t, const Level *l)
{
    KeptLevel *kept = kept_level(t);

    if (kept && kept->prepared) {
        bool ok = kept_restore(kept, &t->content, &t->style, &t->estimate, &t->regions);
        if (ok && l->keep_colours)
            ok = (t->palette = palette_new(&t->style, &t->regions));
        return ok ? DPS_OK : DPS_NO_MEMORY;
    }
    DpsStatus status = make_pictures(t, l);
    if (!status && kept && !work_cancelled(&t->work))
        kept_store(kept, &t->content, &t->style, &t->estimate, &t->regions);
    return status;
}

/* Pictures, masks and the first picture of a level. */
static DpsStatus prepare(Transfer *t, const Level *l)
{
    DpsImage last = t->content, next = { 0 };

    t->content = (DpsImage){ 0 };
    dps_image_clear(&t->style);
    dps_image_clear(&t->estimate);
    dps_image_clear(&t->latest);
    dps_image_clear(&t->shown);
    t->accepted = false;
    t->part = 0;
    regions_clear(&t->regions);
    palette_free(t->palette);
    t->palette = NULL;
    DpsStatus status = take_pictures(t, l);
    if (!status)
        status = begin(t, l->start, &last, &next);
    if (!status && !l->objective.weighting.free_unmatched &&
        !start_hold(&t->regions, &t->content, &next))
        status = DPS_NO_MEMORY;
    dps_image_clear(&last);
    dps_image_clear(&t->picture);
    t->picture = next;
    if (!status && (!dps_image_init(&t->latest, 3, t->content.width, t->content.height) ||
                    !dps_image_init(&t->shown, 3, t->content.width, t->content.height)))
        status = DPS_NO_MEMORY;
    return status;
}

/* -------------------------------------------------------------- on the device */

static bool step_done(int evaluations, double f, const double *losses, const Tensor *x, void *data)
{
    Transfer *t = data;
    DpsLevel *level = &t->result->level[t->level];
    DpsLosses at = objective_losses(t->objective, losses);
    const DpsImage *preview = NULL;
    double nothing;
    int all = level->evaluations + evaluations; /* of this level, broken-off attempts included */

    (void) f;
    level->losses = at;
    level->losses.matting = fmax(0, at.matting);
    t->result->evaluations = t->evaluations + evaluations;
    if (t->job->progress) {
        t->accepted = false;
        x->dev->be->download(x, t->latest.data);
        if (x->dev->be->read(x->dev, 0, 0, &nothing))
            return true; /* the minimiser finds out for itself */
        image_clip(&t->latest);
        t->accepted = !t->palette || palette_pull(t->palette, &t->regions, &t->work, &t->latest);
        preview = t->accepted ? &t->latest : NULL;
    }
    t->part = (double) all / (t->schedule.level[t->level].minimiser.evaluations + 1);
    progress_report(t, DPS_STAGE_OPTIMISE, t->done + (double) image_pixels(&t->content) * (all + 1),
                    &at, preview);
    return true;
}

static void swap(DpsImage *a, DpsImage *b)
{
    DpsImage image = *a;

    *a = *b;
    *b = image;
}

/* A second attempt goes on from where a broken device had come to, with the evaluations that are
 * left; some at least, as the minimiser has to find its way again. */
static int evaluations_left(Transfer *t, const Level *l)
{
    int most = l->minimiser.evaluations, left = most - t->result->level[t->level].evaluations;

    if (!t->accepted)
        return most;
    swap(&t->picture, &t->latest);
    t->accepted = false;
    return left > LEAST_LEFT ? left : most < LEAST_LEFT ? most : LEAST_LEFT;
}

static DpsStatus optimise(Transfer *t, const Level *l, const Network *network)
{
    Device *dev = t->device.dev;
    const Backend *be = dev->be;
    LbfgsOptions o = l->minimiser;
    double nothing;
    int evaluations = 0;

    o.evaluations = evaluations_left(t, l);
    ObjectiveOptions what = l->objective;
    what.estimate = what.weight[LOSS_ESTIMATE] > 0 ? &t->estimate : NULL;
    DpsStatus status = DPS_OK;
    if (!t->objective)
        status = objective_new(network, &t->content, &t->style, &t->regions, &what, &t->work,
                               &t->objective);
    if (status)
        return status;
    t->x = be->tensor(dev, 3, t->content.height, t->content.width);
    if (!t->x)
        return DPS_NO_MEMORY;
    be->upload(t->x, t->picture.data);
    if (o.preconditioner.steps > 0)
        o.preconditioner.a = objective_matting(t->objective);
    o.preconditioner.scale = objective_free_part(t->objective);
    status = minimise(objective_tape(t->objective), t->x, l->method, &o, step_done, t,
                      &evaluations);
    t->evaluations += evaluations;
    t->result->evaluations = t->evaluations;
    t->result->level[t->level].evaluations += evaluations;
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

static void drop_level(Transfer *t)
{
    if (t->x)
        t->device.dev->be->drop(t->x);
    objective_free(t->objective);
    t->x = NULL;
    t->objective = NULL;
}

static DpsStatus check_sizes(Transfer *t)
{
    const DpsImage *picture[] = { &t->content, &t->style };
    DpsStatus status = DPS_OK;

    for (int i = 0; i < 2 && !status; i++)
        status = network_check_size(t->device.network, picture[i]->width, picture[i]->height,
                                    &t->result->message);
    return status;
}

/* The bank for the level's pictures: alone, or with the file's network beside it. */
static DpsStatus make_bank(Transfer *t, Network **bank)
{
    const NetworkChoice *choice = &t->schedule.network;
    const Network *file = t->device.network;
    DpsStatus status = network_builtin(t->device.dev, &t->content, &t->style, NETWORK_FILTERS,
                                       t->job->options.seed, &t->work, bank);

    if (!status && file)
        network_add_ensemble(*bank, file, t->schedule.ensemble,
                             choice->content && *choice->content);
    else if (!status)
        status = network_choose(*bank, choice, &t->result->message);
    return status;
}

/* Takes what a run before has left on the device, if it serves. */
static void take_kept(Transfer *t, const Level *l, KeptLevel *kept, Network **bank)
{
    if (!kept->objective || !objective_reweigh(kept->objective, l->objective.weight))
        return;
    t->objective = kept->objective;
    *bank = kept->bank;
}

/* Leaves it to the next run; what is there already, it replaces. */
static void leave(Transfer *t, KeptLevel *kept, Network **bank)
{
    if (kept->objective != t->objective) {
        objective_free(kept->objective);
        network_free(kept->bank);
    }
    kept->objective = t->objective;
    kept->bank = *bank;
    t->objective = NULL;
    *bank = NULL;
}

/* What a level does on the device, from t->picture on. */
static DpsStatus compute(Transfer *t, const Level *l)
{
    DpsStatus status = t->device.network ? check_sizes(t) : DPS_OK;
    KeptLevel *kept = kept_level(t);
    Network *bank = NULL;

    if (kept)
        take_kept(t, l, kept, &bank);
    if (!status && !bank && (!t->device.network || t->schedule.ensemble > 0))
        status = make_bank(t, &bank);
    if (!status)
        status = optimise(t, l, bank ? bank : t->device.network);
    if (kept && t->objective)
        leave(t, kept, &bank);
    drop_level(t);
    network_free(bank);
    return status;
}

/* The last preview of a level is what has come out of it, to the last bit. */
static void show_result(Transfer *t)
{
    memcpy(t->latest.data, t->picture.data, image_values(&t->latest) * sizeof *t->latest.data);
    image_clip(&t->latest);
    t->part = 1;
    progress_report(t, DPS_STAGE_OPTIMISE, t->done, &t->result->level[t->level].losses, &t->latest);
}

DpsStatus level_run(Transfer *t, const Level *l)
{
    DpsLevel *level = &t->result->level[t->level];
    double begun = transfer_now();

    if (t->level)
        progress_report(t, DPS_STAGE_OPTIMISE, t->done, NULL, NULL);
    DpsStatus status = prepare(t, l);
    if (!status && t->level == 0)
        progress_report(t, DPS_STAGE_GUESS, t->done, NULL, &t->picture);
    if (!status && work_cancelled(&t->work))
        status = DPS_CANCELLED;
    if (!status && !t->schedule.colours) {
        status = compute(t, l);
        if (run_device_fall_back(&t->device, &status) && !status)
            status = compute(t, l);
    }
    if (!status && job_learnt(t->job) &&
        !learnt_apply(t->job->learnt, &t->content, &t->work, &t->picture))
        status = DPS_NO_MEMORY;
    if (!status && job_look(t->job))
        dps_look_apply_photo(t->job->look, &t->content, DPS_TAKE_ALL, 1, &t->work, &t->picture);
    else if (!status && t->palette &&
        !start_keep_colours(t->palette, &t->regions, &t->content, &t->work, &t->picture))
        status = DPS_NO_MEMORY;
    t->done += (double) image_pixels(&t->content) * (l->minimiser.evaluations + 2);
    if (!status && t->job->progress)
        show_result(t);
    level->width = t->content.width;
    level->height = t->content.height;
    level->seconds = transfer_now() - begun;
    level->weights = (DpsWeights){ .paper = l->objective.weighting.free_unmatched,
                                   .style = l->objective.weight[LOSS_STYLE],
                                   .content = l->objective.weight[LOSS_CONTENT],
                                   .matting = l->objective.weight[LOSS_MATTING],
                                   .estimate = l->objective.weight[LOSS_ESTIMATE],
                                   .gradient = l->objective.weight[LOSS_GRADIENT] };
    t->result->levels = t->level + 1;
    return status;
}
