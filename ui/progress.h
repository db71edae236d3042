/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* progress.h - what the dialog says while it computes, and when something is wrong.
 *
 * A bar with stage, size and time left, and a line for messages above it. */

#ifndef UI_PROGRESS_H
#define UI_PROGRESS_H

#include <libgimp/gimpui.h>

#include "plug-in/job.h"

typedef struct {
    GtkWidget *box, *info, *message, *running, *bar, *left;
} ProgressView;

void progress_view_init(ProgressView *view);

void progress_view_show(ProgressView *view, const JobState *state);
void progress_view_hide(ProgressView *view);

/* Shows a sentence until the next run; NULL takes it away. */
void progress_view_say(ProgressView *view, GtkMessageType type, const char *sentence);

#endif
