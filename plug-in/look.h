/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* look.h - a result as a table of colours for other programs, and where that is wanted one more for each of its
 * regions: fitted by a worker, written to files.
 *
 * The table is dps_look_fit's of the photo and the result at the size that drafts are computed from; what such a
 * file holds is look-text.h's business. */

#ifndef LOOK_H
#define LOOK_H

#include "photo.h"
#include "worker.h"

typedef struct LookFit LookFit;

/* Begins to fit tables for a file to what the field makes of the content with these options (amount, take, detail
 * count).  With regions (0: none), of which the content's masks count, also one for each, in files beside it
 * (look-parts.h).  The photo is referenced, and the field's maps and the masks are copied.  NULL where memory is
 * short. */
LookFit *look_fit_start(Photo *content, const DpsField *field, const DpsOptions *options, GFile *file,
                        int regions, const DpsRegion *region, WorkerDone done, gpointer data);

/* Of one that is done: writes the tables, .cube files or, where the name is a PNG's, Hald CLUTs of 16 bits, and the
 * regions' masks.  What is lost, sentences to be freed; NULL and an error, a sentence, where that isn't possible. */
char *look_fit_save(LookFit *fit, GError **error);

/* Stops it if it is still going.  NULL is fine. */
void look_fit_free(LookFit *fit);

#endif
