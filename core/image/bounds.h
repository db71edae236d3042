/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* bounds.h - the smaller and the larger of two places, for windows that are cut at a picture's border. */

#ifndef BOUNDS_H
#define BOUNDS_H

static inline int least(int a, int b)
{
    return a < b ? a : b;
}

static inline int most(int a, int b)
{
    return a > b ? a : b;
}

#endif
