/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dps_regions_auto: divides, as long as the parts are well told apart, and makes masks. */
#include "segment.h"
#include "image/photo.h"
#include "message.h"
#include "work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 192, MOST = DPS_REGIONS_AUTO, SPARE = MOST };

/* What a division must be worth: two kinds are wanted even where they are hard to tell apart, more
 * only where they stand out more than parts of a smooth sky do, which have some 10. */
#define FIRST_SCORE 2.0
#define NEXT_SCORE 15.0

/* What a region must have to be halved: this much of either picture, and halves whose mean colours
 * differ by this in one of the two.  More than HALVED regions are never made in that way: each takes
 * some of the structure. */
#define HALVED 4
#define LARGE 0.3
#define LEAST_CHANGE 0.02

/* -------------------------------------------------------------------- dividing on */

/* What a region would be divided into: labels of both pictures in which `other` is the new part. */
typedef struct {
    uint8_t *label[2];
    double score; /* 0: no good */
} Division;

/* How `region` would be divided.  *out is made, on false too. */
static bool consider(const SegmentPicture picture[2], int region, int other, unsigned seed,
                     Division *out)
{
    *out = (Division) { 0 };
    bool ok = true;
    for (int m = 0; m < 2; m++) {
        size_t n = image_pixels(&picture[m].small);
        out->label[m] = malloc(n);
        ok = ok && out->label[m];
        if (ok)
            memcpy(out->label[m], picture[m].label, n);
    }
    SegmentPicture tried[2] = { picture[0], picture[1] };
    tried[0].label = out->label[0];
    tried[1].label = out->label[1];
    ok = ok && segment_divide(tried, region, other, seed) &&
         segment_refine(&tried[0], region, other) && segment_refine(&tried[1], region, other);
    if (ok)
        out->score = segment_split_score(tried, region, other);
    return ok;
}

typedef struct {
    SegmentPicture picture[2];
    Division division[MOST]; /* of each region, where it has been considered */
    int regions, most;
    unsigned seed;
    const DpsWork *work;
} Search;

static void division_clear(Division *division)
{
    free(division->label[0]);
    free(division->label[1]);
    *division = (Division) { 0 };
}

/* Takes the labels of `region` as its division has them; `other` becomes the newest region. */
static void accept(Search *search, int region)
{
    Division *division = &search->division[region];
    for (int m = 0; m < 2; m++) {
        size_t n = image_pixels(&search->picture[m].small);
        for (size_t i = 0; i < n; i++)
            if (search->picture[m].label[i] == region && division->label[m][i] != region)
                search->picture[m].label[i] = (uint8_t) search->regions;
    }
    division_clear(division);
    search->regions++;
}

/* The region whose division has the best score above `least`; -1: none.  False: memory is short, or
 * the caller wants no more. */
static bool find_best(Search *search, double least, int *best)
{
    *best = -1;
    for (int k = 0; k < search->regions; k++) {
        Division *division = &search->division[k];
        if (!division->label[0] && (work_cancelled(search->work) ||
                                    !consider(search->picture, k, SPARE, search->seed, division)))
            return false;
        if (division->score > least) {
            least = division->score;
            *best = k;
        }
    }
    return true;
}

/* Divides the best region again and again, for as long as that is worth it. */
static bool divide_on(Search *search)
{
    for (search->regions = 1; search->regions < search->most;) {
        int best;
        if (!find_best(search, search->regions == 1 ? FIRST_SCORE : NEXT_SCORE, &best))
            return false;
        if (best < 0)
            break;
        accept(search, best);
    }
    return true;
}

/* -------------------------------------------------------------------- halving */

/* The largest region that may be halved, by the lesser of its two shares; -1: none. */
static int find_largest(const Search *search, const bool done[MOST])
{
    double most = LARGE;
    int largest = -1;
    for (int k = 0; k < search->regions; k++) {
        double share = fmin(segment_share(&search->picture[0], k),
                            segment_share(&search->picture[1], k));
        if (!done[k] && share > most) {
            most = share;
            largest = k;
        }
    }
    return largest;
}

static void give_back(SegmentPicture *picture, int from, int to)
{
    for (size_t i = 0; i < image_pixels(&picture->small); i++)
        if (picture->label[i] == from)
            picture->label[i] = (uint8_t) to;
}

/* Halves large regions by height where that makes a difference.  A single region stays whole: where
 * the photos have nothing in common, neither have their halves. */
