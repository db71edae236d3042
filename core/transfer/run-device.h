/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* run-device.h - where a run computes: a device with the network's file loaded on it, and what
 * happens when the device turns out too small or breaks off: the processor takes its place, and a
 * notice says so.
 *
 * The pictures, and how far the run has come, are transfer.c's.  Zeroed but for the first five, it
 * is closed; run_device_close frees all that it holds. */

#ifndef RUN_DEVICE_H
#define RUN_DEVICE_H

#include "job.h"
#include "kept.h"

typedef struct {
    const DpsJob *job;
    const DpsWork *work;
    DpsKept *kept;     /* whose processor is used, and stays open; NULL: none */
    DpsResult *result; /* device, network, notices and messages go there */
    Schedule *schedule;
    Device *dev;
    Network *network; /* from a file; NULL: built in, made for each level */
} RunDevice;

/* Opens the device that the job asks for and loads the network.  A schedule that is too large for
 * the device's own memory gets a smaller working size, or the processor.  DPS_OK; DPS_BAD_INPUT,
 * DPS_BAD_FILE (with a sentence in the result) or DPS_NO_MEMORY. */
DpsStatus run_device_open(RunDevice *);
void run_device_close(RunDevice *);

/* After *status: true where the device was at fault, not the job.  The device is then the
 * processor's, *status says whether that went well, and everything that was on the device, which
 * must have been dropped before, has to be made again. */
bool run_device_fall_back(RunDevice *, DpsStatus *status);

#endif
