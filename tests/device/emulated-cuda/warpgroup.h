/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* warpgroup.h - the products of core/device/cuda/warpgroup.h, thread by thread.
 *
 * A product is done twice: when it is asked for, and when it is waited for, which is when the sums change.
 * If shared memory is not the same then, because a number came too late or was overwritten too early, the
 * program ends. */

#ifndef EMULATED_WARPGROUP_H
#define EMULATED_WARPGROUP_H

#include "cuda_bf16.h"
#include "cuda_runtime.h"

#include <stdint.h>

#define SHARED_UNITS(name) float4 *name = emulated_shared

uint64_t warpgroup_factor(const float4 *first, unsigned units_apart, unsigned rows_apart);
void warpgroup_begin();
void warpgroup_commit();
void emulated_wait(size_t later);
void emulated_product(float *sum, int n, uint64_t a, uint64_t b, bool bf16);

static inline float warpgroup_tf32_nearest(float v)
{
    return emulated_round(v, 13);
}

static inline void warpgroup_publish()
{
}

template <int LATER> static inline void warpgroup_wait()
{
    emulated_wait(LATER);
}

template <int N> static inline void warpgroup_hold(float (&)[N])
{
}

template <int N> static inline void warpgroup_tf32(float (&sum)[N], uint64_t a, uint64_t b)
{
    emulated_product(sum, N, a, b, false);
}

template <int N> static inline void warpgroup_bf16(float (&sum)[N], uint64_t a, uint64_t b)
{
    emulated_product(sum, N, a, b, true);
}

#endif
