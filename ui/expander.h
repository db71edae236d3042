/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* expander.h - a part of a window that can be folded away, and is at first. */

#ifndef EXPANDER_H
#define EXPANDER_H

#include <gtk/gtk.h>

/* Holds `child`, whose visibility it sets.  The label may have a mnemonic.  Not yet shown itself. */
GtkWidget *expander_new(const char *label, GtkWidget *child);

#endif
