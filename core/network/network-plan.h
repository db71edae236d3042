/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* network-plan.h - the layers of a network in a file, before its numbers are read: what follows what, and which of the
 * file's tensors each layer has.
 *
 * A Plan is made for one file and one Network; it owns nothing. */

#ifndef NETWORK_PLAN_H
#define NETWORK_PLAN_H

#include "network-form.h"
#include "networks.h"

typedef struct {
    NetworkForm form;
    int row[NETWORK_LAYERS], part[NETWORK_LAYERS]; /* of each of the network's layers */
} Plan;

/* Lists the layers, without their numbers, as far as the choice needs them.  DPS_OK; or DPS_BAD_INPUT and a sentence. */
DpsStatus plan_network(Network *, Plan *, const NetworkChoice *);

const Row *plan_row(const Plan *, int layer);

/* A part of a layer's row: the layer's own, or one of those after it. */
const Part *plan_part(const Plan *, int layer, int next);

/* The filters of a part, or what a normalisation multiplies by; NULL: the file has none. */
const WeightTensor *plan_weight(const Plan *, int layer, int next);

/* How far apart the pixels are that a layer's filters look at. */
int plan_stride(const Plan *, int layer);

#endif
