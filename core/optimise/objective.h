/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* objective.h - the paper's equation: which losses, where, how heavy.
 *
 *     E(O) = content + sum over layers, regions of style + matting  (+ total variation or gamut)
 *
 * Two weightings of the same terms:
 *
 *   relative  each layer's style loss divided by sum over k of |T_k|^2, the content's by |F[I]|^2, the
 *             matting energy by the number of pixels; G_k = (m_k F)(m_k F)' / sum(m_k).  Independent
 *             of network and size.  Adds the mean squared excess over [0, 1] and the mean squared
 *             distance to the first guess, which keeps colours plausible where the style says
 *             little.  A region that has n pixels at a layer, fewer than enough, weighs n / enough
 *             there: a Gram matrix of few pixels says little of a texture.  The default.
 *   paper     the authors' numbers, made for the original VGG-19 at 700 px; masks follow the network
 *             through its convolutions and poolings.  Adds the total variation.
 *
 * An Objective is made for one size and pair; it records the tape that lbfgs walks.  The network
 * must outlive it.  How the minimum is found is lbfgs.h's. */

#ifndef OBJECTIVE_H
#define OBJECTIVE_H

#include "network/networks.h"
#include "regions/regions.h"

typedef struct {
    bool paper;
    double style, content; /* weights as in the paper weighting's and prototype's formulas */
    double matting;        /* lambda; 0: no such term */
    double variation;      /* paper weighting only */
    double gamut;          /* relative weighting only */
    double guess;          /* of the mean squared distance to the first guess; 0: no such term */
    const DpsImage *first; /* that guess, which objective_new only reads; NULL: no such term */
    double enough; /* relative weighting: pixels of a region at a layer below which its loss there
                    * weighs less; 0: all weigh the same */
    int window_radius;     /* of the matting windows */
    double eps;            /* theirs, see matting.h; 0: MATTING_EPS */
    int threads;           /* for the host's part */
} ObjectiveOptions;

typedef struct {
    double total, style, content, matting;
} Losses;

typedef struct Objective Objective;

/* content, style: 3 planes, at working size; set: masks of the same two sizes.
 * DPS_OK, DPS_NO_MEMORY, DPS_CANCELLED or DPS_DEVICE_FAILED. */
DpsStatus objective_new(const Network *, const DpsImage *content, const DpsImage *style,
                        const RegionSet *set, const ObjectiveOptions *, Objective **objective);
void objective_free(Objective *);

Tape *objective_tape(const Objective *);
/* The matting Laplacian on the device; NULL without the term. */
const Linop *objective_matting(const Objective *);

/* The diagonal operator that scales a change to what may change: 1 where the regions have a
 * counterpart, 0 where they have none and keep their look.  NULL where all have one. */
const Linop *objective_free_part(const Objective *);

/* The terms behind an evaluation's slots: the weighted total, and style, content and matting before
 * their weights. */
Losses objective_losses(const Objective *, const double *slots);

/* Bytes that an objective holds on the device per pixel of the content, for a network of so many
 * floats of features per pixel. */
double objective_bytes_per_pixel(double network_floats, int regions);

#endif
