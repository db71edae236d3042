/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* segment.h - regions found in two photos at once: dps_regions_auto and dps_regions_from_seen of dps.h.
 *
 * Both photos are shrunk, described pixel by pixel (segment-features.c), and divided into two
 * kinds of thing by clustering over both (segment-cluster.c); the border between the two is then
 * drawn anew in each photo by its own colours (segment-refine.c).  segment.c repeats that within
 * the parts, for as long as they are well told apart in both photos (segment-split-score.c), halves large
 * ones by height (segment-halve.c), makes masks of what it found (segment-masks.c), and names by place and
 * colour (segment-names.c).  It knows nothing of masks that a person has painted.  segment-seen.c does know
 * what things are called: a network has told it.
 *
 * Functions that return bool give false when memory is short. */

#ifndef SEGMENT_H
#define SEGMENT_H

#include "image/image.h"

#include <stdint.h>

/* What describes a pixel: three colours of its own photo, and what both photos have in common. */
enum {
    SEGMENT_LUMA,
    SEGMENT_REDGREEN,
    SEGMENT_YELLOWBLUE,
    SEGMENT_FINE,   /* log deviation of luma nearby */
    SEGMENT_COARSE, /* the same, further around */
    SEGMENT_DOWN,   /* from the top, 0 to 1 */
    SEGMENT_ASIDE,  /* from the middle, 0 to 1 */
    SEGMENT_FEATURES
};
#define SEGMENT_COLOURS 3 /* the first ones */

/* The label of pixels that can't be seen, which belong to no region. */
#define SEGMENT_HIDDEN 100

typedef struct {
    DpsImage small;   /* the photo, opaque, clipped */
    DpsImage feature; /* SEGMENT_FEATURES planes */
    uint8_t *label;   /* each pixel's region */
} SegmentPicture;

/* Below this share of a picture, pixels that hang together are no place of their own. */
#define SEGMENT_ISLAND 4e-3

/* Makes the first and the last of a photo, labels 0 where half of a pixel can be seen, at a long side of
 * `size` pixels at most.  *picture is zeroed
 * before; segment_picture_clear frees it, after a failure as well. */
bool segment_picture_init(const DpsImage *photo, int size, const DpsWork *work,
                          SegmentPicture *picture);
void segment_picture_clear(SegmentPicture *picture);

/* Makes the features. */
bool segment_picture_describe(SegmentPicture *picture);

/* Pixels with the label of pixel `start` that hang together with it by their sides: they get label `mark`,
 * and are listed in `stack`, which has room for all pixels.  Returns how many. */
size_t segment_flood(SegmentPicture *picture, size_t start, uint8_t mark, size_t *stack);

/* Islands of any label get the label that is most of what surrounds them.  Labels are below 100. */
bool segment_drown_islands(SegmentPicture *picture);

/* Divides the pixels of both pictures with label `region` into two kinds, the second of which gets
 * label `other`.  Leaves them as they are where a picture has no such pixel. */
bool segment_divide(SegmentPicture picture[2], int region, int other, unsigned seed);

/* Draws the border between labels `a` and `b` of one picture anew, by its colours. */
bool segment_refine(SegmentPicture *picture, int a, int b);

/* The lower half of region `region`, as many pixels in either picture as above, gets label `other`. */
void segment_halve(SegmentPicture picture[2], int region, int other);

/* How far the mean colours of a and b are apart in a picture, as a root mean square over the three
 * channels.  0 when either is empty. */
double segment_change(const SegmentPicture *picture, int a, int b);

/* The share of what can be seen of a picture that has label k. */
double segment_share(const SegmentPicture *picture, int k);

/* What to call labels 0 to regions - 1, at most DPS_REGIONS_AUTO: words of the engine's own, which differ. */
void segment_names(const SegmentPicture picture[2], int regions, const char *name[]);

/* How well it is founded that a and b are two kinds of thing: in each picture, how far they stand
 * apart times how much their border contrasts; the lesser of the two.  0 when either is hardly there
 * in either picture.  A smooth sky cut in two has some 10. */
double segment_split_score(const SegmentPicture picture[2], int a, int b);

/* Coverages of labels 0 to count - 1 along the colours of the photo, which may be larger than
 * picture->small: `count` planes of its size, which sum to 1.  soft: coverages at picture->small's size,
 * which count instead of the labels; NULL: none.  *masks is made, and empty on false. */
bool segment_masks(const SegmentPicture *picture, const DpsImage *photo, const DpsImage *soft, int count,
                   const DpsWork *work, DpsImage *masks);

/* The same as masks of `regions`, into their contents, or into their styles where `style` is true; at a
 * long side of 1024 pixels at most.  Those that were made belong to the regions, on false as well. */
bool segment_give_masks(const SegmentPicture *picture, const DpsImage *photo, const DpsImage *soft,
                        int regions, bool style, const DpsWork *work, DpsRegion *region);

/* Whether so many regions at most may be looked for; else a sentence. */
bool segment_check_most(int most, DpsMessage *message);

/* What is left to do where a search has ended without success: frees what there is of its regions, and says
 * why. */
DpsStatus segment_failed(const DpsWork *work, int *regions, DpsRegion **region, DpsMessage *message);

#endif
