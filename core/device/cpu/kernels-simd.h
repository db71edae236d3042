/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* kernels-simd.h - what the files of the kernels share.
 *
 * They are compiled once per kind of processor, KERNELS being its name and LANES the floats that
 * fit one register.  Vectors are GCC's: the same source serves every instruction set. */

#ifndef KERNELS_SIMD_H
#define KERNELS_SIMD_H

#include "kernels.h"

#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)
#define KERNEL(name) PASTE(name, KERNELS)

#define COLUMNS (2 * LANES)

void KERNEL(product)(const Product *);
void KERNEL(stencil_row)(const StencilRow *, int columns);
void KERNEL(rectified_planes)(float *to, size_t plane, const float *dy, size_t dy_step,
                              const float *y, size_t y_step, int pixels, int channels);
void KERNEL(winograd_input)(float *to, size_t next, const float *const *pixel,
                            const float *const *gate, int channels);
void KERNEL(winograd_output)(float *const *pixel, const float *from, size_t next,
                             const float *bias, bool relu, bool add, int channels);

typedef float Vec __attribute__((vector_size(4 * LANES)));
typedef int Mask __attribute__((vector_size(4 * LANES)));
typedef float Loose __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE Vec load(const float *p)
{
    return *(const Loose *) p;
}

INLINE void store(float *p, Vec v)
{
    *(Loose *) p = v;
}

/* Past the caches, where the processor can. */
INLINE void store_past(float *p, Vec v)
{
#if defined(__clang__)
    __builtin_nontemporal_store(v, (Vec *) p);
#elif LANES == 16 && defined(__AVX512F__)
    __builtin_ia32_movntps512(p, v);
#elif LANES == 8 && defined(__AVX__)
    __builtin_ia32_movntps256(p, v);
#elif LANES == 4 && defined(__SSE__)
    __builtin_ia32_movntps(p, v);
#else
    store(p, v);
#endif
}

/* What was written past the caches is there for other threads. */
INLINE void settle(void)
{
#ifdef __SSE__
    __builtin_ia32_sfence();
#endif
}

INLINE Vec all(float v)
{
    return v - (Vec){ 0 };
}

/* What of v stands where m is positive. */
INLINE Vec where_positive(Vec m, Vec v)
{
    return (Vec) ((Mask) v & (m > (Vec){ 0 }));
}

/* max(v, 0), and 0 for what is no number. */
INLINE Vec rectify(Vec v)
{
#if !defined(__clang__) && LANES == 16 && defined(__AVX512F__)
    return (Vec) __builtin_ia32_maxps512_mask(v, (Vec){ 0 }, (Vec){ 0 }, (short) -1, 4);
#elif !defined(__clang__) && LANES == 8 && defined(__AVX__)
    return __builtin_ia32_maxps256(v, (Vec){ 0 });
#elif !defined(__clang__) && LANES == 4 && defined(__SSE__)
    return __builtin_ia32_maxps(v, (Vec){ 0 });
#else
    return where_positive(v, v);
#endif
}

#endif
