/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* pair-covers.h - what the masks of the pairs cover of a photo: tinted in it, and said beside the rows. */

#ifndef PAIR_COVERS_H
#define PAIR_COVERS_H

#include "overlay.h"
#include "pairs.h"

/* Adds the masks of one side, which lie over `photo`, to its tint, and tells the rows how much each covers
 * and which it overlaps. */
void pair_covers_show(PairList *pairs, GimpDrawable *photo, gboolean of_style, Overlay *overlay);

#endif
