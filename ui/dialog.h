/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dialog.h - the window: choosing a style, setting the look, watching the transfer.
 *
 * The window stays open while the engine computes, shows the picture as it grows, and can be
 * used again after Cancel or an error.  It puts nothing into the image. */

#ifndef DIALOG_H
#define DIALOG_H

#include "plug-in/job.h"
#include "plug-in/request.h"

/* Returns GIMP_PDB_SUCCESS with *request read and *job finished well, or GIMP_PDB_CANCEL.  The
 * caller frees the job, then clears the request, in either case. */
GimpPDBStatusType dialog_run(GimpProcedure *procedure, GimpDrawable *content,
                             GimpProcedureConfig *config, Request *request, Job **job);

#endif
