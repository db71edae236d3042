/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* gram-error.h - the fourth measure: how far a result is from the style in a trained network.
 *
 * It is the style loss of the relative weighting, unweighted, in a network that a run with the built-in
 * one has not seen: the mean over its style layers of
 *     sum over k of |G_k - T_k|^2 / sum over k of |T_k|^2. */

#ifndef GRAM_ERROR_H
#define GRAM_ERROR_H

#include "device/backend.h"
#include "measure.h"

/* path: the network's file, which is loaded onto the device.  DPS_OK; DPS_BAD_FILE or DPS_BAD_INPUT and a
 * sentence; DPS_NO_MEMORY, or what the device says. */
DpsStatus gram_error(Device *, const MeasureSet *, int regions, const DpsRegion *region,
                     const char *path, const DpsWork *, double *out, DpsMessage *message);

#endif
