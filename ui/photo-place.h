/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* photo-place.h - where a photo lies in a view of it: zoom and place, the part that can be seen, and
 * painting there.
 *
 * Lengths of the view are pixels of the screen. */

#ifndef PHOTO_PLACE_H
#define PHOTO_PLACE_H

#include <gtk/gtk.h>

#include "photo-view.h"

typedef struct {
    int photo_width, photo_height;
    int width, height; /* of the view */
    double zoom;       /* pixels of the screen for one of the photo */
    int left, top;     /* of the view in the zoomed photo; negative where the photo is smaller */
} PhotoPlace;

/* zoom 0: as large as there is room.  middle_x, middle_y: what of the photo, 0 to 1, is in the middle of
 * the view, as nearly as its edges allow.  Sizes are set before. */
void photo_place_find(PhotoPlace *place, double zoom, double middle_x, double middle_y);

void photo_place_part(const PhotoPlace *place, PhotoPart *part);

/* What the photo covers of the view. */
void photo_place_area(const PhotoPlace *place, GdkRectangle *area);

/* A picture of a part of the photo, or one stretched over all of it. */
void photo_place_paint(const PhotoPlace *place, cairo_t *cr, cairo_surface_t *surface,
                       const PhotoPart *part);
void photo_place_paint_over(const PhotoPlace *place, cairo_t *cr, cairo_surface_t *surface);

#endif
