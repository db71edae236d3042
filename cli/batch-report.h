/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* batch-report.h - what has become of a batch's photos: a line of JSON for each, notices, and the failures
 * that are said at the end.  It starts nothing; batch.c does. */

#ifndef CLI_BATCH_REPORT_H
#define CLI_BATCH_REPORT_H

#include <stdio.h>

#include "batch-list.h"

typedef struct {
    char *file;     /* for the lines; NULL: they are not wanted, "-" the standard output */
    gboolean quiet; /* no notices */
    FILE *lines;
    guint written;       /* results */
    GPtrArray *failures; /* sentences */
    double most_memory;  /* that a photo has taken so far, bytes */
} BatchReport;

/* Opens the file, for more lines with `more`, where it is none of the photos (BatchPhotos) and none of their
 * results.  Ends with batch_report_close; both set *error where they
 * fail.  `failures`, which are made here, are the caller's to unref. */
gboolean batch_report_open(BatchReport *report, const GPtrArray *photos, gboolean more,
                           GError **error);
gboolean batch_report_close(BatchReport *report, GError **error);

/* A photo is done; `text` is the report of its transfer. */
void batch_report_result(BatchReport *report, const BatchPhoto *photo, const char *text);

/* A photo has failed; `printed` is what its transfer said, or NULL. */
void batch_report_failure(BatchReport *report, const BatchPhoto *photo, const char *printed);

#endif
