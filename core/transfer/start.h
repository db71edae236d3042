/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* start.h - the pictures that levels begin with, and the way from one size to another.
 *
 * `out` is made, and the caller clears it; it is empty after a failure.  Pictures have 3 planes. */

#ifndef START_H
#define START_H

#include "device/backend.h"
#include "regions/palette.h"

/* The colour transfer by regions, kept to the palette's colours unless that is NULL, projected to locally
 * affine.  False when memory is short. */
bool start_estimate(const DpsImage *content, const DpsImage *style, const RegionSet *set,
                    const Palette *palette, const DpsWork *work, DpsImage *out);

/* Grey with a little noise, as the reference begins.  False when memory is short. */
bool start_noise(const DpsImage *content, unsigned seed, DpsImage *out);

/* `picture`, a transfer of `guide`, as a field of local affine maps (image/affine.h).  False when memory
 * is short. */
bool start_field(const DpsImage *guide, const DpsImage *picture, const DpsWork *work,
                 DpsImage *field);

/* Applies the maps to `target`, the same photo at another size: on `dev` if that can do it, and on the
 * processor if it is NULL, can't, or fails.  DPS_OK, DPS_CANCELLED or DPS_NO_MEMORY. */
DpsStatus start_apply(Device *dev, const DpsImage *field, const DpsImage *target,
                      const DpsWork *work, DpsImage *out);

/* Both. */
DpsStatus start_carry(Device *dev, const DpsImage *guide, const DpsImage *picture,
                      const DpsImage *target, const DpsWork *work, DpsImage *out);

/* Brings a level's result back to the colours that a display shows and the palette has, by moves that are
 * locally affine, as the transfer is: pixel by pixel they would make most of the result's matting energy.  Some
 * colours stay a little beyond.  Unmatched regions stay.  False when memory is short. */
bool start_keep_colours(const Palette *, const RegionSet *set, const DpsImage *content,
                        const DpsWork *work, DpsImage *picture);

/* Puts the content back where the regions have no counterpart.  False when memory is short. */
bool start_hold(const RegionSet *set, const DpsImage *content, DpsImage *picture);

#endif
