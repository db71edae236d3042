/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* interrupt.h - Ctrl-C (SIGINT), SIGTERM and SIGHUP.
 *
 * The first signal only raises a flag: the engine sees it within one operation and
 * everything is put away in order.  A second one, for a user who won't wait, removes
 * the unfinished files and ends the program on the spot.  A file that becomes larger than
 * it may (SIGXFSZ) is an error like any other of writing. */

#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <glib.h>

void interrupt_install(void);

/* Whether a signal has come, and which one (0: none). */
gboolean interrupted(void);
int interrupt_signal(void);

/* Sets *error and returns TRUE when a signal has come. */
gboolean interrupt_check(GError **error);

/* What must be done whole or not at all, in a moment: a second signal waits until the release.  Holds may be nested. */
void interrupt_hold(void);
void interrupt_release(void);

/* A file to remove when a second signal comes, one of two at most, until it is forgotten.  The path is
 * copied. */
void interrupt_add_file(const char *path);
void interrupt_forget_file(const char *path);

/* Removes them now.  Safe in a signal handler and on the way out. */
void interrupt_discard(void);

#endif
