/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dps-regions.h - where regions come from: label maps, what is found in two photos, what a network sees in them,
 * strokes of a brush.  A part of dps.h, which includes it. */

#ifndef DPS_REGIONS_H
#define DPS_REGIONS_H

/* ------------------------------------------------------------------ label maps */

/* The nine colours by which the paper's data marks regions: blue, green, black, white,
 * red, yellow, grey, light blue (cyan), purple (magenta). */
#define DPS_LABELS 9
const char *dps_label_name(int label);

/* R, G and B of one of them, from 0 to 1. */
void dps_label_colour(int label, float colour[3]);

/* Regions from two label maps (3 planes each, any size): every pixel goes to the nearest
 * of the nine colours.  Colours in neither map are left out.  *region becomes an array
 * of *regions that dps_regions_free frees.  DPS_OK, DPS_NO_MEMORY or DPS_BAD_INPUT. */
DpsStatus dps_regions_from_labels(const DpsImage *content, const DpsImage *style, int *regions,
                                  DpsRegion **region);
void dps_regions_free(int regions, DpsRegion *region);

/* The mean height of what a mask covers, from 0 at its picture's top to 1 at the bottom; below 0 where it
 * covers nothing.  Where a region's two heights differ by more than DPS_HEIGHTS_APART, the photos' regions are
 * likely to be different things: of 36 regions that people paired none does, of those of mismatched photos
 * nearly half do (QUALITY.md, "What tells a mismatch"). */
double dps_mask_height(const DpsImage *mask);
#define DPS_HEIGHTS_APART 0.42

/* What there is to say of a region before a run, as its report will say it of a match; false: nothing. */
bool dps_region_apart(const DpsRegion *region, DpsMessage *message);

/* The other way: a label map of width x height, region k in the colour of label k where it covers
 * most.  Masks of the content, or of the style where `style` is true; *map is made.  Where no mask
 * covers anything the map has the colour of label `regions`.  DPS_OK, DPS_NO_MEMORY, or
 * DPS_BAD_INPUT for more regions than DPS_LABELS - 1 and for masks that can't be used. */
DpsStatus dps_labels_from_regions(int regions, const DpsRegion *region, bool style, int width,
                                  int height, const DpsWork *work, DpsImage *map);

/* Regions found in two photos (any size) by their colours, textures and places: a
 * region means the same kind of thing in both, and both have it.  As many as can be told apart in both,
 * at most `most` (2 to DPS_REGIONS_AUTO); one, the whole picture, where nothing sets two kinds of
 * thing apart in both.  The same photos and seed give the same regions.
 *
 * *region becomes an array of *regions, largest in the content first, that dps_regions_free frees.
 * Their names, which differ, are words that tell them apart by place and colour: "sky", "lower", "green"; of
 * a single one "the whole picture".  Masks have the photos' sizes, but for a long side of 1024
 * pixels at most, are soft at borders, and sum to 1 everywhere.  A large region whose colours change
 * from top to bottom is given as two, the upper and the lower.  Takes about a second, and asks several
 * times in that whether to go on.
 * DPS_OK, or DPS_CANCELLED, DPS_NO_MEMORY, DPS_BAD_INPUT and a sentence in message; then *regions is
 * 0. */
#define DPS_REGIONS_AUTO 6
DpsStatus dps_regions_auto(const DpsImage *content, const DpsImage *style, int most, unsigned seed,
                           const DpsWork *work, int *regions, DpsRegion **region,
                           DpsMessage *message);

/* A kind of thing that a network knows.  `nearest`: the names of the kinds that stand in for it where only
 * one of two photos has it, nearest first, with a NULL at the end; NULL: none is named. */
typedef struct {
    const char *name;
    const char *const *nearest;
} DpsKind;

/* What a network sees in two photos: of each a picture of any size, laid over the whole photo, with a plane
 * for each kind: how much of a pixel, or how probably all of it, is of that kind.  `soft`: shares of
 * pixels, which are kept, as a portrait's matte has them; else each pixel belongs to the likeliest kind. */
typedef struct {
    int kinds; /* 2 to DPS_KINDS */
    const DpsKind *kind;
    DpsImage content, style;
    bool soft;
} DpsSeen;
#define DPS_KINDS 64

/* Regions from that, as dps_regions_auto gives them, but named by their kinds, whose names are borrowed.
 * A kind that only one photo has (more than a hundredth of it) becomes a part of the first of its
 * `nearest` that the other photo has, or else of the likeliest there; of more kinds than `most` the
 * smallest do so, too.  Islands below 0.4 % of the photo vanish, and borders follow the photo's colours.
 * DPS_OK, or DPS_CANCELLED, DPS_NO_MEMORY, DPS_BAD_INPUT and a sentence in message. */
DpsStatus dps_regions_from_seen(const DpsImage *content, const DpsImage *style, const DpsSeen *seen,
                                int most, const DpsWork *work, int *regions, DpsRegion **region,
                                DpsMessage *message);

/* Whether a list (DpsOptions.merge_regions) can be followed with these regions. */
bool dps_regions_can_merge(const char *list, int regions, const DpsRegion *region,
                           const DpsWork *work);

/* What a stroke of a brush marks of a photo: colours like those under its middle, up to the photo's edges, and
 * no further than about `radius` pixels around it.  stroke: one plane of the photo's size, coverage in [0, 1].
 * *out, one plane as large, is made.  DPS_OK, or DPS_NO_MEMORY: it is then empty. */
DpsStatus dps_stroke_grow(const DpsImage *photo, const DpsImage *stroke, int radius,
                          const DpsWork *work, DpsImage *out);

#endif
