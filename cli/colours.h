/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* colours.h - what a photo's numbers mean: ICC profiles, by Little CMS.
 *
 * The engine works in the content's own numbers, as they are stored for a display.  Where a profile
 * stores linear light, they are given sRGB's curve on the way in and lose it on the way out. */

#ifndef CLI_COLOURS_H
#define CLI_COLOURS_H

#include <glib.h>

#include "dps.h"

typedef struct Colours Colours;

/* From the bytes of a profile, which are copied; NULL for one that is damaged, or is not one of a
 * device with `channels` channels: 1 grey, 3 RGB, 4 CMYK. */
Colours *colours_new(const void *profile, gsize size, int channels);
void colours_free(Colours *colours);

/* The profile's bytes. */
const void *colours_profile(const Colours *colours, gsize *size);

/* 1, 3 or 4. */
int colours_channels(const Colours *colours);

/* From the numbers of a file to those the engine gets.  `image` has from's channels in its first planes,
 * at least three planes, and gets RGB in the first three: in the space `to`, or sRGB where that is
 * NULL, which stands for sRGB in `from`, too.  Relative colorimetric, without limits.  FALSE: no
 * memory. */
gboolean colours_convert(DpsImage *image, const Colours *from, const Colours *to);

/* Back: from the engine's numbers to those of the file, `count` numbers in place. */
void colours_store(const Colours *colours, float *values, gsize count);

/* One number of linear light with sRGB's curve (IEC 61966-2-1), which is a straight line below 0. */
float colours_curve(float linear);

#endif
