/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* request.h - from the procedure's arguments to a job for the engine.
 *
 * A Request owns everything that its job points to: the pictures, the masks, the strings.  It is
 * made and cleared in the main thread; in between a worker may run its job.  It changes nothing
 * in any image. */

#ifndef REQUEST_H
#define REQUEST_H

#include "photo.h"
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
    Photo *content, *style, *start; /* start: NULL where there is none */
    gboolean find;                  /* the regions are still to be found: found_prepare */
    int found; /* so many of the regions, from the first on, were found */
    DpsRegion *region;
    gboolean under;     /* the style is what lies under the content (under.h) */
    OptionSet settings; /* whose strings the job's options point to */
    DpsJob job;
} Request;

/* Checks the arguments and reads all pixels.  FALSE and an error, one sentence for a person,
 * when something is missing or can't be used; *request is then empty. */
gboolean request_read(Request *request, GimpDrawable *content, GimpProcedureConfig *config,
                      GError **error);

/* The same with photos that were read before, which the request takes references to, whatever the result
 * is to become. */
gboolean request_make(Request *request, Photo *content, Photo *style, const Encoding *encoding,
                      GimpProcedureConfig *config, GError **error);

/* Reads the options anew, and the picture to start with; photos and regions stay.  No worker may be
 * running the request's job.  FALSE and an error where an option can't be used. */
gboolean request_set_options(Request *request, GimpProcedureConfig *config, GError **error);

/* Reads what the result is to become; FALSE and an error where it can't become that. */
gboolean request_set_kind(Request *request, GimpProcedureConfig *config, GError **error);

/* The style that the arguments name, which is not the content; NULL and an error where there is none.
 * Borrowed.  Where they want what lies under the content (under.h) and there is no picture of that yet, one is
 * made and becomes the argument's. */
GimpDrawable *request_style(GimpDrawable *content, GimpProcedureConfig *config, GError **error);

/* Whether the layer, as it is now, can be worked on: not with a palette. */
gboolean request_is_possible(GimpDrawable *layer, GError **error);

/* The layer to work on; NULL and an error unless the drawables are exactly one layer of an RGB
 * or greyscale image, and a selection, if there is one, touches it.
 *
 * With `lenient`, a layer mask stands for its layer, and a channel for the image's only layer:
 * who has just painted a mask has it selected, and not the layer. */
GimpDrawable *request_find_layer(GimpImage *image, GimpDrawable **drawables, gboolean lenient,
                                 GError **error);

/* The job as it is run.  What takes the light of its surroundings keeps its structure ten times as firmly as the
 * options say, which are the user's own. */
DpsJob request_job(const Request *request);

void request_clear(Request *request);

/* The engine's regions become the request's, which frees all of its own in one way. */
void request_adopt(Request *request, int regions, DpsRegion *region);

#endif
