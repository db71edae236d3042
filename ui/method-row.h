/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* method-row.h - the choice of a method in the dialog.
 *
 * To a user the presets "artistic" and "reference" are methods, too, and no qualities; for scripts they stay
 * presets.  What a method has no use for can't be changed while it is chosen. */

#ifndef METHOD_ROW_H
#define METHOD_ROW_H

#include <libgimp/gimpui.h>

/* A row for the options "method" and "preset".  `quality` is the preset's own row, from which the methods
 * among the presets are taken out.  The row follows the dialog's config. */
GtkWidget *method_row_new(GimpProcedureDialog *dialog, GtkWidget *quality);

/* A row of an option that matters to transfers only. */
void method_row_add_weight(GtkWidget *method, GtkWidget *row);

/* Whether the method leaves this row, its own or one of those above, without an effect. */
gboolean method_row_is_idle(GtkWidget *row);

#endif
