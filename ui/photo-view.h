/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* photo-view.h - a photo before and after, with zoom, pan and a line between the two.
 *
 * A view is a GtkWidget that knows where the photo lies in it, and asks for pictures of the part that can
 * be seen; where they come from it doesn't know.  Its properties "zoom" (pixels of the screen for one of
 * the photo; 0: as large as there is room), "split" (before and after side by side), "before" (before
 * alone) and "tint" (the overlay is shown) can be bound to other widgets.
 *
 * Mouse: press to see the photo before; drag the line, or the photo where it is larger than the view; the
 * wheel zooms, and so does a double click.  Keys: 0, 1, 2, + and - zoom, arrows move the photo or the line
 * (with Shift always the line), b, s and r are before, split and tint. */

#ifndef PHOTO_VIEW_H
#define PHOTO_VIEW_H

#include <gtk/gtk.h>

/* The part of a photo that can be seen, in pixels of the photo at this scale, which is at most 1. */
typedef struct {
    int x, y, width, height;
    double scale;
} PhotoPart;

/* Told, in the main loop, that pictures of another part are wanted. */
typedef void (*PhotoViewWanted)(const PhotoPart *part, gpointer data);

/* Wants width x height pixels, and does with much less; `name` is for screen readers. */
GtkWidget *photo_view_new(const char *name, int width, int height, PhotoViewWanted wanted,
                          gpointer data);

/* How large the photo is; asks for pictures. */
void photo_view_set_size(GtkWidget *view, int width, int height);

/* Pictures of a part, of its size; after NULL: none yet.  They are referenced. */
void photo_view_show(GtkWidget *view, const PhotoPart *part, cairo_surface_t *before,
                     cairo_surface_t *after);

/* Where the photo lies, in the widget's coordinates; parts of it may be out of sight. */
void photo_view_get_area(GtkWidget *view, double *x, double *y, double *width, double *height);

/* Regions, stretched over the photo; NULL: none.  Where there is no picture after, they are shown in any
 * case. */
void photo_view_set_overlay(GtkWidget *view, cairo_surface_t *overlay);

#endif
