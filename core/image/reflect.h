/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* reflect.h - a line of pixels continued by its reflection, for the host and for GPUs. */

#ifndef REFLECT_H
#define REFLECT_H

#ifdef __CUDACC__
#define REFLECT_FOR_BOTH __host__ __device__
#else
#define REFLECT_FOR_BOTH
#endif

/* The pixel that stands for i on a line of n pixels: reflected again and again, the end pixels not
 * repeated. */
static REFLECT_FOR_BOTH inline int reflected(int i, int n)
{
    if (n == 1)
        return 0;
    while (i < 0 || i >= n)
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return i;
}

#endif
