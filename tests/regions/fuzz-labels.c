/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fuzz-labels.c - label maps against values that chance made.  See fuzz.h.  An input is two sizes and then
 * floats, as they lie in memory. */

#include <math.h>
#include <string.h>

#include "dps.h"
#include "fuzz.h"

enum { SIDE = 16 };

static const FuzzSeed seeds[] = {
    FUZZ_TEXT("\x04\x03\x05\x02\0\0\0\0\0\0\x80\x3f\0\0\0\x3f\0\0\x80\x3f\0\0\0\0\0\0\x80\x3f"),
    FUZZ_TEXT("\x01\x01\x01\x01\0\0\xc0\x7f\0\0\x80\x7f\0\0\x80\xff\xff\xff\x7f\x7f\x01\0\0\0"),
};

/* A map of what is left of the input, and from its start again where that is too little. */
static void make(DpsImage *map, int width, int height, const uint8_t *bytes, size_t size)
{
    size_t room = (size_t) 3 * width * height * sizeof(float);
    fuzz_must(dps_image_init(map, 3, width, height), "out of memory");
    for (size_t i = 0; i < room && size > 0; i++)
        ((uint8_t *) map->data)[i] = bytes[i % size];
}

static void check(const DpsRegion *region, const DpsImage *content, const DpsImage *style)
{
    fuzz_must(region->name != NULL, "a region without a name");
    const DpsImage *mask[] = { &region->content, &region->style }, *map[] = { content, style };
    for (int m = 0; m < 2; m++) {
        fuzz_must(!mask[m]->channels ||
                      (mask[m]->channels == 1 && mask[m]->width == map[m]->width &&
                       mask[m]->height == map[m]->height),
                  "a mask of another size than its map");
        for (int i = 0; mask[m]->channels && i < mask[m]->width * mask[m]->height; i++)
            fuzz_must(mask[m]->data[i] == 0 || mask[m]->data[i] == 1,
                      "a mask that is neither 0 nor 1");
    }
}

static void attempt(const uint8_t *bytes, size_t size)
{
    int side[4] = { 1, 1, 1, 1 }, regions = 0;
    DpsRegion *region = NULL;
    DpsImage content, style, back;
    const DpsWork work = { .threads = 1 };
    for (size_t i = 0; i < 4 && i < size; i++)
        side[i] = 1 + bytes[i] % SIDE;
    size_t skip = size < 4 ? size : 4;
    make(&content, side[0], side[1], bytes + skip, size - skip);
    make(&style, side[2], side[3], bytes + skip / 2, size - skip / 2);
    if (dps_regions_from_labels(&content, &style, &regions, &region) == DPS_OK) {
        fuzz_must(regions >= 1 && regions <= DPS_LABELS, "a wrong number of regions");
        for (int i = 0; i < regions; i++)
            check(&region[i], &content, &style);
        if (dps_labels_from_regions(regions, region, false, side[0], side[1], &work, &back) ==
            DPS_OK)
            dps_image_clear(&back);
        dps_regions_free(regions, region);
    }
    dps_image_clear(&content);
    dps_image_clear(&style);
}

FUZZ_MAIN("fuzz-labels", seeds, NULL, attempt)