static void halve_on(Search *search)
{
    bool done[MOST] = { false };
    int k;
    if (search->regions < 2)
        return;
    while (search->regions < search->most && search->regions < HALVED &&
           (k = find_largest(search, done)) >= 0) {
        segment_halve(search->picture, k, search->regions);
        if (segment_change(&search->picture[0], k, search->regions) < LEAST_CHANGE &&
            segment_change(&search->picture[1], k, search->regions) < LEAST_CHANGE) {
            done[k] = true;
            give_back(&search->picture[0], search->regions, k);
            give_back(&search->picture[1], search->regions, k);
        } else {
            search->regions++;
        }
    }
}

/* ------------------------------------------------------------------------- giving */

static void search_clear(Search *search)
{
    for (int k = 0; k < MOST; k++)
        division_clear(&search->division[k]);
    segment_picture_clear(&search->picture[0]);
    segment_picture_clear(&search->picture[1]);
}

/* Labels by their share of the content, the largest first. */
static void sort_labels(Search *search)
{
    double size[MOST];
    uint8_t rank[MOST];
    for (int k = 0; k < search->regions; k++)
        size[k] = segment_share(&search->picture[0], k);
    for (int k = 0; k < search->regions; k++) {
        rank[k] = 0;
        for (int j = 0; j < search->regions; j++)
            rank[k] = (uint8_t) (rank[k] + (size[j] > size[k] || (size[j] == size[k] && j < k)));
    }
    for (int m = 0; m < 2; m++) {
        size_t n = image_pixels(&search->picture[m].small);
        uint8_t *label = search->picture[m].label;
        for (size_t i = 0; i < n; i++)
            if (label[i] != SEGMENT_HIDDEN)
                label[i] = rank[label[i]];
    }
}

static bool search_shown(Search *search, const DpsImage *content, const DpsImage *style,
                         DpsRegion **region)
{
    const DpsWork *work = search->work;
    if (!segment_picture_init(content, SIZE, work, &search->picture[0]) ||
        !segment_picture_init(style, SIZE, work, &search->picture[1]) ||
        !segment_picture_describe(&search->picture[0]) ||
        !segment_picture_describe(&search->picture[1]) || !divide_on(search))
        return false;
    halve_on(search);
    sort_labels(search);
    *region = calloc((size_t) search->regions, sizeof **region);
    if (!*region)
        return false;
    const char *name[MOST];
    segment_names(search->picture, search->regions, name);
    for (int k = 0; k < search->regions; k++) {
        (*region)[k].name = name[k];
        (*region)[k].unnamed = true;
    }
    return !work_cancelled(work) &&
           segment_give_masks(&search->picture[0], content, NULL, search->regions, false, work,
                              *region) &&
           !work_cancelled(work) &&
           segment_give_masks(&search->picture[1], style, NULL, search->regions, true, work, *region);
}

/* In the photos as a display shows them. */
static bool search_regions(Search *search, const DpsImage *content, const DpsImage *style,
                           DpsRegion **region)
{
    DpsImage copy[2] = { { 0 } };
    const DpsImage *shown[2];
    bool ok = image_shown(content, &copy[0], &shown[0]) &&
              image_shown(style, &copy[1], &shown[1]) &&
              search_shown(search, shown[0], shown[1], region);

    dps_image_clear(&copy[0]);
    dps_image_clear(&copy[1]);
    return ok;
}

bool segment_check_most(int most, DpsMessage *message)
{
    if (most >= 2 && most <= DPS_REGIONS_AUTO)
        return true;
    say(message, DPS_SAY_BAD_OPTION, N_("At most %d regions can't be looked for: use 2 to %d."), most,
        DPS_REGIONS_AUTO);
    return false;
}

DpsStatus segment_failed(const DpsWork *work, int *regions, DpsRegion **region, DpsMessage *message)
{
    DpsStatus status = work_cancelled(work) ? DPS_CANCELLED : DPS_NO_MEMORY;
    if (status == DPS_CANCELLED)
        say(message, DPS_SAY_CANCELLED, N_("Cancelled."));
    else
        say(message, DPS_SAY_NO_MEMORY, N_("There is not enough memory to find regions."));
    dps_regions_free(*region ? *regions : 0, *region);
    *region = NULL;
    *regions = 0;
    return status;
}

DpsStatus dps_regions_auto(const DpsImage *content, const DpsImage *style, int most, unsigned seed,
                           const DpsWork *work, int *regions, DpsRegion **region,
                           DpsMessage *message)
{
    Search search = { .most = most, .seed = seed, .work = work };
    *regions = 0;
    *region = NULL;
    *message = (DpsMessage) { 0 };
    if (!photo_check(content, N_("content"), message) || !photo_check(style, N_("style"), message) ||
        !segment_check_most(most, message))
        return DPS_BAD_INPUT;
    bool ok = search_regions(&search, content, style, region);
    *regions = search.regions;
    search_clear(&search);
    return ok ? DPS_OK : segment_failed(work, regions, region, message);
}
