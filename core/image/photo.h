/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* photo.h - photos as they are given: whether one can be used, and what of it can be seen.
 *
 * A photo has 3 planes, or 4, the last being its coverage (alpha).  What can't be seen must not count,
 * whatever colours are hidden there: statistics leave it out through the masks, which are multiplied by
 * the coverage (regions.h), and photo_resize makes the opaque pictures that all else works with. */

#ifndef PHOTO_H
#define PHOTO_H

#include "image.h"

/* Whether a photo can be used; else a sentence about it as `which`, a word in N_(): "content". */
bool photo_check(const DpsImage *photo, const char *which, DpsMessage *message);

/* The coverage of a photo, as a picture of one plane that borrows the photo's memory; empty (channels
 * 0) where the photo is opaque. */
DpsImage photo_coverage(const DpsImage *photo);

/* The largest coverage, by which all are divided: a photo that is equally transparent everywhere counts
 * like an opaque one.  1 for an empty picture. */
float photo_peak(const DpsImage *coverage);

/* A way to bring pictures to another size, of image.h. */
typedef bool PhotoResize(const DpsImage *in, int width, int height, const DpsWork *work,
                         DpsImage *out);

/* Brings a photo to another size, as an opaque picture of 3 planes: with colours C and coverage A,
 *
 *     out = resize(A C) + (1 - resize(A)) S
 *
 * where S is the mean of the colours nearby, weighted by A^2, or of all, weighted by A, where hardly
 * anything can be seen nearby.  An opaque photo is simply resized.
 * False when memory is short; `out` as in image.h. */
bool photo_resize(const DpsImage *photo, PhotoResize *resize, int width, int height,
                  const DpsWork *work, DpsImage *out);

/* Puts the photo's own colours back where its coverage is 0.  picture: the photo's size, 3 planes. */
void photo_keep_hidden(const DpsImage *photo, DpsImage *picture);

#endif
