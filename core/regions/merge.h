/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* merge.h - regions that are taken together.
 *
 * Masks are added where both photos' regions are named alike in a list; how masks are laid over pictures and paired is
 * regions.h's. */

#ifndef MERGE_H
#define MERGE_H

#include "image/image.h"

/* Borrows names and masks, but for the masks that were added up, which are its own. */
typedef struct {
    int count;
    DpsRegion *region;
    DpsImage *own; /* content and style of each region; empty where a mask is borrowed */
} MergedRegions;

/* "sky+clouds, blue+grey": of each group the first region gets what the others cover in the two photos, and these are
 * gone.  Names are the regions', in whatever case; NULL or "": all stay as they are.  DPS_OK; or DPS_BAD_INPUT and a sentence for a list that can't be
 * followed and for masks that can't be used, or DPS_NO_MEMORY; *merged is then empty. */
DpsStatus regions_merge(const char *list, int regions, const DpsRegion *region, const DpsWork *,
                        MergedRegions *merged, DpsMessage *message);
void regions_merged_clear(MergedRegions *);

#endif
