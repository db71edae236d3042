/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dialog.h - the window: choosing a style, seeing what becomes of the photo, setting the look.
 *
 * Every change is seen at once, as a draft; Transfer computes at the chosen quality, and Apply ends the
 * window.  It puts nothing into the image but channels, when asked for them. */

#ifndef DIALOG_H
#define DIALOG_H

#include "live.h"

/* What was applied, with its picture in full size, its request and its result; NULL: cancelled.  The caller
 * frees it.  *earlier is a result of the content that was made before, or NULL, and becomes NULL where the
 * user wants to keep it. */
Live *dialog_run(GimpProcedure *procedure, GimpDrawable *content, GimpDrawable **earlier,
                 GimpProcedureConfig *config);

#endif
