/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "finish.h"
#include "transfer-private.h"

#include <math.h>
#include <string.h>

void progress_report(Transfer *t, DpsStage stage, double done, const DpsLosses *losses,
                     const DpsImage *preview)
{
    t->furthest = fmax(t->furthest, fmin(1, done / t->all));
    DpsProgress p = { .stage = stage,
                      .fraction = t->furthest,
                      .level = t->level,
                      .levels = t->schedule.levels,
                      .evaluation = t->result->evaluations };

    if (!t->job->progress)
        return;
    if (preview) {
        memcpy(t->shown.data, preview->data, image_values(preview) * sizeof *preview->data);
        finish_share(&t->job->options, &t->content, &t->work, &t->shown);
        p.preview = &t->shown;
        p.content = &t->content;
    }
    p.part = t->part;
    if (losses)
        p.losses = *losses;
    t->job->progress(&p, t->job->data);
}

/* Work is counted in pixels times evaluations; the rest is a share of that, as measured. */
void progress_plan(Transfer *t)
{
    const DpsImage *c = t->job->content;

    for (int i = 0; i < t->schedule.levels; i++) {
        const Level *l = &t->schedule.level[i];
        int w, h;
        image_fit(c->width, c->height, l->size, false, &w, &h);
        t->all += (double) w * h * (l->minimiser.evaluations + 2);
    }
    t->all += 0.3 * (double) image_pixels(c);
}
