/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* carry.h - a result so far, or a finished one, carried to the photo in full size by a worker.
 *
 * What comes out is what a run with the same options gives.  The image isn't touched. */

#ifndef CARRY_H
#define CARRY_H

#include "layers.h"
#include "worker.h"

typedef struct Carry Carry;

/* Reads all of the photo and begins.  The field and what `options` points to must live until
 * carry_free.  `done` is told in the main loop when that is over.  NULL and an error where memory is
 * short. */
Carry *carry_start(GimpDrawable *content, const Encoding *encoding, const DpsField *field,
                   const DpsOptions *options, WorkerDone done, gpointer data, GError **error);

/* Waits for the end and moves the picture to *out, which the caller clears.  DPS_OK, DPS_CANCELLED or
 * DPS_NO_MEMORY. */
DpsStatus carry_finish(Carry *carry, DpsImage *out);

void carry_cancel(Carry *carry);

/* Stops the work if it is still going on, and frees everything.  NULL is fine. */
void carry_free(Carry *carry);

#endif
