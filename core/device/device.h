/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* device.h - which devices there are to compute on.
 *
 * A device module is a Backend table.  The processor's is always there and comes first; the one for
 * NVIDIA GPUs is a file of its own that is looked for at run time, so that the same program runs
 * with and without a GPU and its libraries.  It is looked for, in this order, in
 *   - the file that the environment variable DPS_CUDA_MODULE names, and then nowhere else,
 *   - the folder of the running program, and DPS_MODULE_PATH from there,
 *   - the folder it was installed to.
 * What can't be loaded or doesn't work is no error: the processor is used.
 *
 * Everything returned is constant and lives as long as the program. */

#ifndef DEVICE_H
#define DEVICE_H

#include "backend.h"

/* The device called `name`; for NULL or "auto" the fastest one that is usable, after it has
 * shown on small tasks that it computes the same as the processor.  `why` (may be NULL, else
 * a message) says where something stood in the way, otherwise nothing: for a
 * name why it can't be used, and NULL is returned; for "auto" why a GPU that seems to be there is
 * not used and the processor has to do. */
const Backend *device_choose(const char *name, DpsMessage *why);

/* The same without the reason. */
const Backend *device_find(const char *name);

/* The processor, which is always there. */
const Backend *device_processor(void);

/* Fills in entry i of the list of devices, whether usable or not: 0 <= i < device_count().  What is
 * not usable says why in `about`. */
int device_count(void);
void device_describe(int i, DpsDeviceInfo *info);

/* Runs some of `be`'s operations and the processor's on the same small tasks.  False, and `why` as
 * above, when it fails or their results differ by more than rounding. */
bool device_check(const Backend *be, DpsMessage *why);

/* Why something failed: what looks like a lack of memory may be a device that answers nothing any
 * more, which is DPS_DEVICE_FAILED.  Any other status is returned as it is. */
DpsStatus device_reason(Device *dev, DpsStatus status);

/* Floats of the host's memory in which the processor keeps a convolution's filters, forward and backward. */
double device_filter_floats(const ConvShape *);

#endif
