/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "strength.h"

#include "decimal.h"
#include "image/affine.h"
#include "merge.h"
#include "message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------ lists */

/* Where the entry that begins at `at` ends: before a comma without a backslash. */
static const char *entry_end(const char *at)
{
    while (*at && *at != ',')
        at += at[0] == '\\' && at[1] ? 2 : 1;
    return at;
}

/* Its last '=' without a backslash; NULL: it has none. */
static const char *last_equals(const char *at, const char *end)
{
    const char *equals = NULL;

    for (; at < end; at += at[0] == '\\' && at + 1 < end ? 2 : 1)
        if (*at == '=')
            equals = at;
    return equals;
}

/* Without the backslashes, and the spaces around it; cut to what a region's name may be. */
static void copy_name(const char *from, const char *end, char name[DPS_NAME])
{
    size_t used = 0;

    while (from < end && *from == ' ')
        from++;
    while (end > from && end[-1] == ' ')
        end--;
    for (; from < end && used + 1 < DPS_NAME; from++) {
        if (*from == '\\' && from + 1 < end)
            from++;
        name[used++] = *from;
    }
    name[used] = '\0';
}

/* One entry; false: it can't be read. */
static bool read_entry(const char *at, const char *end, char name[DPS_NAME], double *share)
{
    const char *equals = last_equals(at, end), *after;

    if (!equals)
        return false;
    copy_name(at, equals, name);
    after = decimal_read(equals + 1, share);
    if (after == equals + 1)
        return false;
    after += strspn(after, " ");
    return *name && after == end && *share >= 0 && *share <= 1;
}

const char *strength_entry(const char *at, char name[DPS_NAME], double *share)
{
    const char *end = entry_end(at);

    if (!read_entry(at, end, name, share))
        *name = '\0';
    return *end ? end + 1 : NULL;
}

DpsStatus strength_check(const char *list, DpsMessage *message)
{
    char name[DPS_NAME];
    double share;

    for (const char *at = list && *list ? list : NULL; at;) {
        const char *end = entry_end(at);
        if (!read_entry(at, end, name, &share)) {
            int length = end - at < 60 ? (int) (end - at) : 60;
            say(message, DPS_SAY_BAD_OPTION,
                N_("\"%.*s\" does not say how much of the transfer a region gets; write its name "
                   "and "
                   "a number from 0 to 1, such as \"sky=0.5\", with commas between regions."),
                length, at);
            return DPS_BAD_INPUT;
        }
        at = *end ? end + 1 : NULL;
    }
    return DPS_OK;
}

double dps_strength_of(const char *list, const char *name)
{
    char own[DPS_NAME];
    double share, found = 1;

    for (const char *at = list && *list ? list : NULL; at;) {
        at = strength_entry(at, own, &share);
        if (strncmp(own, name, DPS_NAME - 1) == 0 && *own)
            found = share;
    }
    return found;
}

bool strength_weakens(const char *list)
{
    char name[DPS_NAME];
    double share;

    for (const char *at = list && *list ? list : NULL; at;) {
        at = strength_entry(at, name, &share);
        if (*name && share < 1)
            return true;
    }
    return false;
}

/* Appends an entry; room for it is there. */
static void append(char *list, const char *name, double share)
{
    char *to = list + strlen(list), number[32];
    int thousandths = (int) (share * 1000 + 0.5);
    int digits = snprintf(number, sizeof number, "=%d.%03d", thousandths / 1000, thousandths % 1000);

    if (to > list)
        *to++ = ',';
    for (; *name; name++) {
        if (strchr("\\,=", *name))
            *to++ = '\\';
        *to++ = *name;
    }
    while (number[digits - 1] == '0')
        digits--;
    digits -= number[digits - 1] == '.';
    memcpy(to, number, digits);
    to[digits] = '\0';
}

char *dps_strength_with(const char *list, const char *name, double share)
{
    enum { NUMBER = 8 }; /* of "=0.123" and a comma, and a 0 in the end */
    char *out = calloc(2 * (list ? strlen(list) : 0) + 2 * strlen(name) + 2 * NUMBER, 1);
    char own[DPS_NAME];
    double kept;

    for (const char *at = list && *list ? list : NULL; out && at;) {
        at = strength_entry(at, own, &kept);
        if (*own && kept < 1 && strncmp(own, name, DPS_NAME - 1) != 0)
            append(out, own, kept);
    }
    if (out && share < 1)
        append(out, name, share);
    return out;
}

/* ---------------------------------------------------------------------- weakening */

bool strength_lay(const char *list, int regions, const DpsRegion *region, int width, int height,
                  const DpsWork *work, DpsImage *share)
{
    DpsImage masks;

    *share = (DpsImage) { 0 };
    if (!regions_lay(regions, region, false, OPAQUE(width, height), work, &masks))
        return false;
    bool ok = dps_image_init(share, 1, width, height);
    for (int k = 0; ok && k < masks.channels; k++) {
        char name[DPS_NAME];
        float part = (float) dps_strength_of(list, regions_name(regions, region, k, name));
        const float *mask = image_plane(&masks, k);

        for (size_t i = 0; i < image_pixels(share); i++)
            share->data[i] += part * mask[i];
    }
    dps_image_clear(&masks);
    return ok;
}

void strength_weaken_maps(const DpsImage *share, DpsImage *maps)
{
    for (int m = 0; m < AFFINE_PLANES; m++) {
        float *map = image_plane(maps, m), same = m % 5 == 0 ? 1 : 0;

        for (size_t i = 0; i < image_pixels(maps); i++)
            map[i] = same + share->data[i] * (map[i] - same);
    }
}

void strength_weaken_picture(const DpsImage *share, const DpsImage *content, DpsImage *picture)
{
    for (int c = 0; c < 3; c++) {
        float *to = image_plane(picture, c);
        const float *from = image_plane(content, c);

        for (size_t i = 0; i < image_pixels(picture); i++)
            to[i] = from[i] + share->data[i] * (to[i] - from[i]);
    }
}

bool dps_field_weaken(DpsField *field, const char *strength, const char *merge, int regions,
                      const DpsRegion *region, const DpsWork *work)
{
    MergedRegions merged;
    DpsImage share;

    if (!strength_weakens(strength))
        return true;
    if (regions_merge(merge, regions, region, work, &merged, NULL))
        return false;
    bool ok = strength_lay(strength, merged.count, merged.region, field->maps.width,
                           field->maps.height, work, &share);
    regions_merged_clear(&merged);
    if (!ok)
        return false;
    strength_weaken_maps(&share, &field->maps);
    dps_image_clear(&share);
    return true;
}
