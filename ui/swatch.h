/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* swatch.h - a small square of a region's colour, and lists of regions with such squares. */

#ifndef SWATCH_H
#define SWATCH_H

#include <gtk/gtk.h>

#define SWATCH_SIDE 14

/* A widget that shows a colour, at first black. */
GtkWidget *swatch_new(void);
void swatch_set(GtkWidget *swatch, const float colour[3]);

/* An empty list in so many columns. */
GtkWidget *legend_new(int columns);
void legend_clear(GtkWidget *legend);
/* Adds a colour and what it stands for; faint: there is none of it. */
void legend_add(GtkWidget *legend, const float colour[3], const char *text, gboolean faint);
/* The same with a widget that shows the colour. */
void legend_add_widget(GtkWidget *legend, GtkWidget *mark, const char *text, gboolean faint);

#endif
