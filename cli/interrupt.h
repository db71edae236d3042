/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* interrupt.h - Ctrl-C (SIGINT) and SIGTERM.
 *
 * The first signal only raises a flag: the engine sees it within one operation and
 * everything is put away in order.  A second one, for a user who won't wait, removes
 * the unfinished file and ends the program on the spot. */

#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <glib.h>

void interrupt_install(void);

/* Whether a signal has come, and which one (0: none). */
gboolean interrupted(void);
int interrupt_signal(void);

/* Sets *error and returns TRUE when a signal has come. */
gboolean interrupt_check(GError **error);

/* The file to remove when a second signal comes; NULL: none.  The path is copied. */
void interrupt_remove_file(const char *path);

/* Removes it now.  Safe in a signal handler and on the way out. */
void interrupt_discard(void);

#endif
