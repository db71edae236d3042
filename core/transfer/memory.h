/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* memory.h - how much memory a run takes, and how much this process may have.
 *
 * The one estimate: of a job and its schedule, in the processor's memory or in a device's own.  Whether
 * a run is begun is job.h's and run-device.h's. */

#ifndef MEMORY_H
#define MEMORY_H

#include "options.h"

/* Bytes at the peak of all levels.  With a device that says how large its workspace is, those of its
 * own memory; with NULL those of the processor's, the host's pictures and masks included, the pictures
 * passed in not.  0 when the network's file can't be used. */
double memory_needed(const DpsJob *, const Schedule *, Device *);

/* Bytes that this process may have: what the machine has, or less where a control group (version 1 or
 * 2) or the limit of its address space says so.  Files of the system are looked for in the folder
 * `root`; NULL: "". */
double memory_limit(const char *root);

#endif
