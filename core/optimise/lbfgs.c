/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "lbfgs.h"

#include "device/replay.h"

#include <math.h>
#include <stdlib.h>

#define RING (LBFGS_MEMORY + 1) /* the pairs kept and the one being tried */
#define BASIS (2 * RING + 1)    /* s_0 .., u_0 .., p */

typedef struct {
    int ring, n, newest; /* slots in the ring, pairs held, position of the newest */
    Tensor *s[RING], *y[RING], *u[RING];
    Tensor *x, *g, *p, *d;                 /* where we are: point, gradient, P g, direction */
    Tensor *x_next, *g_next, *p_next;      /* the point being tried */
    Tensor *d_next, *scratch[3];           /* room to work in */
    double sy[RING][RING], yu[RING][RING]; /* s_i . y_j,  y_i . u_j */
    double sg[RING], ug[RING], gp;         /* s_i . g,  u_i . g = y_i . p,  g . p */
    double cs[RING], cu[RING], cp;         /* the direction: of s_i, of u_i, of p */
    double sy_new[RING];                   /* room for a row of sy */
    const Preconditioner *preconditioner;
    Replay replay[2]; /* of the preconditioner: g_next and p_next are one of two pairs */
    int turn;         /* which of the two */
} Run;

static int pair(const Run *r, int age)
{
    return (r->newest - age + r->ring) % r->ring;
}

int lbfgs_vectors(const LbfgsOptions *o)
{
    return 3 * (o->memory + 1) + 6 + 4;
}

static bool make(const Backend *be, const Tensor *like, Tensor **t)
{
    return (*t = be->tensor(like->dev, like->c, like->h, like->w));
}

static void run_free(const Backend *be, Run *r)
{
    Tensor *single[] = { r->g,      r->p,      r->d,          r->x_next,     r->g_next,
                         r->p_next, r->d_next, r->scratch[0], r->scratch[1], r->scratch[2] };

    for (int i = 0; i < 2; i++)
        replay_drop(&r->replay[i], r->x->dev);
    for (int i = 0; i < RING; i++) {
        Tensor *row[] = { r->s[i], r->y[i], r->u[i] };
        for (int k = 0; k < 3; k++)
            if (row[k])
                be->drop(row[k]);
    }
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (single[i])
            be->drop(single[i]);
    free(r);
}

static Run *run_new(const Backend *be, Tensor *x, const LbfgsOptions *o)
{
    Run *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    r->ring = (o->memory < LBFGS_MEMORY ? o->memory : LBFGS_MEMORY) + 1;
    r->preconditioner = &o->preconditioner;
    r->x = x;
    bool ok = make(be, x, &r->g) && make(be, x, &r->p) && make(be, x, &r->d) &&
              make(be, x, &r->x_next) && make(be, x, &r->g_next) && make(be, x, &r->p_next) &&
              make(be, x, &r->scratch[0]) && make(be, x, &r->scratch[1]) &&
              make(be, x, &r->scratch[2]) && make(be, x, &r->d_next);
    for (int i = 0; ok && i < r->ring; i++)
        ok = make(be, x, &r->s[i]) && make(be, x, &r->y[i]) && make(be, x, &r->u[i]);
    if (ok)
        return r;
    run_free(be, r);
    return NULL;
}

/* The two-loop recursion in coordinates: d = sum of cs[i] s_i + cu[i] u_i + cp p.  The first loop's
 * q = g - sum alpha_i y_i is never formed: P q = p - sum alpha_i u_i.  Returns d . g. */
static double direction(Run *r)
{
    double alpha[RING], slope, *cs = r->cs, *cu = r->cu, *cp = &r->cp;

    for (int i = 0; i < r->ring; i++)
        cs[i] = cu[i] = 0;
    for (int a = 0; a < r->n; a++) {
        int i = pair(r, a);
        double sq = r->sg[i];
        for (int b = 0; b < a; b++)
            sq -= alpha[pair(r, b)] * r->sy[i][pair(r, b)];
        alpha[i] = sq / r->sy[i][i];
    }
    int last = pair(r, 0);
    double gamma = r->n ? r->sy[last][last] / r->yu[last][last] : 1;
    *cp = -gamma;
    for (int a = 0; a < r->n; a++)
        cu[pair(r, a)] = gamma * alpha[pair(r, a)];
    for (int a = r->n - 1; a >= 0; a--) {
        int i = pair(r, a);
        double yz = -*cp * r->ug[i]; /* z = -d so far */
        for (int b = 0; b < r->n; b++) {
            int j = pair(r, b);
            yz -= cu[j] * r->yu[i][j] + cs[j] * r->sy[j][i];
        }
        cs[i] -= alpha[i] - yz / r->sy[i][i];
    }
    slope = *cp * r->gp;
    for (int i = 0; i < r->ring; i++)
        slope += cs[i] * r->sg[i] + cu[i] * r->ug[i];
    return slope;
}

