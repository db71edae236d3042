/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* filter.h - a finished result becomes a filter on the photo's layer, which stays editable.
 *
 * The filter is our own GEGL operation (gegl/colour-field.c), which GIMP keeps with the layer and in its
 * XCF file: amount and what is taken over can be changed at any time. */

#ifndef FILTER_H
#define FILTER_H

#include "request.h"

/* Whether such a result can be had as a filter; FALSE and an error, which says what to do, where it
 * can't. */
gboolean filter_possible(const DpsOptions *options, GError **error);

/* Puts the field over the content layer, which is there, in place of a filter of ours that it has; one
 * undo step.  GIMP confines it to the selection.  FALSE, with nothing changed, and an error that announces
 * a new layer, where the field can't be kept or GIMP doesn't know the operation. */
gboolean filter_insert(const Request *request, const DpsField *field, GError **error);

/* Takes all filters of ours off a drawable. */
void filter_remove_ours(GimpDrawable *drawable);

#endif
