/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* output.h - a result file that appears whole or not at all.
 *
 * The bytes go to a file with a name of its own in the same folder; only when they are
 * complete does that file take the result's name.  The temporary name keeps the
 * extension, by which savers choose their format. */

#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <glib.h>

typedef struct {
    const char *shown; /* the result as the user named it, borrowed */
    char *path;        /* the same, symbolic links followed */
    char *temporary;   /* NULL when there is nothing to put away */
} Output;

/* Whether a result can go to `path`: its folder exists and can be written to, and `path`
 * is no folder, device, write-protected file or one of `inputs` (which end with NULL) under
 * whatever name. */
gboolean output_check(const char *path, const char *const *inputs, GError **error);

/* Whether two names are those of one file, which need not be there yet. */
gboolean output_same_file(const char *a, const char *b);

/* Creates the temporary file, for the user alone.  Ends with output_commit, which gives it the
 * permissions of the file that it takes the place of, or with output_discard. */
gboolean output_begin(Output *output, const char *path, GError **error);
gboolean output_commit(Output *output, GError **error);
void output_discard(Output *output);

/* Two that belong together: both take their names, or both names keep what they had. */
gboolean output_commit_both(Output pair[2], GError **error);

/* All of it for what is in memory. */
gboolean output_write(const char *path, const void *bytes, gsize size, GError **error);

#endif
