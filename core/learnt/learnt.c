/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "learnt.h"

#include <stdlib.h>
#include <string.h>

DpsLearnt *learnt_new(const DpsImage *style, unsigned seed, const DpsWork *work)
{
    DpsLearnt *l = calloc(1, sizeof *l);
    int w, h;

    image_fit(style->width, style->height, LEARNT_SIDE, false, &w, &h);
    if (!l || !image_resize_lanczos(style, w, h, work, &l->style)) {
        free(l);
        return NULL;
    }
    image_round8(&l->style);
    predictor_draw(seed, l->weight);
    return l;
}

void dps_learnt_free(DpsLearnt *l)
{
    if (l)
        dps_image_clear(&l->style);
    free(l);
}

const DpsImage *dps_learnt_style(const DpsLearnt *l)
{
    return &l->style;
}

bool learnt_apply(const DpsLearnt *l, const DpsImage *content, const DpsWork *work, DpsImage *guess)
{
    const DpsWork whole = { .threads = work->threads };
    Predictor *p = predictor_new();
    float *input = malloc(PREDICTOR_INPUTS * sizeof *input);
    DpsImage out = { 0 };

    bool ok = p && input && predictor_look(content, guess, &whole, input) &&
              dps_image_init(&out, 3, guess->width, guess->height);
    if (ok) {
        grid_apply(predictor_forward(p, l->weight, input), guess, &whole, &out);
        dps_image_clear(guess);
        *guess = out;
    }
    predictor_free(p);
    free(input);
    return ok;
}
