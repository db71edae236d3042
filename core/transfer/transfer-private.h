/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* transfer-private.h - a run, for the files that it is made of.
 *
 *   transfer.c  from a job to a result
 *   level.c     one working size: its pictures and masks, what the device does with them
 *   progress.c  how much of the work is done, and telling the caller
 *
 * A level is a working size of the schedule; a stage, DpsStage, is what a run is doing. */

#ifndef TRANSFER_PRIVATE_H
#define TRANSFER_PRIVATE_H

#include "regions/palette.h"
#include "run-device.h"

typedef struct {
    const DpsJob *job;
    DpsWork work;
    DpsResult *result;
    Schedule schedule;
    RunDevice device;
    DpsImage largest[2];     /* content and style at the largest level's size */
    DpsImage content, style; /* at the present level's size */
    DpsImage estimate;       /* the colour transfer at that size, where the level makes use of it */
    DpsImage picture;        /* the transfer as it stands, of content's size */
    DpsImage latest;         /* the point that the minimiser has come to, clipped */
    DpsImage shown;          /* as much of it as the user will get, for previews */
    bool accepted;           /* latest is one of this level's points */
    double part;             /* of this level's evaluations that latest has had */
    RegionSet regions;
    Palette *palette; /* of the style's regions at that size; NULL: colours are free */
    int *counterpart; /* what stands in for regions that the style lacks; NULL: nothing does */
    Objective *objective;
    Tensor *x;
    int level, evaluations;  /* evaluations of the levels before */
    double begun, all, done; /* seconds; pixels times evaluations in all, and so far */
    double furthest;         /* of the work, as it was reported */
} Transfer;

/* Brings a photo to a level's size, a long side of `size` pixels: opaque, 3 planes. */
bool level_shrink(const DpsImage *photo, int size, const DpsWork *work, DpsImage *out);

/* Takes t->picture from the last level to t->level, which is l; the first begins as the schedule says.
 * Everything on the device is dropped at the end.  DPS_OK, or what went wrong, perhaps with a sentence in
 * the result. */
DpsStatus level_run(Transfer *t, const Level *l);

/* Counts the work, in pixels times evaluations. */
void progress_plan(Transfer *t);

/* Tells the caller; preview, of t->content's size, is what has come out so far, and losses what it
 * costs: both may be NULL. */
void progress_report(Transfer *t, DpsStage stage, double done, const DpsLosses *losses,
                     const DpsImage *preview);

/* Seconds, from some moment on. */
double transfer_now(void);

#endif
