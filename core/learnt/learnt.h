/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* learnt.h - a learnt style: a small copy of the style photo and the weights of a predictor, in memory and in the
 * bytes of a file (learnt-file.c).
 *
 * A file is, all numbers little-endian:
 *     8 bytes   "DPSTYLE\n"
 *     4 times 4 the format's version, the copy's width and height, the number of weights
 *     3 bytes   R G B of each pixel of the copy, row after row, sRGB
 *     4 bytes   each weight, IEEE 754
 *     8 bytes   FNV-1a of 64 bits of all that is before
 * How a style is learnt is transfer/learn.c's. */

#ifndef LEARNT_H
#define LEARNT_H

#include "predictor.h"

enum { LEARNT_SIDE = 256 }; /* the long side of a copy, at most */

struct DpsLearnt {
    DpsImage style; /* 3 planes, multiples of 1/255 */
    float weight[PREDICTOR_WEIGHTS];
};

/* With a small copy of the style, 3 planes, and weights to begin with.  NULL when memory is short. */
DpsLearnt *learnt_new(const DpsImage *style, unsigned seed, const DpsWork *);

/* Gives `guess`, a first guess of the content's transfer, the style.  3 planes each and of the same size; guess is
 * changed in place, and not clipped.  False when memory is short. */
bool learnt_apply(const DpsLearnt *, const DpsImage *content, const DpsWork *, DpsImage *guess);

#endif
