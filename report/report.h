/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* report.h - what a run did, as JSON for other programs. */

#ifndef REPORT_H
#define REPORT_H

#include <json-glib/json-glib.h>

#include "dps.h"

/* The report of a transfer that was run with these options.  `notices` are sentences of ours, which follow the engine's;
 * NULL-terminated.  The keys are listed in photo-style(1). */
JsonBuilder *report_transfer(const DpsResult *result, const DpsOptions *options,
                             const char *const *notices);

/* Ends the object, and its builder: the JSON, to be freed. */
char *report_finish(JsonBuilder *builder);

/* Writes it to `path`, or to stdout when that is "-". */
gboolean report_save(const char *text, const char *path, GError **error);

/* Both in one. */
gboolean report_write(JsonBuilder *builder, const char *path, GError **error);

/* Sets *error to "FILE: " and the formatted sentence, what can't be shown escaped. */
void report_file_error(GError **error, const char *path, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* A builder with an object begun and "version" set. */
JsonBuilder *report_new(void);

/* Adds a member to the object being built.  A number that is none becomes null. */
void report_number(JsonBuilder *builder, const char *name, double value);
void report_integer(JsonBuilder *builder, const char *name, gint64 value);
void report_string(JsonBuilder *builder, const char *name, const char *value);

/* The most memory that this process has held so far, in bytes. */
gint64 report_peak_memory(void);

#endif
