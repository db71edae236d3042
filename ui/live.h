/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* live.h - computes what the dialog shows: a draft as soon as something changes, a transfer when it is
 * asked for, and its picture in full size in the end.
 *
 * One worker at a time; a newer wish cancels the older one.  It never waits for the worker, nor touches
 * any image.  It knows no widgets: it tells whoever owns it what has come out. */

#ifndef LIVE_H
#define LIVE_H

#include <libgimp/gimp.h>

#include "plug-in/job.h"
#include "plug-in/request.h"

typedef struct Live Live;

typedef enum {
    LIVE_IDLE,
    LIVE_VARIATION, /* a variant, beside everything else: live_doing calls it idle */
    LIVE_DRAFT,     /* small and soon; also while it is about to begin */
    LIVE_TRANSFER,  /* at the chosen quality */
    LIVE_CARRY      /* the result, to full size */
} LiveDoing;

/* What has changed, each with all before it. */
typedef enum { LIVE_NOTHING, LIVE_OPTIONS, LIVE_REGIONS, LIVE_STYLE, LIVE_CONTENT } LiveChange;

/* What else might please: small drafts, computed while nothing else is to be done. */
typedef enum { LIVE_NO_REGIONS, LIVE_FOUND_REGIONS, LIVE_MORE_STYLE, LIVE_VARIANTS } LiveVariant;

/* By which LIVE_MORE_STYLE multiplies the weight of the style. */
#define LIVE_MORE 3.0

typedef struct {
    /* A newer result, borrowed until the next call. */
    void (*result)(const DpsField *field, gpointer data);
    /* It does something else now, is further, or is done. */
    void (*state)(gpointer data);
    /* Why there is no result, a sentence; NULL: the reason for the last one is gone. */
    void (*trouble)(const char *sentence, gpointer data);
    /* What regions the photos have is known: live_request. */
    void (*regions)(gpointer data);
    /* A variant, borrowed for the call; NULL: there is none of this kind. */
    void (*variant)(LiveVariant variant, const DpsField *field, gpointer data);
    /* The picture in full size is there: live_take_picture. */
    void (*carried)(gpointer data);
} LiveTold;

/* `config` is read, never written. */
Live *live_new(GimpDrawable *content, GimpProcedureConfig *config, const LiveTold *told,
               gpointer data);
void live_free(Live *live);

/* Begins a draft soon, unless a transfer is going on, which only another content ends. */
void live_touch(Live *live, LiveChange change);

/* The same where the pixels of style or content are others; but the result of a transfer stays, until something else
 * is chosen or asked for: whether it does. */
gboolean live_repaint(Live *live, LiveChange change);

/* How much of the result the regions get (DpsOptions.strength): at once, without computing anew. */
void live_set_strength(Live *live, const char *strength);

void live_transfer(Live *live);

/* Carries the result to full size: then live_take_picture gives it, once, and the caller clears it. */
void live_carry(Live *live);
void live_take_picture(Live *live, DpsImage *picture);

/* Gives up the transfer, or the carrying, and goes back to a draft; with `use`, what a transfer has come to
 * is its result. */
void live_cancel(Live *live, gboolean use);

LiveDoing live_doing(Live *live);
void live_poll(Live *live, JobState *state);

/* Whether the result is of the chosen quality, and of what was chosen last. */
gboolean live_is_final(Live *live);

/* The request whose regions the result has, as far as the worker has got to them; NULL: not yet. */
const Request *live_regions(const Live *live);

/* The request whose regions were found in both photos; NULL: none were, or not yet. */
const Request *live_found(Live *live);

/* The result, for the photo in full size. */
DpsField live_field(Live *live);

/* What the result was computed from, and what is known of it; NULL: there is none. */
const Request *live_request(Live *live);
const DpsResult *live_result(Live *live);

/* What is applied to a result without computing anew, and which of the config's options that are. */
void live_read_options(GimpProcedureConfig *config, DpsOptions *options);
gboolean live_is_applied(const char *option);

#endif
