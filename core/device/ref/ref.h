/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ref.h - the reference device: plain loops in double that define what each operation means.
 *
 * For tests only: it is not among the devices of device.h.  Its memory is closed (PROT_NONE)
 * except inside an operation, so code that touches device memory from outside faults here,
 * on a machine without a GPU. */

#ifndef REF_H
#define REF_H

#include "device/backend.h"

extern const Backend ref_backend;

/* Tensors, convolutions, masks and operators that are not yet dropped. */
long ref_live(const Device *);

#endif
