/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* tape.h - an objective as a list of steps, recorded once per image size.
 *
 * Build functions run nothing: they append a step and hand back its output.
 * tape_eval does the steps forward, then backward.  A loss gives its value and
 * the gradient together, backward.  Every buffer is made by tape_ready, so evaluating allocates nothing
 * and every address stays the same from one evaluation to the next.  Features that only a Gram matrix and
 * one squared difference need are never stored, where the device can do without.
 *
 * A build function that finds no room returns NULL (or -1), marks the tape, and lets the following ones
 * do nothing.
 *
 * The tape owns its nodes.  Convolutions, factors, masks, operators and targets are borrowed and must
 * outlive it.  It knows no network and no weights of losses but the numbers it is given. */

#ifndef TAPE_H
#define TAPE_H

#include "backend.h"

typedef struct Tape Tape;
typedef struct Node Node; /* a value on the tape and its gradient */

/* The input is (c, h, w).  Without gradients only tape_forward may be called. */
Tape *tape_new(Device *, int c, int h, int w, bool gradients);
void tape_free(Tape *);
/* Takes the memory, after which nothing more can be recorded; false when it is short, or when something
 * could not be recorded.  What evaluates asks for it, too, and then does nothing. */
bool tape_ready(Tape *);
Node *tape_input(Tape *);

Node *tape_conv(Tape *, Node *x, const Conv *);
/* Two convolutions of the same x, the second's planes after the first's: they write slices of one
 * tensor, so joining costs nothing.  Both outputs must have the same height and width. */
Node *tape_join(Tape *, Node *x, const Conv *first, const Conv *second);
/* Adds planes to features: those of the convolution of x come after the planes that `stack` has, in one tensor
 * with them, and what comes back is all of them.  So joining costs nothing, and stack stays what it is.  x may
 * be made of the stack, which must be whole or have come from here, and to which nothing may have been added
 * meanwhile. */
Node *tape_append(Tape *, Node *stack, Node *x, const Conv *);
/* relu(scale x + shift), plane by plane, (c, 1, 1) both; and the sum of two, rectified. */
Node *tape_rectify(Tape *, Node *x, const Tensor *scale, const Tensor *shift);
Node *tape_sum(Tape *, Node *a, Node *b);
/* Output sides are floor or ceil of side / stride, never less than one pixel. */
Node *tape_pool(Tape *, Node *x, const PoolShape *, bool ceil);
Node *tape_slice(Tape *, Node *x, int c0, int c); /* planes c0 .. c0 + c - 1 of x */
Node *tape_gram(Tape *, Node *x, const Masks *);
Node *tape_moments(Tape *, Node *x, const Masks *); /* means and deviations */

/* Each returns the slot its unweighted loss goes to; the total is sum of weight * loss. */
int tape_sqdiff(Tape *, Node *x, const Tensor *target, double weight);
/* Sum over planes of (x - target)' A (x - target); a NULL target is zero. */
int tape_quad(Tape *, Node *x, const Linop *a, const Tensor *target, double weight);
int tape_excess(Tape *, Node *x, double weight);

/* Another weight for the loss in a slot. */
void tape_weigh(Tape *, int slot, double weight);

void tape_forward(Tape *, const Tensor *x);
const Tensor *node_value(const Node *); /* NULL where the features are not stored */
const Tensor *node_shape(const Node *); /* of the value, before it is there */

/* One evaluation at x: queues losses to slots 0 .. n - 1 and the gradient to g. */
void tape_eval(Tape *, const Tensor *x, Tensor *g);
int tape_losses(const Tape *); /* n */
double tape_total(const Tape *, const double *losses);
Device *tape_device(const Tape *);

#endif
