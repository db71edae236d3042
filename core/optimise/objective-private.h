/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* objective-private.h - the objective as a list of terms, for the files that make them.
 *
 * A loss has a constructor, which appends its terms with their operands; objective.c's table names it, and
 * records all terms on the tape in the same way.  The style loss, the longest, is in style-loss.c. */

#ifndef OBJECTIVE_PRIVATE_H
#define OBJECTIVE_PRIVATE_H

#include "objective.h"

/* weight / normaliser times a loss of x, or with masks of the statistics of x: |x - target|^2, with an
 * operator (x - target)' A (x - target), its target zero where there is none, or without either the
 * squared excess over [0, 1].  The objective frees the operands. */
typedef struct {
    Loss loss;
    double weight, share, normaliser; /* share: of the loss's weight, which the weight has in it */
    Node *x;                          /* NULL: the picture */
    Masks *masks;
    Tensor *target;
    Linop *a;
    int slot; /* where the tape leaves the loss */
} Term;

#define TERMS (NETWORK_STYLES + NETWORK_CONTENTS + LOSSES)

struct Objective {
    const Network *network;
    ObjectiveOptions o;
    Tape *tape;
    Linop *free_part;
    int terms;
    Term term[TERMS];
};

/* What terms are made from: the pictures, the masks of the regions that are active, and the network's
 * layers as they stand on the objective's tape. */
typedef struct {
    const DpsImage *content, *style;
    const DpsWork *work;
    DpsImage content_masks, style_masks;
    Node *node[NETWORK_LAYERS];
} Sources;

/* DPS_OK, DPS_NO_MEMORY or what the device says. */
typedef DpsStatus LossConstructor(Objective *, const Sources *);

LossConstructor style_loss_terms;

/* Appends a term; with the weight that the options give its loss. */
Term *objective_add_term(Objective *, Loss, double normaliser);

/* The number that the tape multiplies the term's slot by; 0 where there is nothing to compare with. */
double term_scale(const Term *);

/* A tensor of its own with the same values, or NULL. */
Tensor *objective_copy(const Tensor *);

/* Records what the style is compared by. */
Node *objective_statistics(const Objective *, Tape *, Node *x, const Masks *);

/* Features of a picture: forward only. */
DpsStatus objective_forward(Tape *, const DpsImage *);

#endif
