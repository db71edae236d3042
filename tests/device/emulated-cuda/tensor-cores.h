/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* tensor-cores.h - the products of core/device/cuda/tensor-cores.h: a thread lays out what it has of the factors,
 * waits for the other 31, and finds what its own sums need among theirs. */

#ifndef EMULATED_TENSOR_CORES_H
#define EMULATED_TENSOR_CORES_H

#include "cuda_runtime.h"

#include <stdint.h>
#include <string.h>

/* What the units keep of a number: they cut off what TF32 has no room for. */
static inline float emulated_cut(float v, uint32_t add)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    bits = (bits + add) & ~0u << 13;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline float tf32_nearest(float v)
{
    return emulated_cut(v, 1u << 12);
}

struct EmulatedFactors {
    float a[4], b[2];
};

/* By turns, so that a thread that is ahead doesn't change what others still read. */
static EmulatedFactors emulated_factors[2][1024];
static unsigned emulated_turn[1024];

static inline void multiply_tf32(float (&sum)[4], const float (&a)[4], const float (&b)[2])
{
    unsigned lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
    EmulatedFactors *own = emulated_factors[emulated_turn[threadIdx.x]++ % 2];
    EmulatedFactors *warp = own + (threadIdx.x - lane);

    for (int i = 0; i < 4; i++)
        warp[lane].a[i] = emulated_cut(a[i], 0);
    for (int i = 0; i < 2; i++)
        warp[lane].b[i] = emulated_cut(b[i], 0);
    __syncwarp();
    for (unsigned s = 0; s < 4; s++)
        for (unsigned k = 0; k < 8; k++) {
            const EmulatedFactors &left = warp[4 * g + k % 4],
                                  &right = warp[4 * (2 * t + s % 2) + k % 4];
            sum[s] += left.a[s / 2 + k / 4 * 2] * right.b[k / 4];
        }
}

#endif
