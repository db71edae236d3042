/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* view-bar.h - the buttons above the large view: zoom, before and after, regions. */

#ifndef VIEW_BAR_H
#define VIEW_BAR_H

#include <gtk/gtk.h>

/* For a photo-view.h, whose properties the buttons follow and set. */
GtkWidget *view_bar_new(GtkWidget *view);

#endif
