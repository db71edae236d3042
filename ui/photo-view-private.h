/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* photo-view-private.h - the large view, for the files that it is made of.
 *
 *   photo-view.c        the widget: its properties, its pictures, drawing
 *   photo-view-input.c  mouse and keyboard */

#ifndef PHOTO_VIEW_PRIVATE_H
#define PHOTO_VIEW_PRIVATE_H

#include "photo-place.h"

#define DPS_TYPE_PHOTO_VIEW (dps_photo_view_get_type())
G_DECLARE_FINAL_TYPE(DpsPhotoView, dps_photo_view, DPS, PHOTO_VIEW, GtkDrawingArea)

typedef enum { HOLD_NOTHING, HOLD_LINE, HOLD_PHOTO, HOLD_BEFORE } Hold;

struct _DpsPhotoView {
    GtkDrawingArea parent_instance;

    int wanted_width, wanted_height; /* of the widget */
    PhotoViewWanted wanted;
    gpointer data;
    guint asking;                    /* not 0: pictures will be asked for */
    PhotoPart asked;                 /* last */
    int width, height;               /* of the photo */
    double zoom, middle_x, middle_y; /* middle: of the view, in the photo, 0 to 1 */
    double line;                     /* 0 to 1, across the view */
    gboolean split, before, tint;

    PhotoPart part; /* of the surfaces */
    cairo_surface_t *surface[2], *overlay;

    Hold hold;
    double x, y; /* where the mouse was last */
};

void photo_view_find_place(DpsPhotoView *view, PhotoPlace *place);

/* Something has moved: asks for pictures where others are wanted, and draws. */
void photo_view_update(DpsPhotoView *view);

/* By so many pixels of the screen; FALSE where all of the photo can be seen. */
gboolean photo_view_move(DpsPhotoView *view, double x, double y);

/* What is at x, y of the widget comes to its middle. */
void photo_view_zoom_at(DpsPhotoView *view, double zoom, double x, double y);

gboolean photo_view_press(GtkWidget *widget, GdkEventButton *event);
gboolean photo_view_release(GtkWidget *widget, GdkEventButton *event);
gboolean photo_view_motion(GtkWidget *widget, GdkEventMotion *event);
gboolean photo_view_scroll(GtkWidget *widget, GdkEventScroll *event);
gboolean photo_view_key(GtkWidget *widget, GdkEventKey *event);

#endif
