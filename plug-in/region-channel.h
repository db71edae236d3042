/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* region-channel.h - regions as channels of an image: from a mask, the selection or a path.
 *
 * A channel gets the region's colour and is visible, so that the first stroke on it can be seen.  Undo steps
 * are whose who calls.  Which channel belongs to which is pairing.h's business. */

#ifndef REGION_CHANNEL_H
#define REGION_CHANNEL_H

#include "layers.h"

/* Adds a channel for region `number` to the photo's image, at `place` in the list, with `cover`, one plane of
 * any size, laid over the photo; NULL: it covers nothing.  The image owns it. */
GimpChannel *region_channel_add(GimpDrawable *photo, const char *name, int number, int place,
                                const DpsImage *cover);

/* The same of what is selected in the photo's image; then nothing is selected there any more.  NULL where
 * nothing is. */
GimpChannel *region_channel_from_selection(GimpDrawable *photo, const char *name, int number);

/* The same of what the image's chosen paths enclose, or of its only one; what is selected stays so.  NULL
 * where there is none, or nothing in it. */
GimpChannel *region_channel_from_paths(GimpDrawable *photo, const char *name, int number);

/* What a part of a channel was before something was painted there. */
typedef struct ChannelPart ChannelPart;

/* Adds a stroke, one plane laid over the photo, to a channel, or takes it away with `erase`; GIMP has it as
 * one step of undo.  What was there before; NULL where the stroke covers nothing of the channel. */
ChannelPart *region_channel_paint(GimpChannel *channel, GimpDrawable *photo,
                                  const DpsImage *stroke, gboolean erase);

/* Writes it again, as one more step.  NULL is fine for the second. */
void region_channel_put_back(GimpChannel *channel, const ChannelPart *part);
void region_channel_part_free(ChannelPart *part);

#endif
