/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* overlay.h - regions as a tint to lay over a photo's preview.
 *
 *     Overlay *overlay = overlay_new(photo);
 *     overlay_add_cover(overlay, cover, 0);
 *     cairo_surface_t *surface = overlay_finish(overlay);
 *
 * overlay_finish frees the overlay and gives a surface that the caller destroys, or NULL when
 * nothing was added. */

#ifndef OVERLAY_H
#define OVERLAY_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "dps.h"

typedef struct Overlay Overlay;

/* The long side of a tint: masks need no more. */
#define OVERLAY_SIDE 640

Overlay *overlay_new(GimpDrawable *photo);
/* A mask of one plane, laid over the whole photo. */
void overlay_add_cover(Overlay *overlay, const DpsImage *cover, int number);
/* The mean of such a mask; 0 of an empty one. */
double overlay_cover(const DpsImage *cover);
void overlay_add_labels(Overlay *overlay, GimpDrawable *labels);
cairo_surface_t *overlay_finish(Overlay *overlay);

#endif
