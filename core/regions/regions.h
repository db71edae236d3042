/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* regions.h - masks: checking, pairing, laying over a picture, following a network down.
 *
 * A RegionSet is what the engine works with: all regions of a job at one working size, among
 * them "the rest" (what no mask covers).  It is made by regions_prepare and freed by
 * regions_clear; the masks passed in are only read.  Networks, features and losses are
 * elsewhere.
 *
 * Label maps are in labels.c, regions that are found in segment.h. */

#ifndef REGIONS_H
#define REGIONS_H

#include "image/image.h"

/* A region that covers less of a picture than this counts as absent from it. */
#define REGIONS_LEAST 1e-3

/* What masks are laid over: a picture's size, and what of it can be seen, one plane of any size;
 * empty: all. */
typedef struct {
    int width, height;
    DpsImage coverage;
} Canvas;

#define OPAQUE(width, height) (&(Canvas) { width, height, { 0 } })

typedef struct {
    int count;   /* regions, the rest included where there is one */
    int matched; /* those that take their look from the style: regions_active */
    DpsImage content,
        style; /* `count` planes each; at every pixel they sum to what can be seen of it
                              * at most, the style's borrowed ones not counted */
    DpsRegionReport *report; /* one per region, in the order of the planes */
} RegionSet;

/* Whether a region takes its look from the style: both pictures have it, or a part of the style
 * stands in for it. */
static inline bool regions_active(const RegionSet *set, int k)
{
    return set->report[k].matched || set->report[k].borrowed;
}

/* What stands in for a region that the style lacks, where it isn't one of the style's regions. */
enum {
    COUNTERPART_NONE = -1, /* nothing: the content is kept */
    COUNTERPART_WHOLE = -2 /* the whole style */
};

/* Checks the masks, lays them over the two pictures and pairs them up.
 *
 * Without regions the set has one, "the whole picture".  Masks are brought to size by averaging,
 * clipped to [0, 1], divided by their sum where they overlap to more than 1, and multiplied by what can
 * be seen.  What can be seen and is left uncovered becomes one more region, "the rest", if that is more
 * than REGIONS_LEAST of the content; it is matched if the style has a rest too.  Coverages are shares of
 * what can be seen.  A region that the content or the style
 * lacks stays in the set with matched false and the reason in its report.  `counterpart` (regions + 1
 * entries, "the rest" last; NULL: none) says what stands in for those that the style lacks; the
 * content of the others is kept.
 *
 * DPS_BAD_INPUT, with a sentence in message, for a mask that can't be used and when no region
 * is active; DPS_NO_MEMORY.  *set is empty unless DPS_OK. */
DpsStatus regions_prepare(int regions, const DpsRegion *region, const Canvas *content,
                          const Canvas *style, const DpsWork *work, const int *counterpart,
                          RegionSet *set, DpsMessage *message);
void regions_clear(RegionSet *set);

/* DPS_OK, or DPS_BAD_INPUT and a sentence: the checks of regions_prepare that need no working
 * size (number of planes, sizes, values). */
DpsStatus regions_check(int regions, const DpsRegion *region, DpsMessage *message);

/* What region k is called; number `regions`, and the only one where there are none, by the engine's own word. */
const char *regions_name(int regions, const DpsRegion *region, int k, char buffer[DPS_NAME]);

/* Masks of one picture, laid over it: regions + 1 planes, "the rest" last; at every pixel they sum to
 * what can be seen of it.  False when memory is short. */
bool regions_lay(int regions, const DpsRegion *region, bool style, const Canvas *canvas,
                 const DpsWork *work, DpsImage *out);

/* Copies of the active regions' masks, set->matched planes each. */
bool regions_matched(const RegionSet *set, DpsImage *content, DpsImage *style);

/* For each pixel of the content, the share of what the masks cover there that may change: that of the
 * active regions; 1 where none covers anything.  part: as many numbers as the content has pixels. */
void regions_free_part(const RegionSet *set, float *part);

/* Masks for a layer of the given size, in one step: adaptive average (the relative weighting). */
bool regions_shrink(const DpsImage *masks, int width, int height, const DpsWork *work,
                    DpsImage *out);

/* Masks that follow the paper's network: after every convolution a 3x3 mean, zeros beyond the
 * border, always divided by 9; after every pooling an area-averaging resize to the pooled size.
 * Both change `masks` itself, and leave it as it is on false (memory). */
bool regions_follow_convolution(DpsImage *masks);
bool regions_follow_pooling(DpsImage *masks, int width, int height, const DpsWork *work);

/* Fraction of a picture that plane `k` of its masks covers, and its mean height: dps_mask_height. */
double regions_coverage(const DpsImage *masks, int k);
double regions_height(const DpsImage *masks, int k);

#endif
