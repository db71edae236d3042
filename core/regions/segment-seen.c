/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dps_regions_from_seen: regions of what a network sees, with what both photos have. */
#include "image/photo.h"
#include "message.h"
#include "segment.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 256 };
#define LEAST 0.01 /* of a photo: who has less of a kind has none of it */

typedef struct {
    const DpsSeen *seen;
    SegmentPicture picture[2]; /* labels: kinds */
    DpsImage plane[2];         /* what is seen, at the pictures' sizes */
    double share[2][DPS_KINDS];
    int into[DPS_KINDS]; /* the kind that a kind has become a part of: at first itself */
    const DpsWork *work;
} Sight;

/* ---------------------------------------------------------------------- looking */

static void label_likeliest(Sight *sight, int m)
{
    size_t n = image_pixels(&sight->plane[m]);
    uint8_t *label = sight->picture[m].label;
    for (size_t i = 0; i < n; i++) {
        if (label[i] == SEGMENT_HIDDEN)
            continue;
        const float *at = sight->plane[m].data + i;
        for (int k = 1; k < sight->seen->kinds; k++)
            if (at[(size_t) k * n] > at[label[i] * n])
                label[i] = (uint8_t) k;
    }
}

static bool look(Sight *sight, int m, const DpsImage *photo, const DpsImage *planes)
{
    SegmentPicture *picture = &sight->picture[m];
    if (!segment_picture_init(photo, SIZE, sight->work, picture) ||
        !image_resize_bilinear(planes, picture->small.width, picture->small.height, sight->work,
                               &sight->plane[m]))
        return false;
    label_likeliest(sight, m);
    if (!segment_drown_islands(picture))
        return false;
    for (int k = 0; k < sight->seen->kinds; k++)
        sight->share[m][k] = segment_share(picture, k);
    return true;
}

/* ---------------------------------------------------------------------- pairing */

static bool has(const Sight *sight, int m, int k)
{
    return sight->share[m][k] >= LEAST;
}

static bool is_there(const Sight *sight, int k)
{
    return sight->share[0][k] + sight->share[1][k] > 0;
}

/* There, but not in both photos. */
static bool is_orphan(const Sight *sight, int k)
{
    return is_there(sight, k) && !(has(sight, 0, k) && has(sight, 1, k));
}

/* Whether kind k, which a photo lacks, may become a part of `other`: the photos that lack it have that. */
static bool can_join(const Sight *sight, int k, int other)
{
    bool lacks = is_orphan(sight, k);
    for (int m = 0; m < 2; m++)
        if ((!lacks || !has(sight, m, k)) && !has(sight, m, other))
            return false;
    return other != k;
}

/* How much of `other` is seen where the pictures are labelled k; of two that are seen equally, the larger. */
static double likelihood(const Sight *sight, int k, int other)
{
    double sum = 1e-6 * (sight->share[0][other] + sight->share[1][other]);
    for (int m = 0; m < 2; m++) {
        size_t n = image_pixels(&sight->plane[m]);
        const float *plane = image_plane(&sight->plane[m], other);
        for (size_t i = 0; i < n; i++)
            if (sight->picture[m].label[i] == k)
                sum += (double) plane[i] / (double) n;
    }
    return sum;
}

/* The kind that k becomes a part of, which is not the only one. */
static int find_nearest(const Sight *sight, int k)
{
    const DpsSeen *seen = sight->seen;
    const char *const *name = seen->kind[k].nearest;
    for (; name && *name; name++)
        for (int j = 0; j < seen->kinds; j++)
            if (strcmp(seen->kind[j].name, *name) == 0 && can_join(sight, k, j))
                return j;
    int nearest = k;
    double most = -1;
    for (int j = 0; j < seen->kinds; j++) {
        /* before any other one that can be paired */
        double here = j != k && is_there(sight, j)
                          ? likelihood(sight, k, j) + (can_join(sight, k, j) ? 10 : 0)
                          : -1;
        if (here > most) {
            most = here;
            nearest = j;
        }
    }
    return nearest;
}

static void join(Sight *sight, int k, int other)
{
    for (int m = 0; m < 2; m++) {
        uint8_t *label = sight->picture[m].label;
        for (size_t i = 0; i < image_pixels(&sight->plane[m]); i++)
            if (label[i] == k)
                label[i] = (uint8_t) other;
        sight->share[m][other] += sight->share[m][k];
        sight->share[m][k] = 0;
    }
    for (int j = 0; j < sight->seen->kinds; j++)
        if (sight->into[j] == k)
            sight->into[j] = other;
}

/* The smallest kind that is an orphan, or that is none; -1: there is none such. */
static int find_smallest(const Sight *sight, bool orphan)
{
    int smallest = -1;
    double least = INFINITY;
    for (int k = 0; k < sight->seen->kinds; k++) {
        double share = sight->share[0][k] + sight->share[1][k];
        if (is_there(sight, k) && is_orphan(sight, k) == orphan && share < least) {
            least = share;
            smallest = k;
        }
    }
    return smallest;
}

static int count_kinds(const Sight *sight)
{
    int count = 0;
    for (int k = 0; k < sight->seen->kinds; k++)
        count += is_there(sight, k);
    return count;
}

/* Until both photos have all the kinds there are, and these are `most` at most. */
static void pair_up(Sight *sight, int most)
{
    for (int count; (count = count_kinds(sight)) > 1;) {
        int k = find_smallest(sight, true);
        if (k < 0 && count > most)
            k = find_smallest(sight, false);
        if (k < 0)
            break;
        join(sight, k, find_nearest(sight, k));
    }
}

