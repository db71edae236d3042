/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tape.h"

#include "conv-shape.h"
#include "replay.h"

#include <stdlib.h>

typedef enum { STEP_CONV, STEP_POOL, STEP_GRAM, STEP_SQDIFF, STEP_QUAD, STEP_EXCESS } StepKind;

struct Node {
    Tensor *y, *dy; /* dy is NULL on a tape without gradients */
    Node *whole;    /* the node this one is a slice of, or NULL */
    bool graded;    /* something later on the tape has written dy */
};

typedef struct {
    StepKind kind;
    Node *x, *y;
    const Conv *conv;
    const Masks *masks;
    const Linop *linop;
    const Tensor *target;
    Tensor *difference, *scratch; /* x - target, and A times that */
    PoolShape pool;
    double weight;
    int slot;
} Step;

/* Nodes and steps are referred to by address, so the arrays are as long as they will ever be:
 * VGG-19 takes 40 steps, SqueezeNet about as many. */
#define STEPS 256

struct Tape {
    Device *dev;
    bool gradients, broken;
    Node node[STEPS];
    Step step[STEPS];
    int nodes, steps, losses;
    Replay replay; /* of forward and backward */
};

static void drop(Tape *t, Tensor *x)
{
    if (x)
        t->dev->be->drop(x);
}

Tape *tape_new(Device *dev, int c, int h, int w, bool gradients)
{
    Tape *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->dev = dev;
    t->gradients = gradients;
    Node *n = &t->node[t->nodes++];
    n->y = dev->be->tensor(dev, c, h, w);
    n->dy = gradients ? dev->be->tensor(dev, c, h, w) : NULL;
    t->broken = !n->y || (gradients && !n->dy);
    return t;
}

void tape_free(Tape *t)
{
    if (!t)
        return;
    replay_drop(&t->replay, t->dev);
    for (int i = t->steps - 1; i >= 0; i--) {
        drop(t, t->step[i].difference);
        drop(t, t->step[i].scratch);
    }
    for (int i = t->nodes - 1; i >= 0; i--) {
        drop(t, t->node[i].y);
        drop(t, t->node[i].dy);
    }
    free(t);
}

bool tape_ok(const Tape *t)
{
    return t && !t->broken;
}

Node *tape_input(Tape *t)
{
    return &t->node[0];
}

Device *tape_device(const Tape *t)
{
    return t->dev;
}

int tape_losses(const Tape *t)
{
    return t->losses;
}

const Tensor *node_value(const Node *n)
{
    return n->y;
}

static bool broken(Tape *t)
{
    t->broken = t->broken || t->nodes == STEPS || t->steps == STEPS;
    return t->broken;
}

/* Takes over y and dy. */
static Node *node(Tape *t, Tensor *y, Tensor *dy, Node *whole)
{
    if (!y || (t->gradients && !dy)) {
        drop(t, y);
        drop(t, dy);
        t->broken = true;
        return NULL;
    }
    Node *n = &t->node[t->nodes++];
    *n = (Node){ .y = y, .dy = dy, .whole = whole };
    return n;
}

static Node *fresh(Tape *t, int c, int h, int w)
{
    const Backend *be = t->dev->be;
    Tensor *y = be->tensor(t->dev, c, h, w);

    return node(t, y, y && t->gradients ? be->tensor(t->dev, c, h, w) : NULL, NULL);
}

static Node *record(Tape *t, Step s)
{
    if (s.y)
        t->step[t->steps++] = s;
    return s.y;
}

static int record_loss(Tape *t, Step s)
{
    s.slot = t->losses++;
    t->step[t->steps++] = s;
    return s.slot;
}

Node *tape_conv(Tape *t, Node *x, const Conv *c)
{
    if (broken(t))
        return NULL;
    Node *y = fresh(t, c->shape.cout, conv_side(&c->shape, x->y->h), conv_side(&c->shape, x->y->w));
    return record(t, (Step){ .kind = STEP_CONV, .x = x, .y = y, .conv = c });
}

Node *tape_join(Tape *t, Node *x, const Conv *first, const Conv *second)
{
    const Conv *half[] = { first, second };
    const ConvShape *a = &first->shape;
    int c0 = 0;

    if (broken(t))
        return NULL;
    Node *whole = fresh(t, a->cout + second->shape.cout, conv_side(a, x->y->h),
                        conv_side(a, x->y->w));
    for (int i = 0; i < 2 && whole; i++) {
        Node *y = tape_slice(t, whole, c0, half[i]->shape.cout);
        if (broken(t))
            return NULL;
        record(t, (Step){ .kind = STEP_CONV, .x = x, .y = y, .conv = half[i] });
        c0 += half[i]->shape.cout;
    }
    return whole;
}

