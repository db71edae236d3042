/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* thumbs.h - small pictures of drawables for lists that are filled again and again.
 *
 * Reading one of a layer of 24 megapixels takes half a second, so a picture is kept for a hundred times as long
 * as it took: what is quickly read, such as a mask that is being painted, is read anew. */

#ifndef THUMBS_H
#define THUMBS_H

#include <libgimp/gimp.h>

#include <cairo.h>

/* At most so many pixels of the screen; the caller destroys it, and doesn't change it. */
cairo_surface_t *thumbs_get(GimpDrawable *drawable, int width, int height);

#endif
