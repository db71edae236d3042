/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* live-private.h - live.h, for the files that it is made of: live.c, and live-variants.c, what else might please. */

#ifndef LIVE_PRIVATE_H
#define LIVE_PRIVATE_H

#include "live-input.h"
#include "live-output.h"
#include "live.h"
#include "plug-in/carry.h"

struct Live {
    LiveInput input;
    LiveTold told;
    gpointer data;
    gboolean fresh;    /* style or regions are others than the shown result's */
    unsigned variants; /* bits: those that are still to be computed */

    LiveDoing doing, next; /* next: begun when the worker has ended */
    LiveVariant variant;   /* while doing LIVE_VARIATION */
    Job *job;              /* running */
    Carry *carry;
    gboolean use;
    guint timer, tick;

    LiveOutput output;
    gboolean final;
    Job *source; /* the result's */
    DpsImage picture;
};

gboolean live_has_result(const Live *live);

/* The worker has ended.  What else might please is computed where nothing else is to be done. */
void live_go_on(Live *live);

/* After a change those variants are wanted that it touches. */
void live_want_variants(Live *live, LiveChange change);

/* Begins the next variant that is missing, where there is one.  No worker is running. */
void live_begin_variant(Live *live);

#endif
