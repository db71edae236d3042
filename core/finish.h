/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* finish.h - from the picture that the last size ends with to the photo in full size, and how much of
 * it is taken.
 *
 * Nothing is optimised here, and no device is used. */

#ifndef FINISH_H
#define FINISH_H

#include "options.h"

/* small: the content at the last size; picture: its transfer, which is clipped, may be changed, and
 * stays the caller's.  *out is made, of the size of job->content, and the caller clears it.
 * DPS_OK, DPS_CANCELLED or DPS_NO_MEMORY. */
DpsStatus finish_picture(const DpsJob *job, const Schedule *, const DpsImage *small,
                         DpsImage *picture, DpsImage *out);

#endif
