/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cpu.h - the processor as a device: float32, OpenMP threads, SIMD chosen when it is opened,
 * 3 x 3 convolutions of features by minimal filtering, others by oneDNN where the build has it.
 *
 * With the same number of threads, the same calls give the same bits.
 *
 * For tests, opening reads DPS_SIMD ("baseline", "avx2" or "avx512": use no more than that),
 * DPS_ONEDNN ("0": do without) and DPS_SHARE ("all": small operations are shared among the threads
 * too, which otherwise one of them does). */

#ifndef CPU_H
#define CPU_H

#include "device/backend.h"

extern const Backend cpu_backend;

/* Floats in which the processor keeps a convolution's filters, forward and backward. */
double cpu_filter_floats(const ConvShape *);

#endif
