/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* palette.h - the colours that a region's style has, and the way back to them from others.
 *
 * A linear map brings a region's mean and covariance to the style's, and colours that the style has not
 * along with them: fringes of green and violet in a black-and-white photo, a cyan sky.  The maps are
 * colour.h's. */

#ifndef PALETTE_H
#define PALETTE_H

#include "regions.h"

/* The colours of each region's style, told apart in steps of 1/32; those of less than PALETTE_LEAST of the
 * region don't count. */
typedef struct Palette Palette;

/* style: of the size of the set's style masks.  Of the set, unmatched regions are left out.  NULL when memory is
 * short; palette_free takes NULL. */
Palette *palette_new(const DpsImage *style, const RegionSet *set);
void palette_free(Palette *);
size_t palette_bytes(int regions); /* that one takes */

/* Moves every colour x of the picture that lies further than PALETTE_MARGIN from the nearest colour p of its
 * region's style to that distance, x + (p - x) (1 - margin / |p - x|), in display-encoded RGB.  Where regions
 * overlap, the moves are blended by the masks; unmatched regions stay.  set: the one that the palette was made
 * for; picture: 3 planes in [0, 1], of the size of its content masks.  False when memory is short; then nothing
 * has changed. */
bool palette_pull(const Palette *, const RegionSet *set, const DpsWork *work, DpsImage *picture);

#define PALETTE_MARGIN (10.0 / 255)
#define PALETTE_LEAST 1e-4

#endif
