/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* workplace.h - where a run computes: a device with the network's file loaded on it, and what
 * happens when the device turns out too small or breaks off: the processor takes its place, and a
 * notice says so.
 *
 * The pictures, and how far the run has come, are transfer.c's.  Zeroed but for the first three, it
 * is closed; workplace_close frees all that it holds. */

#ifndef WORKPLACE_H
#define WORKPLACE_H

#include "job.h"

typedef struct {
    const DpsJob *job;
    DpsResult *result; /* device, network, notices and messages go there */
    Schedule *schedule;
    Device *dev;
    Network *network; /* from a file; NULL: built in, made for each stage */
} Workplace;

/* Opens the device that the job asks for and loads the network.  A schedule that is too large for
 * the device's own memory gets a smaller working size, or the processor.  DPS_OK; DPS_BAD_INPUT,
 * DPS_BAD_FILE (with a sentence in the result) or DPS_NO_MEMORY. */
DpsStatus workplace_open(Workplace *);
void workplace_close(Workplace *);

/* After *status: true where the device was at fault, not the job.  The workplace is then the
 * processor's, *status says whether that went well, and everything that was on the device, which
 * must have been dropped before, has to be made again. */
bool workplace_retreats(Workplace *, DpsStatus *status);

#endif
