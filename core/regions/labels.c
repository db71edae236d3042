/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Label maps: regions by colour, as the paper's data has them.  Declared in dps-regions.h. */
#include "message.h"
#include "regions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    float r, g, b;
} palette[DPS_LABELS] = {
    { N_("blue"), 0, 0, 1 },          { N_("green"), 0, 1, 0 },      { N_("black"), 0, 0, 0 },
    { N_("white"), 1, 1, 1 },         { N_("red"), 1, 0, 0 },        { N_("yellow"), 1, 1, 0 },
    { N_("grey"), 0.5f, 0.5f, 0.5f }, { N_("light blue"), 0, 1, 1 }, { N_("purple"), 1, 0, 1 },
};

const char *dps_label_name(int label)
{
    return label >= 0 && label < DPS_LABELS ? palette[label].name : NULL;
}

void dps_label_colour(int label, float colour[3])
{
    colour[0] = palette[label].r;
    colour[1] = palette[label].g;
    colour[2] = palette[label].b;
}

static int nearest_label(float r, float g, float b)
{
    int best = 0;
    float least = INFINITY;
    for (int k = 0; k < DPS_LABELS; k++) {
        float dr = r - palette[k].r, dg = g - palette[k].g, db = b - palette[k].b;
        float d = dr * dr + dg * dg + db * db;
        if (d < least) {
            least = d;
            best = k;
        }
    }
    return best;
}

/* label[i] for every pixel; used[k] becomes true for the labels found. */
static void classify(const DpsImage *map, unsigned char *label, bool used[DPS_LABELS])
{
    size_t n = image_pixels(map);
    for (size_t i = 0; i < n; i++) {
        label[i] = (unsigned char) nearest_label(map->data[i], map->data[n + i],
                                                 map->data[2 * n + i]);
        used[label[i]] = true;
    }
}

static bool mask_of_label(const DpsImage *map, const unsigned char *label, int k, DpsImage *mask)
{
    if (!dps_image_init(mask, 1, map->width, map->height))
        return false;
    for (size_t i = 0; i < image_pixels(map); i++)
        mask->data[i] = label[i] == k;
    return true;
}

static bool labels_to_regions(const DpsImage *content, const DpsImage *style,
                              unsigned char *content_label, unsigned char *style_label,
                              int *regions, DpsRegion *region)
{
    bool in_content[DPS_LABELS] = { false }, in_style[DPS_LABELS] = { false };
    classify(content, content_label, in_content);
    classify(style, style_label, in_style);
    for (int k = 0; k < DPS_LABELS; k++) {
        if (!in_content[k] && !in_style[k])
            continue;
        DpsRegion *to = &region[(*regions)++];
        to->name = palette[k].name;
        to->unnamed = true;
        if ((in_content[k] && !mask_of_label(content, content_label, k, &to->content)) ||
            (in_style[k] && !mask_of_label(style, style_label, k, &to->style)))
            return false;
    }
    return true;
}

static bool is_label_map(const DpsImage *map)
{
    return map->channels == 3 && map->width > 0 && map->height > 0 && map->data &&
           image_is_finite(map);
}

DpsStatus dps_regions_from_labels(const DpsImage *content, const DpsImage *style, int *regions,
                                  DpsRegion **region)
{
    *regions = 0;
    *region = NULL;
    if (!is_label_map(content) || !is_label_map(style))
        return DPS_BAD_INPUT;
    DpsRegion *made = calloc(DPS_LABELS, sizeof *made);
    unsigned char *content_label = malloc(image_pixels(content));
    unsigned char *style_label = malloc(image_pixels(style));
    bool ok = made && content_label && style_label &&
              labels_to_regions(content, style, content_label, style_label, regions, made);
    free(content_label);
    free(style_label);
    if (ok) {
        *region = made;
        return DPS_OK;
    }
    dps_regions_free(*regions, made);
    *regions = 0;
    return DPS_NO_MEMORY;
}

void dps_regions_free(int regions, DpsRegion *region)
{
    for (int k = 0; region && k < regions; k++) {
        dps_image_clear(&region[k].content);
        dps_image_clear(&region[k].style);
    }
    free(region);
}

/* which[i] becomes the region that covers pixel i most, or `regions` where none does. */
static bool find_most(int regions, const DpsRegion *region, bool style, const DpsWork *work,
                      DpsImage *most, unsigned char *which)
{
    size_t n = image_pixels(most);
    memset(which, regions, n);
    for (int k = 0; k < regions; k++) {
        const DpsImage *mask = style ? &region[k].style : &region[k].content;
        DpsImage laid;
        if (mask->channels == 0)
            continue;
        if (!image_resize_mask(mask, most->width, most->height, work, &laid))
            return false;
        for (size_t i = 0; i < n; i++)
            if (laid.data[i] > most->data[i]) {
                most->data[i] = laid.data[i];
                which[i] = (unsigned char) k;
            }
        dps_image_clear(&laid);
    }
    return true;
}

static void paint(const unsigned char *which, DpsImage *map)
{
    size_t n = image_pixels(map);
    for (size_t i = 0; i < n; i++) {
        map->data[i] = palette[which[i]].r;
        map->data[n + i] = palette[which[i]].g;
        map->data[2 * n + i] = palette[which[i]].b;
    }
}

DpsStatus dps_labels_from_regions(int regions, const DpsRegion *region, bool style, int width,
                                  int height, const DpsWork *work, DpsImage *map)
{
    DpsMessage message[1];
    *map = (DpsImage){ 0 };
    if (regions >= DPS_LABELS || width < 1 || height < 1 ||
        regions_check(regions, region, message) != DPS_OK)
        return DPS_BAD_INPUT;
    DpsImage most = { 0 };
    unsigned char *which = NULL;
    bool ok = dps_image_init(map, 3, width, height) && dps_image_init(&most, 1, width, height);
    if (ok)
        which = malloc(image_pixels(map));
    ok = which && find_most(regions, region, style, work, &most, which);
    if (ok)
        paint(which, map);
    else
        dps_image_clear(map);
    dps_image_clear(&most);
    free(which);
    return ok ? DPS_OK : DPS_NO_MEMORY;
}
