/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* tape-private.h - what a tape is made of, for the two files that know.
 *
 *   tape.c           records steps, and gives everything its memory
 *   tape-evaluate.c  walks them forward and back */

#ifndef TAPE_PRIVATE_H
#define TAPE_PRIVATE_H

#include "replay.h"
#include "tape.h"

/* From STEP_SQDIFF on losses. */
typedef enum {
    STEP_CONV,
    STEP_POOL,
    STEP_RECTIFY,
    STEP_SUM,
    STEP_GRAM,
    STEP_MOMENTS,
    STEP_SQDIFF,
    STEP_QUAD,
    STEP_EXCESS
} StepKind;

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
    Node *other; /* what x is added to */
    const Tensor *scale, *shift;
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
 * VGG-19 takes 40 steps, DenseNet-121 200, and more nodes. */
#define STEPS 512

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

#endif
