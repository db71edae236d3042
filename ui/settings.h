/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* settings.h - the sliders and choices of the dialog.
 *
 * Widgets bound to the procedure's config; nothing to free. */

#ifndef SETTINGS_H
#define SETTINGS_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* What most people change: quality, amount, what to take over, structure, photorealism, detail.  Their
 * labels join `labels`. */
GtkWidget *settings_main(GimpProcedureDialog *dialog, GtkSizeGroup *labels);

/* While it computes only what needs no run can be changed. */
void settings_set_computing(GtkWidget *main, gboolean computing);

/* The rest, folded away. */
GtkWidget *settings_more(GimpProcedureConfig *config);

#endif
