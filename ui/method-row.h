/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* method-row.h - the choice of a method in the dialog.
 *
 * To a user the presets "artistic" and "reference" are methods, too, and no qualities; for scripts they stay
 * presets. */

#ifndef METHOD_ROW_H
#define METHOD_ROW_H

#include <libgimp/gimpui.h>

/* A row for the options "method" and "preset".  `quality` is the preset's own row, from which the methods
 * among the presets are taken out.  The row follows the dialog's config. */
GtkWidget *method_row_new(GimpProcedureDialog *dialog, GtkWidget *quality);

#endif
