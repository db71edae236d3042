/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* strength.h - how much of a transfer each region gets, as DpsOptions.strength has it: a list of names and
 * shares.  Reading and writing such lists is in dps.h: dps_strength_of, dps_strength_with.
 *
 * It knows nothing of how a transfer came about: it weakens what the colour maps, or a picture, make of the
 * content. */

#ifndef STRENGTH_H
#define STRENGTH_H

#include "regions.h"

/* DPS_OK, or DPS_BAD_INPUT and a sentence for a list that can't be read; NULL and "" can. */
DpsStatus strength_check(const char *list, DpsMessage *message);

/* Entry `at` of a list that can be read, whose name is copied; returns where the next one begins, NULL behind the
 * last one. */
const char *strength_entry(const char *at, char name[DPS_NAME], double *share);

/* Whether the list weakens anything at all. */
bool strength_weakens(const char *list);

/* The share of the transfer that each pixel gets, one plane: the mean of its regions' by their masks, of which
 * "the rest" is one.  False when memory is short. */
bool strength_lay(const char *list, int regions, const DpsRegion *region, int width, int height,
                  const DpsWork *work, DpsImage *share);

/* maps = identity + share (maps - identity): 12 planes (image/affine.h) of the share's size. */
void strength_weaken_maps(const DpsImage *share, DpsImage *maps);

/* picture = content + share (picture - content): 3 planes each, of the share's size. */
void strength_weaken_picture(const DpsImage *share, const DpsImage *content, DpsImage *picture);

#endif
