/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* warpgroup.h - the products that four warps do together on compute capability 9.0 (PTX: wgmma), as
 * conv-windows.cu uses them.  The tests bring their own header of this name, which does the same without
 * a GPU; hence <warpgroup.h>.
 *
 * A product reads both its factors from shared memory while the threads go on; the sums stay in
 * registers.  Factors lie in units of 16 bytes, each with 4 (TF32) or 8 (BF16) numbers along the sum, and
 * eight rows' units side by side: PTX's layout without swizzle, along K.
 *
 * Only code made for sm_90a has these instructions. */

#ifndef WARPGROUP_H
#define WARPGROUP_H

#include <cuda_runtime.h>
#include <stdint.h>

/* The block's own memory, of the size that it was launched with. */
#define SHARED_UNITS(name) extern __shared__ float4 name[]

/* A factor: where its first unit is, how far the units of a row lie apart, and how far the first units
 * of eight rows and of the next eight; counted in units.  See "Matrix Descriptor" in the PTX manual. */
static __device__ inline uint64_t warpgroup_factor(const float4 *first, unsigned units_apart,
                                                   unsigned rows_apart)
{
    uint64_t address = (uint64_t) __cvta_generic_to_shared(first);

    return (address & 0x3ffff) >> 4 | (uint64_t) units_apart << 16 | (uint64_t) rows_apart << 32;
}

/* The nearest number that TF32 has room for. */
static __device__ inline float warpgroup_tf32_nearest(float v)
{
    uint32_t bits;

    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(v));
    return __uint_as_float(bits);
}

/* Makes what this thread has written to shared memory visible to products; then the threads must wait for
 * each other. */
static __device__ inline void warpgroup_publish()
{
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

/* Before the first of some products. */
static __device__ inline void warpgroup_begin()
{
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}

/* After the last of them. */
static __device__ inline void warpgroup_commit()
{
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}

/* Until all products are done but those of the last LATER commits. */
template <int LATER> static __device__ inline void warpgroup_wait()
{
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(LATER) : "memory");
}

/* Keeps the compiler from moving what it does with the sums to the other side of this place. */
template <int N> static __device__ inline void warpgroup_hold(float (&sum)[N])
{
#pragma unroll
    for (int i = 0; i < N; i++)
        asm volatile("" : "+f"(sum[i])::"memory");
}

#define SUMS_4(s, i) "+f"(s[i]), "+f"(s[i + 1]), "+f"(s[i + 2]), "+f"(s[i + 3])
#define SUMS_16(s, i) SUMS_4(s, i), SUMS_4(s, i + 4), SUMS_4(s, i + 8), SUMS_4(s, i + 12)
#define SUMS_32(s, i) SUMS_16(s, i), SUMS_16(s, i + 16)
#define NAMES_32                               \
    "%0, %1, %2, %3, %4, %5, %6, %7, "         \
    "%8, %9, %10, %11, %12, %13, %14, %15, "   \
    "%16, %17, %18, %19, %20, %21, %22, %23, " \
    "%24, %25, %26, %27, %28, %29, %30, %31"
#define NAMES_NEXT_32                          \
    "%32, %33, %34, %35, %36, %37, %38, %39, " \
    "%40, %41, %42, %43, %44, %45, %46, %47, " \
    "%48, %49, %50, %51, %52, %53, %54, %55, " \
    "%56, %57, %58, %59, %60, %61, %62, %63"

/* sum += a b', for 64 rows of a and as many of b as there are twice as many sums: thread t of the four
 * warps has of rows 16 (t / 32) + t % 32 / 4 and that plus 8 the columns 8 j + 2 (t % 4) and the next, in
 * sum[4 j], [4 j + 1] and [4 j + 2], [4 j + 3].  To be read after a wait. */
static __device__ inline void warpgroup_tf32(float (&s)[32], uint64_t a, uint64_t b)
{
    asm volatile("wgmma.mma_async.sync.aligned.m64n64k8.f32.tf32.tf32 {" NAMES_32
                 "}, %32, %33, 1, 1, 1;"
                 : SUMS_32(s, 0)
                 : "l"(a), "l"(b));
}

static __device__ inline void warpgroup_tf32(float (&s)[64], uint64_t a, uint64_t b)
{
    asm volatile("wgmma.mma_async.sync.aligned.m64n128k8.f32.tf32.tf32 {" NAMES_32
                 ", " NAMES_NEXT_32 "}, %64, %65, 1, 1, 1;"
                 : SUMS_32(s, 0), SUMS_32(s, 32)
                 : "l"(a), "l"(b));
}

static __device__ inline void warpgroup_bf16(float (&s)[32], uint64_t a, uint64_t b)
{
    asm volatile("wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {" NAMES_32
                 "}, %32, %33, 1, 1, 1, 0, 0;"
                 : SUMS_32(s, 0)
                 : "l"(a), "l"(b));
}

static __device__ inline void warpgroup_bf16(float (&s)[64], uint64_t a, uint64_t b)
{
    asm volatile("wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {" NAMES_32
                 ", " NAMES_NEXT_32 "}, %64, %65, 1, 1, 1, 0, 0;"
                 : SUMS_32(s, 0), SUMS_32(s, 32)
                 : "l"(a), "l"(b));
}

#endif
