/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* under.h - what lies under a layer, as a style: what is pasted into a picture takes the light of its
 * surroundings.
 *
 * It is what one sees of the image without the layer and all that is above it, where the layer is and some
 * way around it, in full resolution.  It is a layer of an image of its own, which nobody sees and who made it
 * deletes. */

#ifndef UNDER_H
#define UNDER_H

#include <libgimp/gimp.h>

/* Whether anything that is switched on lies under the layer. */
gboolean under_is_possible(GimpDrawable *layer);

/* NULL and an error where nothing can be seen there. */
GimpDrawable *under_new(GimpDrawable *layer, GError **error);

/* A number that is another one, with hardly an exception, once the layer's place is, or what one sees of its image: a
 * picture of what lies under the layer takes far longer. */
guint under_stamp(GimpDrawable *layer);

/* Deletes it, with its image.  NULL and others than those of under_new are left alone. */
void under_discard(GimpDrawable *under);

/* Whether an image is one of those. */
gboolean under_is_image(GimpImage *image);

#endif
