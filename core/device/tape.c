/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tape-private.h"

#include "conv-shape.h"

#include <stdlib.h>

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
    t->node[t->nodes++].shape = (Tensor) { dev, c, h, w };
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

    *n = (Node) { .shape = { t->dev, c, h, w } };
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
    return record(t, (Step) { .kind = STEP_CONV, .x = x, .y = y, .conv = c });
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
        record(t, (Step) { .kind = STEP_CONV, .x = x, .y = y, .conv = half[i] });
        c0 += half[i]->shape.cout;
    }
    return whole;
}

/* A whole that begins with x's planes, and x becomes a slice of it. */
static Node *widen(Tape *t, Node *x)
{
    if (!x->whole)
        x->whole = fresh(t, x->shape.c, x->shape.h, x->shape.w);
    return x->whole;
}

Node *tape_append(Tape *t, Node *stack, Node *x, const Conv *c)
{
    if (broken(t))
        return NULL;
    Node *whole = widen(t, stack);
    int planes = stack->shape.c;
    whole->shape.c = planes + c->shape.cout;
    Node *y = tape_slice(t, whole, planes, c->shape.cout);
    if (broken(t))
        return NULL;
    record(t, (Step) { .kind = STEP_CONV, .x = x, .y = y, .conv = c });
    return tape_slice(t, whole, 0, planes + c->shape.cout);
}

Node *tape_rectify(Tape *t, Node *x, const Tensor *scale, const Tensor *shift)
{
    if (broken(t))
        return NULL;
    Node *y = fresh(t, x->shape.c, x->shape.h, x->shape.w);
    return record(
        t, (Step) { .kind = STEP_RECTIFY, .x = x, .y = y, .scale = scale, .shift = shift });
}

Node *tape_sum(Tape *t, Node *a, Node *b)
{
    if (broken(t))
        return NULL;
    Node *y = fresh(t, a->shape.c, a->shape.h, a->shape.w);
    return record(t, (Step) { .kind = STEP_SUM, .x = a, .other = b, .y = y });
}

Node *tape_pool(Tape *t, Node *x, const PoolShape *p, bool ceil)
{
    if (broken(t))
        return NULL;
    Node *y = fresh(t, x->shape.c, pool_side(p, x->shape.h, ceil), pool_side(p, x->shape.w, ceil));
    return record(t, (Step) { .kind = STEP_POOL, .x = x, .y = y, .pool = *p });
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
    return record(t, (Step) { .kind = STEP_GRAM, .x = x, .y = y, .masks = m });
}

Node *tape_moments(Tape *t, Node *x, const Masks *m)
{
    if (broken(t))
        return NULL;
    Node *y = fresh(t, m->k, 2, x->shape.c);
    return record(t, (Step) { .kind = STEP_MOMENTS, .x = x, .y = y, .masks = m });
}

int tape_sqdiff(Tape *t, Node *x, const Tensor *target, double weight)
{
    if (broken(t))
        return -1;
    return record_loss(t,
                       (Step) { .kind = STEP_SQDIFF, .x = x, .target = target, .weight = weight });
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
    return record_loss(t, (Step) { .kind = STEP_EXCESS, .x = x, .weight = weight });
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
        bool other = s->other && (s->other == n || s->other->whole == n);
        if (s->x != n && s->x->whole != n && !other)
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
        u.gram->held = (Held) { .target = u.hold->target,
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
    for (int slices = 0; slices < 2; slices++)
        for (Node *n = t->node; n < t->node + t->nodes && ok; n++) {
            if (n->unseen || (n->whole && n->whole->unseen) || slices != (n->whole != NULL))
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
