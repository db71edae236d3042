/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* found.h - regions that the engine finds in both photos, for a job or as channels.
 *
 * The engine looks for them in a thread of its own that touches neither libgimp nor GTK: that of the
 * job, or that of a FoundSearch, which tells the main thread of its end.  Painted
 * masks are pairing.h's and layers.h's business. */

#ifndef FOUND_H
#define FOUND_H

#include "request.h"
#include "worker.h"

/* A JobPrepare; data is the Request.  Finds the regions of the two photos, where the request wants
 * that, and makes them the request's and the job's. */
DpsStatus found_prepare(DpsJob *work, gpointer data, DpsMessage *message);

typedef struct FoundSearch FoundSearch;

/* Reads both photos and begins to look for regions; `done` is told when that is over.  NULL and an
 * error where a photo can't be read. */
FoundSearch *found_start(GimpDrawable *content, GimpDrawable *style, unsigned seed, int threads,
                         WorkerDone done, gpointer data, GError **error);

/* Waits for the end and adds the regions to the image of each photo as channels, in one undo
 * step for an image.  *on_content and *on_style become NULL-terminated arrays, region by region,
 * that g_free frees; both stay NULL, and nothing is added, where less than two regions are found. */
gboolean found_add_channels(FoundSearch *found, GimpDrawable ***on_content,
                            GimpDrawable ***on_style, GError **error);

/* Stops the search if it is still going, within some tenths of a second, and frees everything.  NULL
 * is fine. */
void found_free(FoundSearch *found);

#endif
