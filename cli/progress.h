/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* progress.h - one line on the terminal that is written anew as the work goes on.
 * In a pipe or a log file it prints nothing at all. */

#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <glib.h>

#include "dps.h"

typedef struct {
    gboolean shown; /* stderr is a terminal, and the user hasn't asked for quiet */
    gint64 next;    /* monotonic microseconds before which the line stays */
} Progress;

void progress_begin(Progress *progress, gboolean quiet);
void progress_show(Progress *progress, const DpsProgress *state);

/* "Reading photo.jpg" and the like. */
void progress_say(Progress *progress, const char *text);

/* Wipes the line. */
void progress_end(Progress *progress);

#endif
