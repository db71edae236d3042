/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "merge.h"

#include "message.h"
#include "regions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void regions_merged_clear(MergedRegions *m)
{
    for (int i = 0; m->own && i < 2 * m->count; i++)
        dps_image_clear(&m->own[i]);
    free(m->own);
    free(m->region);
    *m = (MergedRegions){ 0 };
}

static const char *name_of(const MergedRegions *m, int k)
{
    return m->region[k].name ? m->region[k].name : "";
}

/* The region of a name of such length, the letters' case being the same if one has it so; -1 and a sentence where
 * there is none. */
static int find_region(const MergedRegions *m, const char *name, int length, DpsMessage *message)
{
    char names[DPS_MESSAGE / 2] = "";
    size_t at = 0;

    for (int any_case = 0; any_case < 2; any_case++)
        for (int k = 0; k < m->count; k++)
            if ((int) strlen(name_of(m, k)) == length &&
                (any_case ? strncasecmp : strncmp)(name_of(m, k), name, (size_t) length) == 0)
                return k;
    for (int k = 0; k < m->count && at < sizeof names; k++)
        at += (size_t) snprintf(names + at, sizeof names - at, "%s%s", at ? ", " : "",
                                name_of(m, k));
    say(message, DPS_SAY_BAD_OPTION,
        N_("There is no region \"%.*s\" that could be merged; the regions are: %s."),
        length < 40 ? length : 40, name, m->count ? names : "-");
    return -1;
}

/* Region `from`'s mask of one photo is added to region `to`'s; false when memory is short. */
static bool add_mask(MergedRegions *m, int to, int from, bool style, const DpsWork *work)
{
    DpsImage *mask[] = { style ? &m->region[to].style : &m->region[to].content,
                         style ? &m->region[from].style : &m->region[from].content };
    DpsImage *own = &m->own[2 * to + style], *others = &m->own[2 * from + style], more, sum;

    if (!mask[1]->channels)
        return true;
    if (!mask[0]->channels) {
        *mask[0] = *mask[1];
        *own = *others;
        *others = (DpsImage){ 0 };
        return true;
    }
    if (!image_copy(mask[0], &sum))
        return false;
    if (!image_resize_mask(mask[1], sum.width, sum.height, work, &more)) {
        dps_image_clear(&sum);
        return false;
    }
    for (size_t i = 0; i < image_pixels(&sum); i++)
        sum.data[i] = image_clipped(image_clipped(sum.data[i]) + image_clipped(more.data[i]));
    dps_image_clear(&more);
    dps_image_clear(own);
    *own = *mask[0] = sum;
    return true;
}

/* One group, up to a comma.  *gone: regions that became part of another. */
static DpsStatus merge_group(MergedRegions *m, const char *group, size_t length, bool *gone,
                             const DpsWork *work, DpsMessage *message)
{
    int first = -1, members = 0;

    for (size_t at = 0, end; at <= length; at = end + 1) {
        const char *plus = memchr(group + at, '+', length - at);
        end = plus ? (size_t) (plus - group) : length;
        size_t from = at + strspn(group + at, " "), to = end;
        while (to > from && group[to - 1] == ' ')
            to--;
        int k = from < end ? find_region(m, group + from, (int) (to - from), message) : -1;
        if (from < end && k < 0)
            return DPS_BAD_INPUT;
        if (k < 0 || gone[k] || k == first) {
            say(message, DPS_SAY_BAD_OPTION,
                N_("\"%.*s\" does not say which regions to merge; write their names, each once, "
                   "with + between "
                   "them, and commas between groups."),
                (int) (length < 60 ? length : 60), group);
            return DPS_BAD_INPUT;
        }
        if (members++ == 0)
            first = k;
        else if (!add_mask(m, first, k, false, work) || !add_mask(m, first, k, true, work))
            return DPS_NO_MEMORY;
        gone[k] = k != first;
    }
    return DPS_OK;
}

/* Closes the gaps that the regions left which are gone. */
static void close_gaps(MergedRegions *m, const bool *gone)
{
    int kept = 0;

    for (int k = 0; k < m->count; k++) {
        if (gone[k]) {
            dps_image_clear(&m->own[2 * k]);
            dps_image_clear(&m->own[2 * k + 1]);
            continue;
        }
        m->region[kept] = m->region[k];
        memmove(&m->own[2 * kept], &m->own[2 * k], 2 * sizeof *m->own);
        if (kept != k)
            memset(&m->own[2 * k], 0, 2 * sizeof *m->own);
        kept++;
    }
    m->count = kept;
}

DpsStatus regions_merge(const char *list, int regions, const DpsRegion *region, const DpsWork *work,
                        MergedRegions *m, DpsMessage *message)
{
    DpsStatus status = regions_check(regions, region, message);
    bool *gone = calloc((size_t) regions + 1, sizeof *gone);

    *m = (MergedRegions){ .count = regions,
                          .region = malloc(((size_t) regions + 1) * sizeof *region),
                          .own = calloc((size_t) 2 * regions + 1, sizeof *m->own) };
    if (!status && (!gone || !m->region || !m->own))
        status = DPS_NO_MEMORY;
    if (!status && regions)
        memcpy(m->region, region, (size_t) regions * sizeof *region);
    for (const char *at = list; at && *list && !status; at += strcspn(at, ",") + 1) {
        size_t length = strcspn(at, ",");
        status = merge_group(m, at, length, gone, work, message);
        if (!at[length])
            break;
    }
    if (!status)
        close_gaps(m, gone);
    else
        regions_merged_clear(m);
    free(gone);
    return status;
}

bool dps_regions_can_merge(const char *list, int regions, const DpsRegion *region,
                           const DpsWork *work)
{
    MergedRegions merged;
    DpsStatus status = regions_merge(list, regions, region, work, &merged, NULL);

    regions_merged_clear(&merged);
    return status == DPS_OK;
}