static void combine(const Backend *be, Run *r)
{
    Tensor *v[BASIS];
    double c[BASIS];
    int n = 0;

    v[n] = r->p;
    c[n++] = r->cp;
    for (int a = 0; a < r->n; a++) {
        int i = pair(r, a);
        v[n] = r->s[i];
        c[n++] = r->cs[i];
        v[n] = r->u[i];
        c[n++] = r->cu[i];
    }
    be->lincomb(r->d, n, c, v);
}

static void precondition(void *data)
{
    Run *r = data;
    const Backend *be = r->x->dev->be;
    const Preconditioner *m = r->preconditioner;
    Tensor *g = r->g_next, *p = r->p_next;

    if (m->scale) {
        be->apply(r->d_next, m->scale, g);
        g = r->d_next;
    }
    if (m->a)
        be->chebyshev(p, m->a, g, m->shift, m->lo, m->hi, m->steps, r->scratch);
    else
        be->lincomb(p, 1, (double[]){ 1 }, &g);
    if (m->scale) {
        be->lincomb(r->d_next, 1, (double[]){ 1 }, &p);
        be->apply(p, m->scale, r->d_next);
    }
}

/* The pair that a step of length t would add, in ring position k. */
static void new_pair(const Backend *be, Run *r, int k, double t)
{
    const double minus[] = { 1, -1 };

    be->lincomb(r->s[k], 1, &t, &r->d);
    be->lincomb(r->y[k], 2, minus, (Tensor *[]){ r->g_next, r->g });
    be->lincomb(r->u[k], 2, minus, (Tensor *[]){ r->p_next, r->p });
}

/* Slots that hold pairs or are about to: they fill up in order. */
static int slots_used(const Run *r)
{
    return r->n + 2 < r->ring ? r->n + 2 : r->ring;
}

/* Queues the dot products from which the tables follow, from `slot` on. */
static void queue_dots(const Backend *be, Run *r, int k, int slot)
{
    int m = r->ring, used = slots_used(r);

    be->dots(slot, r->g_next, used, r->s);
    be->dots(slot + m, r->g_next, used, r->u);
    be->dots(slot + 2 * m, r->g_next, 1, &r->p_next);
    be->dots(slot + 2 * m + 1, r->y[k], 2, (Tensor *[]){ r->s[k], r->u[k] });
}

static int dots_count(const Run *r)
{
    return 2 * r->ring + 3;
}

/* The tables after a step of length t.  The new pair's products with the others need no vectors:
 * y_k = g_next - g, s_k is the direction's combination of s_j, u_j and p, and p . y_i = u_i . g. */
static void store_dots(Run *r, int k, double t, const double *v)
{
    int m = r->ring, used = slots_used(r);
    const double *sg = v, *ug = v + m;

    for (int i = 0; i < used; i++) {
        double sy = r->cp * r->ug[i];
        for (int j = 0; j < used; j++)
            sy += r->cs[j] * r->sy[j][i] + r->cu[j] * r->yu[i][j];
        r->sy[i][k] = sg[i] - r->sg[i];
        r->yu[k][i] = r->yu[i][k] = ug[i] - r->ug[i];
        r->sy_new[i] = t * sy;
    }
    for (int i = 0; i < used; i++) {
        r->sy[k][i] = r->sy_new[i];
        r->sg[i] = sg[i];
        r->ug[i] = ug[i];
    }
    r->gp = v[2 * m];
    r->sy[k][k] = v[2 * m + 1];
    r->yu[k][k] = v[2 * m + 2];
}

static void swap(Tensor **a, Tensor **b)
{
    Tensor *t = *a;

    *a = *b;
    *b = t;
}

/* The point tried becomes the point we are at, as far as gradients go. */
static void store_gradients(Run *r)
{
    swap(&r->g, &r->g_next);
    swap(&r->p, &r->p_next);
    r->turn = !r->turn;
}

typedef struct {
    Tape *tape;
    const LbfgsOptions *o;
    int evaluations, steps;
    double past[LBFGS_PATIENCE]; /* the loss before each of the last steps */
    double slot[SLOTS];
} Search;

