/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* hush.h - a stretch of work during which libraries' remarks are collected.
 *
 * Image libraries print to stderr what they make of a file, and some of what they print
 * is the only sign of a failure.  Between hush_begin and hush_end both GLib's log and
 * whatever is written to stderr are kept.  libjpeg goes further and ends the program on
 * an error: then the user still gets our sentence about `path`.
 *
 * Not for several threads, and not nested. */

#ifndef CLI_HUSH_H
#define CLI_HUSH_H

#include <glib.h>

void hush_begin(const char *path);

/* The remarks, in one string to be freed; NULL when there were none.  Remarks of GLib's
 * log come with "warning: " before them, those on stderr as they were. */
char *hush_end(void);

#endif
