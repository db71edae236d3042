/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* conv-shape.h - which pixels the windows of convolutions and poolings see, and how many windows there
 * are: the same for every device. */

#ifndef CONV_SHAPE_H
#define CONV_SHAPE_H

#include "backend.h"
#include "image/reflect.h"

/* Outputs along a side of n pixels. */
static inline int conv_side(const ConvShape *c, int n)
{
    return (n + 2 * c->pad - c->k) / c->stride + 1;
}

/* The same of a pooling; with `ceil` a last window may reach beyond the side, but begins within. */
static inline int pool_side(const PoolShape *p, int n, bool ceil)
{
    int over = n + 2 * p->pad - p->k, side = over / p->stride + 1;

    if (ceil && over % p->stride > 0)
        side++;
    return over < 0 ? 1 : side;
}

/* The pixel that stands for position i of a line of n pixels, or -1 where the border's value does. */
static REFLECT_FOR_BOTH inline int conv_source(PadMode mode, int i, int n)
{
    if (mode == PAD_CONSTANT)
        return i < 0 || i >= n ? -1 : i;
    return reflected(i, n);
}

#endif
