/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* request.h - from the procedure's arguments to a job for the engine.
 *
 * A Request owns everything that its job points to: the pictures, the masks, the strings.  It is
 * made and cleared in the main thread; in between a worker may run its job.  It changes nothing
 * in any image. */

#ifndef REQUEST_H
#define REQUEST_H

#include "layers.h"
#include "report/option-set.h"

/* What becomes of a result. */
typedef enum {
    RESULT_LAYER, /* above the content's */
    RESULT_FILTER,
    RESULT_IMAGE
} ResultKind;

typedef struct {
    GimpDrawable *drawable; /* the content: borrowed */
    ResultKind kind;
    Encoding encoding;
    DpsImage content, style, start;
    gboolean find; /* the regions are still to be found: found_prepare */
    DpsRegion *region;
    OptionSet settings; /* whose strings the job's options point to */
    DpsJob job;
} Request;

/* Checks the arguments and reads all pixels.  FALSE and an error, one sentence for a person,
 * when something is missing or can't be used; *request is then empty. */
gboolean request_read(Request *request, GimpDrawable *content, GimpProcedureConfig *config,
                      GError **error);

/* The layer to work on; NULL and an error unless the drawables are exactly one layer of an RGB
 * or greyscale image, and a selection, if there is one, touches it.
 *
 * With `lenient`, a layer mask stands for its layer, and a channel for the image's only layer:
 * who has just painted a mask has it selected, and not the layer. */
GimpDrawable *request_find_layer(GimpImage *image, GimpDrawable **drawables, gboolean lenient,
                                 GError **error);

void request_clear(Request *request);

/* A photo as the engine sees it: what is shown of a layer, in this encoding.  Of the content itself a
 * filter of ours doesn't count: `content` is true for it. */
gboolean request_read_photo(GimpDrawable *drawable, gboolean content, const Encoding *encoding,
                            DpsImage *out, GError **error);

/* The engine's regions become the request's, which frees all of its own in one way. */
void request_adopt(Request *request, int regions, DpsRegion *region);

#endif
