/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* live-input.h - what live.h's runs compute from: the photos and the request, read from GIMP only where
 * something has changed. */

#ifndef LIVE_INPUT_H
#define LIVE_INPUT_H

#include "live.h"

typedef struct {
    GimpDrawable *content;
    GimpProcedureConfig *config;
    Encoding encoding;
    Photo *photo, *style; /* read to `side` */
    Photo *small, *small_style; /* the same for drafts, which are done before large ones are looked through */
    int side;
    Request request; /* without a drawable: there is none */
    Request found;   /* the same photos, with the regions found in them; or none */
    DpsKept *kept;   /* what drafts of the request's photos and regions have in common */
    LiveChange stale;
    gboolean known; /* the worker has got past the regions: those of the request can be looked at */
} LiveInput;

void live_input_init(LiveInput *input, GimpDrawable *content, GimpProcedureConfig *config);
void live_input_clear(LiveInput *input);

/* Makes the request what the config says, as far as that is stale.  No worker may be running. */
gboolean live_input_read(LiveInput *input, GError **error);

/* The job of a draft, a transfer or a variant; *prepare_data is for live_input_prepare. */
void live_input_job(LiveInput *input, gboolean draft, DpsJob *job);
void live_input_variant(LiveInput *input, LiveVariant variant, DpsJob *job, Request **prepare_data);

/* A JobPrepare; data is the Request.  found_prepare; and what was to be taken together of other regions than those that
 * were found, which a change of the style leaves behind, is left apart. */
DpsStatus live_input_prepare(DpsJob *job, gpointer data, DpsMessage *message);

/* Whether it is computed at once, and at the chosen quality: colours alone, a learnt style or a look. */
gboolean live_input_is_quick(const LiveInput *input);

/* Whether a draft is all that was asked for. */
gboolean live_input_is_draft(const LiveInput *input);

#endif
