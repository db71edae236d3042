/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* live-output.h - what live.h's runs have come to, and what the regions' strengths leave of it: another strength
 * needs no other run. */

#ifndef LIVE_OUTPUT_H
#define LIVE_OUTPUT_H

#include "plug-in/request.h"

typedef struct {
    DpsField whole, weak; /* weak: where the strengths weaken anything, else empty */
    char *strength;       /* DpsOptions.strength */
} LiveOutput;

void live_output_clear(LiveOutput *output);

/* Takes the field over.  request: whose regions it was computed with; NULL: they aren't known. */
void live_output_set(LiveOutput *output, DpsField *field, const Request *request);
void live_output_set_strength(LiveOutput *output, const char *strength, const Request *request);

/* Borrowed until the next call; without maps where there is nothing yet. */
const DpsField *live_output_get(const LiveOutput *output);

#endif
