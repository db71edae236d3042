/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* segment.h - regions found in two photos at once: dps_regions_auto of dps.h.
 *
 * Both photos are shrunk, described pixel by pixel (segment-features.c), and divided into two
 * kinds of thing by clustering over both (segment-cluster.c); the border between the two is then
 * drawn anew in each photo by its own colours (segment-refine.c).  segment.c repeats that within
 * the parts, for as long as they are well told apart in both photos (segment-split-score.c), halves large
 * ones by height (segment-halve.c), and makes masks of what it found.  It knows nothing of what
 * things are called, and nothing of masks that a person has painted.
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

/* Makes all three of a photo, labels 0 where half of a pixel can be seen, at a long side of `size`
 * pixels at most.  *picture is zeroed
 * before; segment_picture_clear frees it, after a failure as well. */
bool segment_picture_init(const DpsImage *photo, int size, const DpsWork *work,
                          SegmentPicture *picture);
void segment_picture_clear(SegmentPicture *picture);

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

/* How well it is founded that a and b are two kinds of thing: in each picture, how far they stand
 * apart times how much their border contrasts; the lesser of the two.  0 when either is hardly there
 * in either picture.  A smooth sky cut in two has some 10. */
double segment_split_score(const SegmentPicture picture[2], int a, int b);

/* Coverages of labels 0 to count - 1 along the colours of the photo, which may be larger than
 * picture->small: `count` planes of its size, which sum to 1.  *masks is made, and empty on false. */
bool segment_masks(const SegmentPicture *picture, const DpsImage *photo, int count,
                   const DpsWork *work, DpsImage *masks);

#endif
