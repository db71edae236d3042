/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* printable.h - text that may hold a file's name, made fit for a terminal, a dialog and JSON. */

#ifndef REPORT_PRINTABLE_H
#define REPORT_PRINTABLE_H

#include <glib.h>

/* A copy in valid UTF-8: bytes that are none, control characters and those that turn the direction of
 * writing become \xNN or \uNNNN.  What is fit already stays as it is.  To be freed. */
char *printable(const char *text);

#endif
