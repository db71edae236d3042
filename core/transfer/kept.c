/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kept.h"

#include "work.h"

#include <stdlib.h>
#include <string.h>

static bool ask(void *data)
{
    const DpsJob *job = ((DpsKept *) data)->job;

    return job && job->cancelled && job->cancelled(job->data);
}

DpsKept *dps_kept_new(void)
{
    return calloc(1, sizeof(DpsKept));
}

static void drop_device(DpsKept *k)
{
    for (KeptLevel *l = k->level; l < k->level + DPS_LEVELS; l++) {
        objective_free(l->objective);
        network_free(l->bank);
        l->objective = NULL;
        l->bank = NULL;
    }
    if (k->dev)
        k->dev->be->close(k->dev);
    k->dev = NULL;
}

static void drop_level(KeptLevel *l)
{
    dps_image_clear(&l->content);
    dps_image_clear(&l->style);
    dps_image_clear(&l->estimate);
    regions_clear(&l->regions);
    l->prepared = false;
}

static void drop_photos(DpsKept *k)
{
    dps_image_clear(&k->largest[0]);
    dps_image_clear(&k->largest[1]);
    free(k->counterpart);
    k->counterpart = NULL;
    k->photos = false;
}

static void empty(DpsKept *k)
{
    drop_device(k);
    for (int i = 0; i < DPS_LEVELS; i++)
        drop_level(&k->level[i]);
    drop_photos(k);
    k->filled = false;
}

void dps_kept_free(DpsKept *k)
{
    if (!k)
        return;
    empty(k);
    free(k);
}

/* Whether what was made for one serves the other: they may differ in weights and in what comes at the
 * end. */
static bool serves(const DpsOptions *a, const DpsOptions *b)
{
    return a->preset == b->preset && a->size == b->size && a->threads == b->threads &&
           a->seed == b->seed && a->unmatched == b->unmatched &&
           a->window_radius == b->window_radius && a->minimiser == b->minimiser &&
           a->start == b->start && a->style_statistics == b->style_statistics;
}

static bool is_chosen(const char *text)
{
    return text && *text;
}

DpsKept *kept_begin(const DpsJob *job, const Schedule *schedule)
{
    const DpsOptions *o = &job->options;
    DpsKept *k = job->kept;

    if (!k || options_network(o) || schedule->painting || schedule->colours ||
        is_chosen(o->style_layers) || is_chosen(o->content_layers) || is_chosen(o->merge_regions))
        return NULL;
    if (k->filled && !serves(&k->options, o))
        empty(k);
    k->job = job;
    k->work = (DpsWork){ o->threads, ask, k };
    k->options = *o;
    k->filled = true;
    return k;
}

void kept_end(DpsKept *k, DpsStatus status)
{
    k->job = NULL;
    if (status)
        drop_device(k);
    else
        work_rest();
}

/* ------------------------------------------------------------------------- copies */

static bool copy_image(const DpsImage *from, DpsImage *to)
{
    *to = (DpsImage){ 0 };
    return !from->data || image_copy(from, to);
}

static bool copy_counterparts(const int *from, int regions, int **to)
{
    size_t bytes = ((size_t) regions + 1) * sizeof **to;

    *to = from ? malloc(bytes) : NULL;
    if (*to)
        memcpy(*to, from, bytes);
    return *to || !from;
}

static bool copy_regions(const RegionSet *from, RegionSet *to)
{
    size_t bytes = (size_t) from->count * sizeof *to->report;

    *to = (RegionSet){ .count = from->count, .matched = from->matched };
    to->report = malloc(bytes + 1);
    if (to->report)
        memcpy(to->report, from->report, bytes);
    return copy_image(&from->content, &to->content) && copy_image(&from->style, &to->style) &&
           to->report;
}

bool kept_store_photos(DpsKept *k, const DpsImage largest[2], const int *counterpart)
{
    drop_photos(k);
    k->photos = copy_image(&largest[0], &k->largest[0]) &&
                copy_image(&largest[1], &k->largest[1]) &&
                copy_counterparts(counterpart, k->job->regions, &k->counterpart);
    if (!k->photos)
        drop_photos(k);
    return k->photos;
}

bool kept_restore_photos(const DpsKept *k, DpsImage largest[2], int **counterpart)
{
    return copy_image(&k->largest[0], &largest[0]) && copy_image(&k->largest[1], &largest[1]) &&
           copy_counterparts(k->counterpart, k->job->regions, counterpart);
}

bool kept_store(KeptLevel *l, const DpsImage *content, const DpsImage *style,
                const DpsImage *estimate, const RegionSet *regions)
{
    drop_level(l);
    l->prepared = copy_image(content, &l->content) && copy_image(style, &l->style) &&
                  copy_image(estimate, &l->estimate) && copy_regions(regions, &l->regions);
    if (!l->prepared)
        drop_level(l);
    return l->prepared;
}

bool kept_restore(const KeptLevel *l, DpsImage *content, DpsImage *style, DpsImage *estimate,
                  RegionSet *regions)
{
    return copy_image(&l->content, content) && copy_image(&l->style, style) &&
           copy_image(&l->estimate, estimate) && copy_regions(&l->regions, regions);
}
