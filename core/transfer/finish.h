/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* finish.h - from the picture that the last size ends with to the photo in full size, and how much of
 * it is taken.
 *
 * Nothing is optimised here.  A device that can takes the photo through in strips; where it fails,
 * the processor does it, and the device says so when it is asked. */

#ifndef FINISH_H
#define FINISH_H

#include "options.h"

/* small: the content at the last size; picture: its transfer, which is clipped, may be changed, and
 * stays the caller's.  result->image is made, of the size of job->content, and where the job wants it
 * result->field; the caller clears both.  DPS_OK, DPS_CANCELLED or DPS_NO_MEMORY. */
DpsStatus finish_picture(const DpsJob *job, const Schedule *, const DpsImage *small,
                         DpsImage *picture, Device *dev, const DpsWork *, DpsResult *result);

/* Whether the result takes the content's place in memory: where it is nothing but the maps applied. */
bool finish_in_place(const DpsJob *job, const Schedule *);

/* As much of a transfer of `content`, of the same size, as the options ask for: what is taken over, and
 * the amount.  In place. */
void finish_share(const DpsOptions *, const DpsImage *content, const DpsWork *, DpsImage *picture);

/* What the options make of a transfer of `content`, 3 or 4 planes: detail, what is taken over, the amount.
 * Pixels are `step` of the photo's apart, and the windows that tell detail as large in the photo.  picture:
 * 3 planes of the content's size, changed in place.  DPS_OK, DPS_CANCELLED or DPS_NO_MEMORY. */
DpsStatus finish_choices(const DpsOptions *, const DpsImage *content, double step, const DpsWork *,
                         DpsImage *picture);

#endif
