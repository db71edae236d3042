/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* borders.h - what the style's masks catch at their borders that is none of their region.
 *
 * Masks are painted by hand, and reach over: a strip of trees in a sky's mask turns up as olive streaks in
 * somebody's clouds.  The masks themselves are regions.h's. */

#ifndef BORDERS_H
#define BORDERS_H

#include "image/image.h"

/* Takes from each mask, near its border, the pixels whose colour is as likely in another region as in its
 * own, both judged by what lies further inside: normal distributions of the colours there.  The picture's
 * own border is none.  style: the picture that the masks' planes, one for each region, lie over.  False when
 * memory is short; then nothing has changed. */
bool borders_trim_masks(const DpsImage *style, DpsImage *masks);

#endif