Node *tape_pool(Tape *t, Node *x, const PoolShape *p, bool ceil)
{
    if (broken(t))
        return NULL;
    Node *y = fresh(t, x->y->c, pool_side(p, x->y->h, ceil), pool_side(p, x->y->w, ceil));
    return record(t, (Step){ .kind = STEP_POOL, .x = x, .y = y, .pool = *p });
}

Node *tape_slice(Tape *t, Node *x, int c0, int c)
{
    const Backend *be = t->dev->be;

    if (broken(t))
        return NULL;
    return node(t, be->slice(x->y, c0, c), x->dy ? be->slice(x->dy, c0, c) : NULL,
                x->whole ? x->whole : x);
}

Node *tape_gram(Tape *t, Node *x, const Masks *m)
{
    if (broken(t))
        return NULL;
    Node *y = fresh(t, m->k, x->y->c, x->y->c);
    return record(t, (Step){ .kind = STEP_GRAM, .x = x, .y = y, .masks = m });
}

int tape_sqdiff(Tape *t, Node *x, const Tensor *target, double weight)
{
    if (broken(t))
        return -1;
    return record_loss(t,
                       (Step){ .kind = STEP_SQDIFF, .x = x, .target = target, .weight = weight });
}

static Tensor *like(Tape *t, const Tensor *x)
{
    return t->dev->be->tensor(t->dev, x->c, x->h, x->w);
}

int tape_quad(Tape *t, Node *x, const Linop *a, const Tensor *target, double weight)
{
    Step step = { .kind = STEP_QUAD, .x = x, .linop = a, .target = target, .weight = weight };

    if (broken(t))
        return -1;
    step.scratch = like(t, x->y);
    step.difference = target ? like(t, x->y) : NULL;
    if (!step.scratch || (target && !step.difference)) {
        drop(t, step.scratch);
        drop(t, step.difference);
        t->broken = true;
        return -1;
    }
    return record_loss(t, step);
}

int tape_excess(Tape *t, Node *x, double weight)
{
    if (broken(t))
        return -1;
    return record_loss(t, (Step){ .kind = STEP_EXCESS, .x = x, .weight = weight });
}

double tape_total(const Tape *t, const double *losses)
{
    double f = 0;

    for (int i = 0; i < t->steps; i++)
        if (t->step[i].kind >= STEP_SQDIFF)
            f += t->step[i].weight * losses[t->step[i].slot];
    return f;
}

static void copy(const Backend *be, Tensor *y, const Tensor *x)
{
    be->lincomb(y, 1, (double[]){ 1 }, (Tensor *[]){ (Tensor *) x });
}

static void forward(Tape *t)
{
    const Backend *be = t->dev->be;

    for (Step *s = t->step; s < t->step + t->steps; s++)
        switch (s->kind) {
        case STEP_CONV:
            be->conv(s->y->y, s->conv, s->x->y);
            break;
        case STEP_POOL:
            be->pool(s->y->y, s->x->y, &s->pool);
            break;
        case STEP_GRAM:
            be->gram(s->y->y, s->x->y, s->masks);
            break;
        case STEP_SQDIFF:
        case STEP_QUAD:
        case STEP_EXCESS:
            break;
        }
}

void tape_forward(Tape *t, const Tensor *x)
{
    copy(t->dev->be, t->node[0].y, x);
    forward(t);
}

/* loss = d'Ad with d = x - target, gradient 2Ad. */
static void quad(const Backend *be, const Step *s, bool add)
{
    Tensor *x = s->x->y, *dx = s->x->dy, *ax = s->scratch;

    if (s->target) {
        be->lincomb(s->difference, 2, (double[]){ 1, -1 }, (Tensor *[]){ x, (Tensor *) s->target });
        x = s->difference;
    }
    be->apply(ax, s->linop, x);
    be->dots(s->slot, x, 1, &ax);
    be->lincomb(dx, 1 + add, (double[]){ 2 * s->weight, 1 }, (Tensor *[]){ ax, dx });
}

static void clear(const Backend *be, Tensor *x)
{
    be->lincomb(x, 1, (double[]){ 0 }, &x);
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
        Node *x = s->x, *y = s->y;

        if (idle(s))
            continue;
        bool add = mark(be, x);
        switch (s->kind) {
        case STEP_CONV:
            be->conv_back(x->dy, s->conv, y->dy, y->y, add);
            break;
        case STEP_POOL:
            be->pool_back(x->dy, y->dy, y->y, x->y, &s->pool, add);
            break;
        case STEP_GRAM:
            be->gram_back(x->dy, y->dy, x->y, s->masks, add);
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
    copy(t->dev->be, t->node[0].y, x);
    replay_run(&t->replay, t->dev, forward_and_backward, t);
    copy(t->dev->be, g, t->node[0].dy);
}
