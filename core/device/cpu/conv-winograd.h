/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* conv-winograd.h - 3 x 3 convolutions of features with a quarter of the multiplications, by Winograd's
 * minimal filtering F(4 x 4, 3 x 3): kernels.h says what is computed.  Its rounding errors are some ten
 * times those of a plain sum. */

#ifndef CONV_WINOGRAD_H
#define CONV_WINOGRAD_H

#include "cpu-private.h"

typedef struct Winograd Winograd;

/* Features in multiples of 16, step 1, one pixel of zeros about the picture. */
bool winograd_takes(const ConvShape *);

/* weight: (cout, cin, 3, 3), and bias: (cout), are copied.  NULL when memory is short. */
Winograd *winograd_new(Cpu *, const ConvShape *, const float *weight, const float *bias);
void winograd_drop(Winograd *);

/* As conv and conv_back of backend.h. */
void winograd_conv(Cpu *, const Winograd *, const CpuTensor *y, const CpuTensor *x);
void winograd_conv_back(Cpu *, const Winograd *, const CpuTensor *dx, const CpuTensor *dy,
                        const CpuTensor *y, bool add);

#endif
