/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* options.h - from options to a schedule: which sizes, how many evaluations, which minimiser.
 *
 * Only numbers, no work: transfer.c carries a schedule out. */

#ifndef OPTIONS_H
#define OPTIONS_H

#include "optimise/minimise.h"
#include "optimise/objective.h"

typedef enum {
    START_ESTIMATE, /* colour transfer by regions, projected to locally affine */
    START_REINHARD, /* means and deviations by regions */
    START_HISTOGRAM,
    START_CARRY,    /* the last level's result, by local affine fits */
    START_NOISE,    /* grey with a little noise, as the reference begins */
    START_ROUNDED, /* the last level's result in 8 bits, as the reference's second stage reads it */
    START_ENLARGE, /* the last level's result as a picture, for what has no affine maps */
    START_CONTENT,
    START_STYLE, /* drawn to the content's shape */
    START_IMAGE  /* DpsJob.start */
} Start;

typedef struct {
    int size; /* long side of content and style */
    Start start;
    bool trim_masks;   /* what the style's masks catch of other regions is left out */
    bool keep_colours; /* the result keeps to the colours of the style's regions */
    ObjectiveOptions objective;
    Method method;
    LbfgsOptions minimiser;
} Level;

typedef struct {
    int levels;
    Level level[DPS_LEVELS]; /* from small to large */
    NetworkChoice network;
    double
        ensemble; /* a file's network's share of the style where the built-in one has the rest of it,
                     * and the content; 0: it has all */
    bool calibrate; /* the weights are those of the authors' network */
    bool smoothing; /* the reference's local affine smoothing at the end */
    bool colours;   /* nothing is optimised: the start is the result, and no network looks */
    bool painting;  /* no regions; the result goes to full size as a picture, not as colour maps */
} Schedule;

/* For a content whose long side is `side` pixels.  DPS_OK, or DPS_BAD_INPUT and a sentence. */
DpsStatus options_schedule(const DpsOptions *, int side, Schedule *, DpsMessage *message);

/* The network's file, or NULL for the built-in one. */
const char *options_network(const DpsOptions *);

#endif
