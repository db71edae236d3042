/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* network-form.h - what is known of a network's file before its numbers are read: which network it is,
 * and what that expects of a picture.
 *
 * It is seen from the names of the tensors, or said by the metadata (networks.h).  This makes no
 * networks, which is network-file.c's part. */

#ifndef NETWORK_FORM_H
#define NETWORK_FORM_H

#include "architectures.h"
#include "device/backend.h"

/* x_network = (x[order] * scale - mean) / deviation, x being RGB in [0, 1]. */
typedef struct {
    const char *name;
    int order[3];
    double scale, mean[3], deviation[3];
} Convention;

typedef struct {
    const Weights *w;
    const char *path;    /* for messages */
    DpsMessage *message; /* may be NULL */
    const Architecture *a;
    Convention input;
    PadMode padding;
    bool ceil;
} NetworkForm;

/* Fills in the rest after w, path and message.  DPS_OK; or DPS_BAD_FILE and a sentence. */
DpsStatus network_form(NetworkForm *);

/* Every tensor of the first so many rows must be there, and none that has no place in the network: DPS_OK,
 * or DPS_BAD_FILE and a sentence. */
DpsStatus network_form_check(const NetworkForm *, int rows);

#endif
