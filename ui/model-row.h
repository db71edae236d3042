/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* model-row.h - how regions are found: by a model from a file, or without one; and what that means.
 *
 * Bound to the procedure's config; nothing to free. */

#ifndef UI_MODEL_ROW_H
#define UI_MODEL_ROW_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* The label joins `labels`. */
GtkWidget *model_row_new(GimpProcedureConfig *config, GtkSizeGroup *labels);

#endif
