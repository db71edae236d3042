/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* objective.h - the paper's equation: which losses, where, how heavy.
 *
 *     E(O) = sum over terms of weight / normaliser * loss
 *
 * A loss is one of the enumeration below; content and style are made of a network's features, the
 * style's of one term per layer.  Weights, and the rules by which terms are normalised, are the
 * schedule's: options.c has two sets of rules,
 *
 *   relative  each layer's style loss divided by sum over k of |T_k|^2, the content's by |F[I]|^2, what
 *             is summed over pixels by their number; G_k = (m_k F)(m_k F)' / sum(m_k).  Independent
 *             of network and size.  A region that has n pixels at a layer, fewer than
 *             min_region_pixels, weighs n / min_region_pixels there: a Gram matrix of few pixels says
 *             little of a texture.  All zeros: the default.
 *   paper     the authors' numbers, made for the original VGG-19 at 700 px; masks follow the network
 *             through its convolutions and poolings, and regions weigh by their area.
 *
 * An Objective is made for one size and pair; it records the tape that lbfgs walks.  The network
 * must outlive it.  How the minimum is found is lbfgs.h's. */

#ifndef OBJECTIVE_H
#define OBJECTIVE_H

#include "network/networks.h"
#include "regions/regions.h"

typedef enum {
    LOSS_MATTING,   /* lambda: x' M x, M the matting Laplacian */
    LOSS_VARIATION, /* total variation */
    LOSS_GAMUT,     /* squared excess over [0, 1] */
    LOSS_ESTIMATE,  /* squared distance to an initial estimate, which keeps colours plausible where
                     * the style says little */
    LOSS_GRADIENT, /* squared gradient of the difference to the estimate, at a coarse size and where the
                    * content is flat: no rims and no blotches where the content has nothing */
    LOSS_CONTENT,
    LOSS_STYLE,
    LOSSES
} Loss;

typedef struct {
    enum {
        NORMALISE_BY_TARGET,
        NORMALISE_BY_COUNT
    } normalise;                               /* by size, or by number of entries */
    enum { MASKS_SHRINK, MASKS_FOLLOW } masks; /* to a layer in one step, or through the network */
    enum { SHARE_BY_PIXELS, SHARE_BY_AREA } share; /* what regions weigh within a layer */
    bool free_unmatched; /* regions without counterpart change like others; else they are held */
} Weighting;

#define WEIGHTING_PAPER                                       \
    {                                                         \
        NORMALISE_BY_COUNT, MASKS_FOLLOW, SHARE_BY_AREA, true \
    }

typedef struct {
    double weight[LOSSES]; /* 0: no such term */
    Weighting weighting;
    DpsStatistics statistics; /* of the style's features */
    const DpsImage *estimate; /* which objective_new only reads; NULL: no such terms */
    double
        min_region_pixels; /* of a region at a layer, with SHARE_BY_PIXELS; 0: all weigh the same */
    int gradient_size; /* the most that LOSS_GRADIENT's long side has, where a halo is a few pixels
                            * wide; 0: the picture's */
    int window_radius; /* of the matting windows */
    double eps;        /* theirs, see matting.h; 0: MATTING_EPS */
} ObjectiveOptions;

typedef struct Objective Objective;

/* content, style: 3 planes, at working size; set: masks of the same two sizes.
 * DPS_OK, DPS_NO_MEMORY, DPS_CANCELLED or DPS_DEVICE_FAILED. */
DpsStatus objective_new(const Network *, const DpsImage *content, const DpsImage *style,
                        const RegionSet *set, const ObjectiveOptions *, const DpsWork *,
                        Objective **objective);
void objective_free(Objective *);

/* Gives the losses other weights; false where a loss would come or go, and then nothing has changed. */
bool objective_reweigh(Objective *, const double weight[LOSSES]);

Tape *objective_tape(const Objective *);
/* The matting Laplacian on the device; NULL without the term. */
const Linop *objective_matting(const Objective *);

/* The diagonal operator that scales a change to what may change: 1 where the regions have a
 * counterpart, 0 where they have none and keep their look.  NULL where all have one. */
const Linop *objective_free_part(const Objective *);

/* The terms behind an evaluation's slots: the weighted total, and style, content and matting before
 * their weights. */
DpsLosses objective_losses(const Objective *, const double *slots);

/* Bytes that an objective holds on the device per pixel of the content, for a network of so many
 * floats of features per pixel. */
double objective_bytes_per_pixel(double network_floats, int regions);

#endif
