/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* capture-stderr.h - a stretch of work during which libraries' remarks are collected.
 *
 * Image libraries print to stderr what they make of a file, and some of what they print
 * is the only sign of a failure.  Between capture_stderr_begin and capture_stderr_end both GLib's log and
 * whatever is written to stderr are kept.  libjpeg goes further and ends the program on
 * an error: then the user still gets our sentence about `path`.
 *
 * Not for several threads, and not nested. */

#ifndef CLI_CAPTURE_STDERR_H
#define CLI_CAPTURE_STDERR_H

#include <glib.h>

void capture_stderr_begin(const char *path);

/* The remarks, in one string to be freed; NULL when there were none.  Remarks of GLib's
 * log come with "warning: " before them, those on stderr as they were. */
char *capture_stderr_end(void);

#endif
