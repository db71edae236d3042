/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* brush.h - a round brush over a widget that shows a photo: strokes by mouse and by keyboard.
 *
 * It draws itself and the stroke that is being made, and knows nothing of masks.  While it is on, the widget
 * gets no presses of the first mouse button, arrows, space, x or square brackets. */

#ifndef BRUSH_H
#define BRUSH_H

#include <gtk/gtk.h>

typedef struct Brush Brush;

/* Where the photo lies, in the widget's coordinates; width 0: there is none. */
typedef struct {
    double x, y, width, height;
} BrushArea;

typedef void (*BrushFind)(GtkWidget *widget, BrushArea *area);

/* A place of a stroke, 0 to 1 across the photo and down. */
typedef struct {
    double x, y;
} BrushPoint;

typedef struct {
    /* A stroke has ended, which went through these places. */
    void (*stroke)(Brush *brush, const BrushPoint *point, int points, gpointer data);
    /* The keyboard wants a smaller (-1) or a larger brush, or to erase instead of adding, and back. */
    void (*resize)(int direction, gpointer data);
    void (*swap)(gpointer data);
} BrushTold;

/* Lives as long as the widget; off at first. */
Brush *brush_new(GtkWidget *widget, BrushFind find, const BrushTold *told, gpointer data);
void brush_set_on(Brush *brush, gboolean on);

/* Its radius, of the photo's longer side; and how the stroke is shown. */
void brush_set(Brush *brush, double radius, const float colour[3]);

#endif