/* f and its gradient at x_next, and the tables' new rows for a step of length t. */
static DpsStatus evaluate(Search *q, Run *r, int k, double t, double *f)
{
    Device *dev = tape_device(q->tape);
    const Backend *be = dev->be;
    int losses = tape_losses(q->tape);

    tape_eval(q->tape, r->x_next, r->g_next);
    replay_run(&r->replay[r->turn], dev, precondition, r);
    new_pair(be, r, k, t);
    queue_dots(be, r, k, losses);
    q->evaluations++;
    DpsStatus status = be->read(dev, 0, losses + dots_count(r), q->slot);
    *f = tape_total(q->tape, q->slot);
    return status;
}

/* The minimum of the parabola through f, its slope, and f_next at t, kept in [t / 10, t / 2]. */
static double shorter(double t, double f, double slope, double f_next)
{
    double best = -slope * t / (2 * (f_next - f - slope * t));

    return t * (isfinite(f_next) ? fmax(0.1, fmin(0.5, best)) : 0.1);
}

/* Tries x + t d until the loss falls enough (Armijo's rule).  *found tells whether it does for *t. */
static DpsStatus step(Search *q, Run *r, int k, double *f, double slope, double *t, bool *found)
{
    const Backend *be = tape_device(q->tape)->be;
    double f_next;

    *found = false;
    while (q->evaluations < q->o->evaluations) {
        be->lincomb(r->x_next, 2, (double[]){ 1, *t }, (Tensor *[]){ r->x, r->d });
        DpsStatus status = evaluate(q, r, k, *t, &f_next);
        if (status)
            return status;
        if (!q->o->search || f_next <= *f + 1e-4 * *t * slope) {
            *found = isfinite(f_next);
            *f = f_next;
            return DPS_OK;
        }
        *t = shorter(*t, *f, slope, f_next);
    }
    return DPS_OK;
}

static void advance(const Backend *be, Run *r, int k, double t, const double *dots)
{
    store_dots(r, k, t, dots);
    be->lincomb(r->x, 1, (double[]){ 1 }, &r->x_next);
    store_gradients(r);
    /* A pair joins if the loss curves upward along it; otherwise its place is used again. */
    if (r->sy[k][k] > 1e-10 * r->yu[k][k]) {
        r->newest = k;
        r->n += r->n < r->ring - 1;
    }
}

/* Whether the step from f to f_next is one more of several that hardly gained anything. */
static bool is_enough(Search *q, double f, double f_next)
{
    double *past = &q->past[q->steps++ % LBFGS_PATIENCE];

    *past = f;
    double before = q->past[q->steps % LBFGS_PATIENCE];
    return q->o->least_gain > 0 && q->steps >= LBFGS_PATIENCE &&
           before - f_next < q->o->least_gain * before;
}

static DpsStatus iterate(Search *q, Run *r, LbfgsProgress progress, void *data)
{
    const Backend *be = tape_device(q->tape)->be;
    int losses = tape_losses(q->tape);
    double f, pixels = (double) r->x->c * r->x->h * r->x->w;
    bool found = true;

    be->lincomb(r->x_next, 1, (double[]){ 1 }, &r->x);
    DpsStatus status = evaluate(q, r, 0, 0, &f);
    if (status)
        return status;
    if (!isfinite(f))
        return DPS_DEVICE_FAILED;
    store_dots(r, 0, 0, q->slot + losses);
    store_gradients(r);
    while (found && q->evaluations < q->o->evaluations) {
        double slope = direction(r), t = 1;
        if (!(slope < 0))
            break;
        combine(be, r);
        if (r->n == 0) { /* the gradient's length says nothing about the distance */
            double dd;
            be->dots(0, r->d, 1, &r->d);
            if ((status = be->read(r->x->dev, 0, 1, &dd)))
                return status;
            t = q->o->search ? q->o->first_step / sqrt(dd / pixels)
                             : fmin(1, 1 / sqrt(dd * pixels));
        }
        int k = (r->newest + 1) % r->ring;
        double before = f;
        status = step(q, r, k, &f, slope, &t, &found);
        if (status || !found)
            return status;
        advance(be, r, k, t, q->slot + losses);
        if (progress && !progress(q->evaluations, f, q->slot, r->x, data))
            break;
        if (is_enough(q, before, f))
            break;
    }
    return DPS_OK;
}

DpsStatus lbfgs(Tape *tape, Tensor *x, const LbfgsOptions *o, LbfgsProgress progress, void *data,
                int *evaluations)
{
    const Backend *be = x->dev->be;
    Run *r = run_new(be, x, o);
    Search *q = calloc(1, sizeof *q);
    DpsStatus status = DPS_NO_MEMORY;

    if (r && q) {
        *q = (Search){ .tape = tape, .o = o };
        status = iterate(q, r, progress, data);
        *evaluations = q->evaluations;
    }
    free(q);
    if (r)
        run_free(be, r);
    return status;
}
