/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* result.h - the finished picture becomes a layer.
 *
 * The only place that changes an image, and only after everything is computed: one undo step,
 * or nothing at all. */

#ifndef RESULT_H
#define RESULT_H

#include "request.h"

/* Inserts `result` above the content layer, with its size, offsets and transparency.  The
 * layer's mask shows the result within the selection, if there is one, and within the content's
 * own layer mask.  The layer keeps `report`, of what was done.  NULL and an error if the
 * image or the layer is gone or has changed. */
GimpLayer *result_insert(const Request *request, const DpsImage *result, const char *report,
                         GError **error);

#endif
