/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* replay.h - work that is done again and again with the same addresses and numbers: recorded by
 * devices that can record, done as it is by the others.
 *
 * A zeroed Replay is new; replay_drop frees what the device keeps for it. */

#ifndef REPLAY_H
#define REPLAY_H

#include "backend.h"

typedef struct {
    Recording *kept;
    bool warm;   /* it has been done once */
    int refused; /* recordings that came to nothing, one after the other */
} Replay;

/* Does the work: `work` calls operations of the device and nothing that waits, uploads or makes
 * tensors.  The first time as it is, so that whatever grows has grown; then recorded.  What could not be
 * recorded three times is done as it is from then on. */
void replay_run(Replay *, Device *, void (*work)(void *data), void *data);
void replay_drop(Replay *, Device *);

#endif
