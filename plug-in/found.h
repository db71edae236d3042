/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* found.h - regions that the engine finds in both photos, for a job and as channels.
 *
 * The engine looks for them in the thread of the job, which touches neither libgimp nor GTK.  Painted
 * masks are pairing.h's and layers.h's business. */

#ifndef FOUND_H
#define FOUND_H

#include "request.h"

/* A JobPrepare; data is the Request.  Finds the regions of the two photos, where the request wants
 * that, by the model that the options name or without one, and makes them the request's and the job's: a later job of the request doesn't look for them
 * again. */
DpsStatus found_prepare(DpsJob *work, gpointer data, DpsMessage *message);

/* How regions are found, for the user: without a model, or with this one, its licence or what is wrong with
 * its description.  To be freed. */
char *found_explain(const char *model);

/* Adds the regions that were found for a request to the image of each photo as channels, in one undo
 * step for an image.  *on_content and *on_style become NULL-terminated arrays, region by region,
 * that g_free frees.  FALSE and an error where less than two regions were found or a photo is closed;
 * both are then NULL. */
gboolean found_add_channels(const Request *request, GimpDrawable ***on_content,
                            GimpDrawable ***on_style, GError **error);

#endif