/* ----------------------------------------------------------------------- giving */

/* Kinds that are left, the largest of the content first: kind[0] and so on.  Returns how many: one where
 * nothing can be seen. */
static int rank_kinds(const Sight *sight, int kind[DPS_KINDS])
{
    int count = 0;
    kind[0] = 0;
    for (int k = 0; k < sight->seen->kinds; k++) {
        if (!is_there(sight, k))
            continue;
        int at = count++;
        for (; at > 0 && sight->share[0][kind[at - 1]] < sight->share[0][k]; at--)
            kind[at] = kind[at - 1];
        kind[at] = k;
    }
    return count ? count : 1;
}

/* Labels become ranks. */
static void relabel(Sight *sight, int m, int count, const int *kind)
{
    uint8_t rank[SEGMENT_HIDDEN + 1] = { [SEGMENT_HIDDEN] = SEGMENT_HIDDEN };
    uint8_t *label = sight->picture[m].label;
    for (int r = 0; r < count; r++)
        rank[kind[r]] = (uint8_t) r;
    for (size_t i = 0; i < image_pixels(&sight->plane[m]); i++)
        label[i] = rank[label[i]];
}

/* Shares of pixels that belong to each region, `count` planes: what was seen, but where an island has
 * vanished all of the pixel.  Labels are ranks. */
static bool share_pixels(const Sight *sight, int m, int count, const int *kind, DpsImage *soft)
{
    const DpsImage *plane = &sight->plane[m];
    const uint8_t *label = sight->picture[m].label;
    size_t n = image_pixels(plane);
    if (!dps_image_init(soft, count, plane->width, plane->height))
        return false;
    for (int k = 0; k < sight->seen->kinds; k++)
        for (int r = 0; r < count; r++)
            for (size_t i = 0; sight->into[k] == kind[r] && i < n; i++)
                image_plane(soft, r)[i] += image_plane(plane, k)[i];
    for (size_t i = 0; i < n; i++) {
        bool drowned = label[i] == SEGMENT_HIDDEN;
        for (int r = 0; r < count && !drowned; r++)
            drowned = soft->data[(size_t) r * n + i] > soft->data[label[i] * n + i];
        for (int r = 0; r < count && drowned; r++)
            soft->data[(size_t) r * n + i] = r == label[i];
    }
    return true;
}

static bool give_masks(Sight *sight, int m, const DpsImage *photo, int count, const int *kind,
                       DpsRegion *region)
{
    DpsImage soft = { 0 };
    relabel(sight, m, count, kind);
    bool ok = !work_cancelled(sight->work) &&
              (!sight->seen->soft || share_pixels(sight, m, count, kind, &soft)) &&
              segment_give_masks(&sight->picture[m], photo, sight->seen->soft ? &soft : NULL, count,
                                 m == 1, sight->work, region);
    dps_image_clear(&soft);
    return ok;
}

static bool find(Sight *sight, const DpsImage *photo[2], int most, int *regions, DpsRegion **region)
{
    int kind[DPS_KINDS];
    for (int k = 0; k < sight->seen->kinds; k++)
        sight->into[k] = k;
    if (!look(sight, 0, photo[0], &sight->seen->content) || work_cancelled(sight->work) ||
        !look(sight, 1, photo[1], &sight->seen->style))
        return false;
    pair_up(sight, most);
    *regions = rank_kinds(sight, kind);
    *region = calloc((size_t) *regions, sizeof **region);
    if (!*region)
        return false;
    for (int r = 0; r < *regions; r++)
        (*region)[r].name = sight->seen->kind[kind[r]].name;
    return give_masks(sight, 0, photo[0], *regions, kind, *region) &&
           give_masks(sight, 1, photo[1], *regions, kind, *region);
}

static bool usable(const DpsImage *planes, int kinds)
{
    return planes->channels == kinds && planes->width > 0 && planes->height > 0 && planes->data &&
           image_is_finite(planes);
}

DpsStatus dps_regions_from_seen(const DpsImage *content, const DpsImage *style, const DpsSeen *seen,
                                int most, const DpsWork *work, int *regions, DpsRegion **region,
                                DpsMessage *message)
{
    *regions = 0;
    *region = NULL;
    *message = (DpsMessage) { 0 };
    if (!photo_check(content, N_("content"), message) ||
        !photo_check(style, N_("style"), message) || !segment_check_most(most, message))
        return DPS_BAD_INPUT;
    if (seen->kinds < 2 || seen->kinds > DPS_KINDS || !usable(&seen->content, seen->kinds) ||
        !usable(&seen->style, seen->kinds)) {
        say(message, DPS_SAY_BAD_REGIONS,
            N_("What was seen in the photos can't be used: a plane of numbers is needed for each "
               "of 2 to "
               "%d kinds."),
            DPS_KINDS);
        return DPS_BAD_INPUT;
    }
    Sight sight = { .seen = seen, .work = work };
    DpsImage copy[2] = { { 0 } };
    const DpsImage *shown[2];
    bool ok = image_shown(content, &copy[0], &shown[0]) &&
              image_shown(style, &copy[1], &shown[1]) && find(&sight, shown, most, regions, region);
    for (int m = 0; m < 2; m++) {
        dps_image_clear(&copy[m]);
        dps_image_clear(&sight.plane[m]);
        segment_picture_clear(&sight.picture[m]);
    }
    return ok ? DPS_OK : segment_failed(work, regions, region, message);
}
