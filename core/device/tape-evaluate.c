/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tape-private.h"

static void copy(const Backend *be, Tensor *y, const Tensor *x)
{
    be->lincomb(y, 1, (double[]) { 1 }, (Tensor *[]) { (Tensor *) x });
}

static void forward(Tape *t)
{
    const Backend *be = t->dev->be;

    for (Step *s = t->step; s < t->step + t->steps; s++) {
        if (s->skip)
            continue;
        switch (s->kind) {
        case STEP_CONV:
            be->conv(s->y->y, s->conv, s->x->y);
            break;
        case STEP_POOL:
            be->pool(s->y->y, s->x->y, &s->pool);
            break;
        case STEP_RECTIFY:
            be->rectify(s->y->y, s->x->y, s->scale, s->shift);
            break;
        case STEP_SUM:
            be->lincomb(s->y->y, 2, (double[]) { 1, 1 }, (Tensor *[]) { s->x->y, s->other->y });
            be->rectify(s->y->y, s->y->y, NULL, NULL);
            break;
        case STEP_GRAM:
            if (s->from)
                be->conv_gram(s->y->y, s->conv, s->from->y, s->masks);
            else
                be->gram(s->y->y, s->x->y, s->masks);
            break;
        case STEP_MOMENTS:
            be->moments(s->y->y, s->x->y, s->masks);
            break;
        case STEP_SQDIFF:
        case STEP_QUAD:
        case STEP_EXCESS:
            break;
        }
    }
}

void tape_forward(Tape *t, const Tensor *x)
{
    if (!tape_ready(t))
        return;
    copy(t->dev->be, t->node[0].y, x);
    forward(t);
}

/* loss = d'Ad with d = x - target, gradient 2Ad. */
static void quad(const Backend *be, const Step *s, bool add)
{
    Tensor *x = s->x->y, *dx = s->x->dy, *ax = s->scratch;

    if (s->target) {
        be->lincomb(s->difference, 2, (double[]) { 1, -1 },
                    (Tensor *[]) { x, (Tensor *) s->target });
        x = s->difference;
    }
    be->apply(ax, s->linop, x);
    be->dots(s->slot, x, 1, &ax);
    be->lincomb(dx, 1 + add, (double[]) { 2 * s->weight, 1 }, (Tensor *[]) { ax, dx });
}

static void clear(const Backend *be, Tensor *x)
{
    be->lincomb(x, 1, (double[]) { 0 }, &x);
}

/* Whether the next gradient for n has something to be added to.  A slice's gradient is part of
 * the whole's, which must be defined before a part of it is. */
static bool mark(const Backend *be, Node *n)
{
    Node *whole = n->whole ? n->whole : n;
    bool add = whole->graded;

    if (n->whole && !whole->graded) {
        clear(be, whole->dy);
        add = true;
    }
    whole->graded = true;
    return add;
}

/* A value that no loss depends on passes nothing back. */
static bool idle(const Step *s)
{
    return s->y && !(s->y->whole ? s->y->whole : s->y)->graded;
}

static void backward(Tape *t)
{
    const Backend *be = t->dev->be;

    for (int i = 0; i < t->nodes; i++)
        t->node[i].graded = false;
    for (Step *s = t->step + t->steps - 1; s >= t->step; s--) {
        Node *x = s->from ? s->from : s->x, *y = s->y;

        if (s->skip || idle(s))
            continue;
        bool add = mark(be, x);
        switch (s->kind) {
        case STEP_CONV:
            be->conv_back(x->dy, s->conv, y->dy, y->y, add);
            break;
        case STEP_POOL:
            be->pool_back(x->dy, y->dy, y->y, x->y, &s->pool, add);
            break;
        case STEP_RECTIFY:
            be->rectify_back(x->dy, y->dy, y->y, s->scale, add);
            break;
        case STEP_SUM:
            be->rectify_back(x->dy, y->dy, y->y, NULL, add);
            be->rectify_back(s->other->dy, y->dy, y->y, NULL, mark(be, s->other));
            break;
        case STEP_GRAM:
            if (s->from)
                be->conv_gram_back(x->dy, y->dy, s->conv, x->y, s->masks,
                                   s->held.target ? &s->held : NULL, add);
            else
                be->gram_back(x->dy, y->dy, x->y, s->masks, add);
            break;
        case STEP_MOMENTS:
            be->moments_back(x->dy, y->dy, y->y, x->y, s->masks, add);
            break;
        case STEP_SQDIFF:
            be->sqdiff(s->slot, s->weight, x->dy, x->y, s->target, add);
            break;
        case STEP_QUAD:
            quad(be, s, add);
            break;
        case STEP_EXCESS:
            be->excess(s->slot, s->weight, x->dy, x->y, add);
            break;
        }
    }
    if (!t->node[0].graded)
        clear(be, t->node[0].dy);
}

static void forward_and_backward(void *data)
{
    forward(data);
    backward(data);
}

/* x and g may be others every time; what lies between knows only the tape's own tensors. */
void tape_eval(Tape *t, const Tensor *x, Tensor *g)
{
    if (!tape_ready(t))
        return;
    copy(t->dev->be, t->node[0].y, x);
    replay_run(&t->replay, t->dev, forward_and_backward, t);
    copy(t->dev->be, g, t->node[0].dy);
}
