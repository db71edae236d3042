/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* found.h - regions that the engine finds in both photos, for a job or as channels.
 *
 * The engine finds them in some tenths of a second, so this is done in the main thread.  Painted
 * masks are masks.h's and layers.h's business. */

#ifndef FOUND_H
#define FOUND_H

#include "request.h"

/* Regions of the two photos that the request has read, with names and masks of its own. */
gboolean found_read(Request *request, GError **error);

/* Adds the regions that the photos have in common to the image of each as channels, in one undo
 * step for an image.  *on_content and *on_style become NULL-terminated arrays, region by region,
 * that g_free frees; both stay NULL, and nothing is added, where less than two regions are found. */
gboolean found_add_channels(GimpDrawable *content, GimpDrawable *style, unsigned seed, int threads,
                            GimpDrawable ***on_content, GimpDrawable ***on_style, GError **error);

#endif
