/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* look.h - a result as a table of colours for other programs: fitted by a worker, written to a file.
 *
 * The table is dps_look_fit's of the photo and the result at the size that drafts are computed from; what such a
 * file holds is look-text.h's business. */

#ifndef LOOK_H
#define LOOK_H

#include "photo.h"
#include "worker.h"

typedef struct LookFit LookFit;

/* Begins to fit a table to what the field makes of the content with these options (amount, take, detail
 * count).  The photo is referenced, and the field's maps are copied.  NULL where memory is short. */
LookFit *look_fit_start(Photo *content, const DpsField *field, const DpsOptions *options,
                        WorkerDone done, gpointer data);

/* Of one that is done: writes the table, a .cube file or, where the name is a PNG's, a Hald CLUT of 16 bits; in
 * *lost the mean CIEDE2000 that it loses.  FALSE and an error, a sentence, where that isn't possible. */
gboolean look_fit_save(LookFit *fit, GFile *file, double *lost, GError **error);

/* Stops it if it is still going.  NULL is fine. */
void look_fit_free(LookFit *fit);

#endif
