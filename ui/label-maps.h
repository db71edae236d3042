/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* label-maps.h - the choice of a label map for each photo, with the nine colours by name and how much of
 * either photo each marks. */

#ifndef LABEL_MAPS_H
#define LABEL_MAPS_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

typedef struct LabelMaps LabelMaps;

/* Lives as long as its widget.  `changed` is told that another map was chosen. */
LabelMaps *label_maps_new(void (*changed)(gpointer data), gpointer data);
GtkWidget *label_maps_widget(LabelMaps *maps);

/* Lists anew what can be chosen, and looks at the maps: style may be NULL. */
void label_maps_refresh(LabelMaps *maps, GimpDrawable *content, GimpDrawable *style);

/* What is chosen; NULL: nothing.  Borrowed. */
GimpDrawable *label_maps_get(LabelMaps *maps, gboolean of_style);

/* FALSE where they can't be chosen. */
gboolean label_maps_set(LabelMaps *maps, GimpDrawable *content, GimpDrawable *style);

/* Says of what is chosen which colours are in the maps. */
void label_maps_look(LabelMaps *maps, GimpDrawable *content, GimpDrawable *style);

#endif
