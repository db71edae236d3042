/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tape.h"

#include "conv-shape.h"
#include "replay.h"

#include <stdlib.h>

typedef enum { STEP_CONV, STEP_POOL, STEP_GRAM, STEP_SQDIFF, STEP_QUAD, STEP_EXCESS } StepKind;

struct Node {
    Tensor shape; /* of y, which is there when the tape is ready */
    Tensor *y,
        *dy;     /* dy is NULL on a tape without gradients; both in a node that nobody looks at */
    Node *whole; /* the node this one is a slice of, or NULL */
    int first;   /* its first plane there */
    bool graded; /* something later on the tape has written dy */
    bool unseen; /* features that only their Gram matrix and what holds them need: never stored */
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
    bool skip;  /* another step does it, too: */
    Node *from; /* the image of a Gram matrix whose features are unseen; conv makes them of it */
    Held held;  /* and what they are held to; without a target to nothing */
} Step;

/* Nodes and steps are referred to by address, so the arrays are as long as they will ever be:
 * VGG-19 takes 40 steps, SqueezeNet about as many. */
#define STEPS 256

struct Tape {
    Device *dev;
    bool gradients;
    bool broken; /* something was left out */
    bool ready;  /* everything has its memory */
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
    t->node[t->nodes++].shape = (Tensor){ dev, c, h, w };
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

const Tensor *node_shape(const Node *n)
{
    return &n->shape;
}

/* Whether there is room for one more node and step, and nothing was left out before. */
static bool broken(Tape *t)
{
    t->broken = t->broken || t->ready || t->nodes == STEPS || t->steps == STEPS;
    return t->broken;
}

static Node *fresh(Tape *t, int c, int h, int w)
{
    Node *n = &t->node[t->nodes++];

    *n = (Node){ .shape = { t->dev, c, h, w } };
    return n;
}

static Node *record(Tape *t, Step s)
{
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
    Node *y = fresh(t, c->shape.cout, conv_side(&c->shape, x->shape.h),
                    conv_side(&c->shape, x->shape.w));
    return record(t, (Step){ .kind = STEP_CONV, .x = x, .y = y, .conv = c });
}

Node *tape_join(Tape *t, Node *x, const Conv *first, const Conv *second)
{
    const Conv *half[] = { first, second };
    const ConvShape *a = &first->shape;
    int c0 = 0;

    if (broken(t))
        return NULL;
    Node *whole = fresh(t, a->cout + second->shape.cout, conv_side(a, x->shape.h),
                        conv_side(a, x->shape.w));
    for (int i = 0; i < 2; i++) {
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
    Node *y = fresh(t, x->shape.c, pool_side(p, x->shape.h, ceil), pool_side(p, x->shape.w, ceil));
    return record(t, (Step){ .kind = STEP_POOL, .x = x, .y = y, .pool = *p });
}

Node *tape_slice(Tape *t, Node *x, int c0, int c)
{
    if (broken(t))
        return NULL;
    Node *n = fresh(t, c, x->shape.h, x->shape.w);
    n->whole = x->whole ? x->whole : x;
    n->first = x->first + c0;
    return n;
}

Node *tape_gram(Tape *t, Node *x, const Masks *m)
{
    if (broken(t))
        return NULL;
    Node *y = fresh(t, m->k, x->shape.c, x->shape.c);
    return record(t, (Step){ .kind = STEP_GRAM, .x = x, .y = y, .masks = m });
}

int tape_sqdiff(Tape *t, Node *x, const Tensor *target, double weight)
{
    if (broken(t))
        return -1;
    return record_loss(t,
                       (Step){ .kind = STEP_SQDIFF, .x = x, .target = target, .weight = weight });
}

int tape_quad(Tape *t, Node *x, const Linop *a, const Tensor *target, double weight)
{
    Step step = { .kind = STEP_QUAD, .x = x, .linop = a, .target = target, .weight = weight };

    if (broken(t))
        return -1;
    return record_loss(t, step);
}

int tape_excess(Tape *t, Node *x, double weight)
{
    if (broken(t))
        return -1;
    return record_loss(t, (Step){ .kind = STEP_EXCESS, .x = x, .weight = weight });
}

void tape_weigh(Tape *t, int slot, double weight)
{
    replay_drop(&t->replay, t->dev);
    for (Step *s = t->step; s < t->step + t->steps; s++) {
        if (s->kind >= STEP_SQDIFF && s->slot == slot)
            s->weight = weight;
        if (s->held.target && s->held.slot == slot)
            s->held.weight = weight;
    }
}

double tape_total(const Tape *t, const double *losses)
{
    double f = 0;

    for (int i = 0; i < t->steps; i++)
        if (t->step[i].kind >= STEP_SQDIFF)
            f += t->step[i].weight * losses[t->step[i].slot];
    return f;
}

/* ------------------------------------------------------------------------- getting ready */

/* What asks for a node or a slice of it. */
typedef struct {
    int grams, held, others;
    Step *gram, *hold;
} Users;

static Users users_of(Tape *t, const Node *n)
{
    Users u = { 0 };

    for (Step *s = t->step; s < t->step + t->steps; s++) {
        bool gram = s->kind == STEP_GRAM && s->x == n, held = s->kind == STEP_SQDIFF;
        if (s->x != n && s->x->whole != n)
            continue;
        u.grams += gram;
        u.held += held;
        u.others += !gram && !held;
        u.gram = gram ? s : u.gram;
        u.hold = held ? s : u.hold;
    }
    return u;
}

/* A convolution of an image whose features only a Gram matrix needs, and what holds them, is done by
 * the Gram matrix's step, where the device can. */
static void join_with_gram(Tape *t, Step *conv)
{
    Users u = users_of(t, conv->y);

    if (!t->dev->be->conv_gram || conv->y->whole || conv->conv->shape.cin > IMAGE_PLANES ||
        u.grams != 1 || u.held > 1 || u.others ||
        (t->gradients && users_of(t, u.gram->y).held == 0))
        return;
    conv->y->unseen = conv->skip = true;
    u.gram->from = conv->x;
    u.gram->conv = conv->conv;
    if (u.hold) {
        u.hold->skip = true;
        u.gram->held = (Held){ .target = u.hold->target,
                               .first = u.hold->x->first,
                               .slot = u.hold->slot,
                               .weight = u.hold->weight };
    }
}

static Tensor *like(const Node *n)
{
    const Tensor *s = &n->shape;

    return s->dev->be->tensor(s->dev, s->c, s->h, s->w);
}

static Tensor *make(const Node *n, Tensor *whole)
{
    if (!n->whole)
        return like(n);
    return whole ? n->shape.dev->be->slice(whole, n->first, n->shape.c) : NULL;
}

bool tape_ready(Tape *t)
{
    bool ok = t && !t->broken;

    if (!ok || t->ready)
        return ok;
    for (Step *s = t->step; s < t->step + t->steps; s++)
        if (s->kind == STEP_CONV)
            join_with_gram(t, s);
    for (Node *n = t->node; n < t->node + t->nodes && ok; n++) {
        if (n->unseen || (n->whole && n->whole->unseen))
            continue;
        n->y = make(n, n->whole ? n->whole->y : NULL);
        n->dy = t->gradients ? make(n, n->whole ? n->whole->dy : NULL) : NULL;
        ok = n->y && (n->dy || !t->gradients);
    }
    for (Step *s = t->step; s < t->step + t->steps && ok; s++)
        if (s->kind == STEP_QUAD) {
            s->scratch = like(s->x);
            s->difference = s->target ? like(s->x) : NULL;
            ok = s->scratch && (s->difference || !s->target);
        }
    t->broken = !ok;
    t->ready = true;
    return ok;
}

/* ---------------------------------------------------------------------------- evaluating */

static void copy(const Backend *be, Tensor *y, const Tensor *x)
{
    be->lincomb(y, 1, (double[]){ 1 }, (Tensor *[]){ (Tensor *) x });
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
        case STEP_GRAM:
            if (s->from)
                be->conv_gram(s->y->y, s->conv, s->from->y, s->masks);
            else
                be->gram(s->y->y, s->x->y, s->masks);
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
        case STEP_GRAM:
            if (s->from)
                be->conv_gram_back(x->dy, y->dy, s->conv, x->y, s->masks,
                                   s->held.target ? &s->held : NULL, add);
            else
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
    if (!tape_ready(t))
        return;
    copy(t->dev->be, t->node[0].y, x);
    replay_run(&t->replay, t->dev, forward_and_backward, t);
    copy(t->dev->be, g, t->node[0].dy);
}
