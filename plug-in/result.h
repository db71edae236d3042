/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* result.h - the finished picture becomes a layer, of the photo's image or of a new one.
 *
 * It and filter.h are the only places that change an image, and only after everything is computed: one
 * undo step, or nothing at all. */

#ifndef RESULT_H
#define RESULT_H

#include "request.h"

/* Whether the content layer is there and as large as the result; FALSE and an error, which says what
 * happened, if not. */
gboolean result_fits(const Request *request, int width, int height, GError **error);

/* Inserts `result` above the content layer, which it fits, with its size, offsets and transparency.  The
 * layer's mask shows the result within the selection, if there is one, and within the content's
 * own layer mask.  The layer keeps `report`, of what was done.  `replaced`, an earlier result, is taken
 * out of the image in the same step; NULL: none is. */
GimpLayer *result_insert(const Request *request, const DpsImage *result, const char *report,
                         GimpDrawable *replaced);

/* Opens `result` as an image of its own, with the precision, the colour profile and the resolution of the
 * content's, and with the layer's transparency; `shown`: in a window. */
GimpLayer *result_open(const Request *request, const DpsImage *result, const char *report,
                       gboolean shown);

#endif
