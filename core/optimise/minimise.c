/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "minimise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VECTORS 6

typedef struct {
    Tape *tape;
    Tensor *x;
    const LbfgsOptions *o;
    LbfgsProgress progress;
    void *data;
    int evaluations;
    Tensor *room[VECTORS];
    double slot[SLOTS], best[SLOTS]; /* losses at the last point tried, and at x */
    double f;                        /* at x */
} Search;

int minimise_vectors(Method method, const LbfgsOptions *o)
{
    return method == MINIMISE_LBFGS ? lbfgs_vectors(o) : VECTORS;
}

static void copy(Tensor *to, Tensor *from)
{
    to->dev->be->lincomb(to, 1, (double[]){ 1 }, &from);
}

/* d = S S g, S being the diagonal that says what may change; scratch is for the way. */
static void restrict_to_free(const Search *q, Tensor *d, Tensor *g, Tensor *scratch)
{
    const Backend *be = d->dev->be;
    const Linop *s = q->o->preconditioner.scale;

    if (!s) {
        copy(d, g);
        return;
    }
    be->apply(scratch, s, g);
    be->apply(d, s, scratch);
}

/* Takes the point as the best so far. */
static void keep(Search *q, Tensor *point, double f)
{
    copy(q->x, point);
    memcpy(q->best, q->slot, (size_t) tape_losses(q->tape) * sizeof *q->best);
    q->f = f;
}

static bool goes_on(const Search *q)
{
    return !q->progress || q->progress(q->evaluations, q->f, q->best, q->x, q->data);
}

/* ------------------------------------------------------------------------- Adam */

static DpsStatus adam(Search *q)
{
    const Backend *be = q->x->dev->be;
    Tensor *at = q->room[0], *g = q->room[1], *m = q->room[2], *v = q->room[3], *d = q->room[4];
    int steps = q->o->evaluations;

    copy(at, q->x);
    for (int t = 1; t <= steps; t++) {
        tape_eval(q->tape, at, g);
        DpsStatus status = be->read(q->x->dev, 0, tape_losses(q->tape), q->slot);
        double f = tape_total(q->tape, q->slot);
        if (status)
            return status;
        q->evaluations = t;
        if (!isfinite(f))
            return t == 1 ? DPS_DEVICE_FAILED : DPS_OK;
        if (t == 1 || f < q->f)
            keep(q, at, f);
        if (!goes_on(q) || t == steps)
            break;
        be->adam(g, m, v, g, 0.9, 0.999, 1e-8, t);
        restrict_to_free(q, d, g, q->room[5]);
        double rate = q->o->first_step * 0.5 * (1 + cos(3.14159265358979 * t / steps));
        be->lincomb(at, 2, (double[]){ 1, -rate }, (Tensor *[]){ at, d });
    }
    return DPS_OK;
}

/* ---------------------------------------------------------------------- descent */

/* f and the gradient at a point, the direction d = S S g and its slope g . d. */
static DpsStatus look(Search *q, Tensor *point, Tensor *g, Tensor *d, double *f, double *slope)
{
    const Backend *be = q->x->dev->be;
    int losses = tape_losses(q->tape);

    tape_eval(q->tape, point, g);
    restrict_to_free(q, d, g, q->room[5]);
    be->dots(losses, g, 1, &d);
    q->evaluations++;
    DpsStatus status = be->read(q->x->dev, 0, losses + 1, q->slot);
    *f = tape_total(q->tape, q->slot);
    *slope = q->slot[losses];
    return status;
}

static void swap(Tensor **a, Tensor **b)
{
    Tensor *t = *a;

    *a = *b;
    *b = t;
}

/* A step that the loss falls on is followed by one of twice the length; one that it doesn't fall on
 * enough (Armijo's rule) is tried again at the minimum of the parabola through what is known. */
static DpsStatus descent(Search *q)
{
    const Backend *be = q->x->dev->be;
    Tensor *g = q->room[0], *d = q->room[1], *next = q->room[2], *g_next = q->room[3];
    Tensor *d_next = q->room[4];
    double f, slope, pixels = (double) q->x->c * q->x->h * q->x->w;

    DpsStatus status = look(q, q->x, g, d, &f, &slope);
    if (status)
        return status;
    if (!isfinite(f))
        return DPS_DEVICE_FAILED;
    keep(q, q->x, f);
    if (!(slope > 0))
        return DPS_OK;
    double t = q->o->first_step / sqrt(slope / pixels);
    while (q->evaluations < q->o->evaluations && slope > 0) {
        double slope_next;
        be->lincomb(next, 2, (double[]){ 1, -t }, (Tensor *[]){ q->x, d });
        if ((status = look(q, next, g_next, d_next, &f, &slope_next)))
            return status;
        if (!(f <= q->f - 1e-4 * t * slope)) {
            double parabola = slope * t / (2 * (f - q->f + slope * t));
            t *= isfinite(f) ? fmax(0.1, fmin(0.5, parabola)) : 0.1;
            continue;
        }
        keep(q, next, f);
        if (!goes_on(q))
            break;
        swap(&g, &g_next);
        swap(&d, &d_next);
        slope = slope_next;
        t *= 2;
    }
    return DPS_OK;
}

/* ----------------------------------------------------------- which of the three */

DpsStatus minimise(Tape *tape, Tensor *x, Method method, const LbfgsOptions *o,
                   LbfgsProgress progress, void *data, int *evaluations)
{
    const Backend *be = x->dev->be;

    if (method == MINIMISE_LBFGS)
        return lbfgs(tape, x, o, progress, data, evaluations);
    Search *q = calloc(1, sizeof *q);
    bool ok = q != NULL;
    DpsStatus status = DPS_NO_MEMORY;
    if (q)
        *q = (Search){ .tape = tape, .x = x, .o = o, .progress = progress, .data = data };
    for (int i = 0; i < VECTORS && ok; i++)
        ok = (q->room[i] = be->tensor(x->dev, x->c, x->h, x->w));
    if (ok) {
        status = method == MINIMISE_ADAM ? adam(q) : descent(q);
        *evaluations = q->evaluations;
    }
    for (int i = 0; q && i < VECTORS; i++)
        if (q->room[i])
            be->drop(q->room[i]);
    free(q);
    return status;
}
