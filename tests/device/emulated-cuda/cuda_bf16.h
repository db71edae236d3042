/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cuda_bf16.h - numbers of 16 bits with 8 bits of exponent, for the emulated GPU. */

#ifndef EMULATED_CUDA_BF16_H
#define EMULATED_CUDA_BF16_H

#include <stdint.h>
#include <string.h>

struct __nv_bfloat16 {
    uint16_t bits;
};

struct __nv_bfloat162 {
    __nv_bfloat16 x, y;
};

/* To `dropped` bits less, the nearest number; of two the even one. */
static inline float emulated_round(float v, int dropped)
{
    uint32_t bits, half;

    memcpy(&bits, &v, sizeof bits);
    half = (1u << (dropped - 1)) - 1 + (bits >> dropped & 1);
    bits = (bits + half) & ~0u << dropped;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline __nv_bfloat16 __float2bfloat16(float v)
{
    uint32_t bits;

    v = emulated_round(v, 16);
    memcpy(&bits, &v, sizeof bits);
    return { (uint16_t) (bits >> 16) };
}

static inline float __bfloat162float(__nv_bfloat16 v)
{
    uint32_t bits = (uint32_t) v.bits << 16;
    float f;

    memcpy(&f, &bits, sizeof f);
    return f;
}

static inline __nv_bfloat162 __floats2bfloat162_rn(float x, float y)
{
    return { __float2bfloat16(x), __float2bfloat16(y) };
}

#endif
