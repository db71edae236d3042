/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* networks.h - the choice of a network: the built-in one, those that are kept, a file; and the way to one that has
 * yet to be fetched. */

#ifndef NETWORKS_H
#define NETWORKS_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* The row, bound to the config's "network"; *combo is its first control. */
GtkWidget *networks_row(GimpProcedureConfig *config, GtkWidget **combo);

/* Told the name of a network that has come. */
typedef void (*NetworkFetched)(const char *name, gpointer data);

/* A window that says what can be fetched, how large it is, from where and under which licence, and fetches it
 * where the user wants that.  Returns at once; the window goes with its parent, and a transfer with the window.
 * `data` must outlive the parent's children. */
void networks_fetch(GtkWindow *parent, NetworkFetched fetched, gpointer data);

#endif
