/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* painting.h - masks of the pairs painted in the dialog's pictures, and the bar that goes with it.
 *
 * A stroke grows to the photo's edges (dps_stroke_grow), and becomes part of the pair's channel at once, one
 * undo step in its image.  A pair without a channel gets one. */

#ifndef PAINTING_H
#define PAINTING_H

#include "pairs.h"

typedef struct Painting Painting;

/* Lives as long as its widget, a bar that is hidden while nothing is painted.  `content_view` is a
 * photo-view.h, `style_view` a preview. */
Painting *painting_new(GimpDrawable *content, GtkWidget *content_view, GtkWidget *style_view,
                       PairList *pairs);
GtkWidget *painting_widget(Painting *painting);

/* Another style; NULL: none. */
void painting_set_style(Painting *painting, GimpDrawable *style);

/* Paints the masks of this row; -1: none. */
void painting_set_row(Painting *painting, int row);

#endif
