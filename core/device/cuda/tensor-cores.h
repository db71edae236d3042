/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* tensor-cores.h - the product of small matrices that a warp does together from compute capability 8.0 on (PTX:
 * mma.sync).  The tests bring their own header of this name, which does the same without a GPU; hence
 * <tensor-cores.h>.
 *
 * Of 16 x 8 sums a thread has rows g and g + 8, columns 2 t and 2 t + 1, in reading order, where g = lane / 4 and
 * t = lane % 4; of the 16 x 8 left factor (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4); of the right one, which is
 * given by columns, (t, g) and (t + 4, g).  The library's own way of loading factors (wmma) takes addresses for
 * ones of any memory, and the products of half the depth: it is three times slower here. */

#ifndef TENSOR_CORES_H
#define TENSOR_CORES_H

#include <cuda_runtime.h>
#include <stdint.h>

/* The nearest number that TF32 has room for. */
static __device__ inline float tf32_nearest(float v)
{
    uint32_t bits;

    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(v));
    return __uint_as_float(bits);
}

/* sum += a b, of factors that TF32 has room for. */
static __device__ inline void multiply_tf32(float (&sum)[4], const float (&a)[4],
                                            const float (&b)[2])
{
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(__float_as_uint(a[0])), "r"(__float_as_uint(a[1])), "r"(__float_as_uint(a[2])),
          "r"(__float_as_uint(a[3])), "r"(__float_as_uint(b[0])), "r"(__float_as_uint(b[1])));
}

#endif
