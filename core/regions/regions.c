/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "regions-say.h"
#include "image/photo.h"
#include "message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double regions_coverage(const DpsImage *masks, int k)
{
    const float *mask = image_plane(masks, k);
    size_t n = image_pixels(masks);
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += (double) mask[i];
    return sum / (double) n;
}

double regions_height(const DpsImage *masks, int k)
{
    const float *mask = image_plane(masks, k);
    double sum = 0, all = 0;

    for (int y = 0; y < masks->height; y++, mask += masks->width) {
        double row = 0;
        for (int x = 0; x < masks->width; x++)
            row += (double) mask[x];
        sum += row * (y + 0.5) / masks->height;
        all += row;
    }
    return all > 0 ? sum / all : -1;
}

double dps_mask_height(const DpsImage *mask)
{
    return regions_height(mask, 0);
}

/* --------------------------------------------------------------------- names */

static const char *region_name(const DpsRegion *region, int k, char buffer[DPS_NAME])
{
    if (region->name && region->name[0])
        snprintf(buffer, DPS_NAME, "%s", region->name);
    else
        snprintf(buffer, DPS_NAME, "%d", k + 1);
    return buffer;
}

const char *regions_name(int regions, const DpsRegion *region, int k, char buffer[DPS_NAME])
{
    if (k < regions)
        return region_name(&region[k], k, buffer);
    snprintf(buffer, DPS_NAME, "%s", regions ? N_("the rest") : N_("the whole picture"));
    return buffer;
}

/* -------------------------------------------------------------------- checks */

/* `picture` is a word: "content". */
static DpsStatus check_mask(const DpsImage *mask, const char *name, const char *picture,
                            DpsMessage *message)
{
    if (mask->channels == 0)
        return DPS_OK;
    if (mask->channels != 1)
        say(message, DPS_SAY_BAD_REGIONS,
            N_("The %s mask of region '%s' has %d channels: a mask has exactly one."), picture,
            name, mask->channels);
    else if (mask->width < 1 || mask->height < 1 || !mask->data)
        say(message, DPS_SAY_BAD_REGIONS, N_("The %s mask of region '%s' has no pixels."), picture,
            name);
    else if (!image_is_finite(mask))
        say(message, DPS_SAY_BAD_REGIONS,
            N_("The %s mask of region '%s' holds values that are not numbers."), picture, name);
    else
        return DPS_OK;
    say_word(message, 0);
    return DPS_BAD_INPUT;
}

DpsStatus regions_check(int regions, const DpsRegion *region, DpsMessage *message)
{
    if (regions < 0 || (regions > 0 && !region)) {
        say(message, DPS_SAY_BAD_REGIONS, N_("The number of regions is %d, but none are given."),
            regions);
        return DPS_BAD_INPUT;
    }
    for (int k = 0; k < regions; k++) {
        char name[DPS_NAME];
        region_name(&region[k], k, name);
        DpsStatus status = check_mask(&region[k].content, name, N_("content"), message);
        if (status == DPS_OK)
            status = check_mask(&region[k].style, name, N_("style"), message);
        if (status != DPS_OK)
            return status;
    }
    return DPS_OK;
}

/* ------------------------------------------------------------------- preparing */

/* One picture's masks at its size, in planes 0 .. regions - 1 of `out`, which has one more. */
static bool lay_masks(int regions, const DpsRegion *region, bool style, const DpsWork *work,
                      DpsImage *out)
{
    for (int k = 0; k < regions; k++) {
        const DpsImage *mask = style ? &region[k].style : &region[k].content;
        DpsImage laid;
        if (mask->channels == 0)
            continue;
        if (!image_resize_mask(mask, out->width, out->height, work, &laid))
            return false;
        image_clip(&laid);
        memcpy(image_plane(out, k), laid.data, image_pixels(out) * sizeof(float));
        dps_image_clear(&laid);
    }
    return true;
}

/* Divides masks by their sum where that is above 1; the last plane gets what they leave. */
static void share_pixels(DpsImage *masks)
{
    size_t n = image_pixels(masks);
    int last = masks->channels - 1;
    float *rest = image_plane(masks, last);
    for (int k = 0; k < last; k++)
        for (size_t i = 0; i < n; i++)
            rest[i] += image_plane(masks, k)[i];
    for (int k = 0; k < last; k++) {
        float *mask = image_plane(masks, k);
        for (size_t i = 0; i < n; i++)
            mask[i] /= rest[i] > 1 ? rest[i] : 1;
    }
    for (size_t i = 0; i < n; i++)
        rest[i] = rest[i] < 1 ? 1 - rest[i] : 0;
}

/* Drops the last plane. */
static void drop_rest(DpsImage *masks)
{
    masks->channels--; /* the block stays as long as it is: that harms nothing */
}

/* Puts what stands in for a region into its plane of the style's masks.  whole: what can be seen. */
static void borrow(RegionSet *set, int k, int counterpart, const float *whole)
{
    float *to = image_plane(&set->style, k);
    size_t n = image_pixels(&set->style);

    if (counterpart >= 0)
        memcpy(to, image_plane(&set->style, counterpart), n * sizeof *to);
    else
        memcpy(to, whole, n * sizeof *to);
    set->report[k].borrowed = regions_coverage(&set->style, k) > REGIONS_LEAST;
}

static void pair_region(RegionSet *set, int k, int counterpart, const float *whole)
{
    DpsRegionReport *report = &set->report[k];
    bool in_content = report->content_coverage > REGIONS_LEAST;
    bool in_style = report->style_coverage > REGIONS_LEAST;

    report->matched = in_content && in_style;
    if (in_content && !in_style && counterpart != COUNTERPART_NONE)
        borrow(set, k, counterpart, whole);
    if (in_content && !in_style)
        say_unmatched(set, report, counterpart);
    else if (!in_content)
        say_unused(report, in_style);
    else
        say_apart(regions_height(&set->content, k), regions_height(&set->style, k), report->name,
                  &report->reason);
    if (report->unnamed)
        say_word(&report->reason, 0);
}

/* Names, and coverages as shares of what can be seen. */
static void describe_regions(int regions, const DpsRegion *region, RegionSet *set)
{
    double content = 0, style = 0;

    for (int k = 0; k < set->count; k++) {
        DpsRegionReport *report = &set->report[k];
        regions_name(regions, region, k, report->name);
        report->unnamed = k >= regions || region[k].unnamed;
        content += report->content_coverage = regions_coverage(&set->content, k);
        style += report->style_coverage = regions_coverage(&set->style, k);
    }
    for (int k = 0; k < set->count; k++) {
        set->report[k].content_coverage /= content > 0 ? content : 1;
        set->report[k].style_coverage /= style > 0 ? style : 1;
    }
}

/* The sum of all masks. */
static bool add_masks(const DpsImage *masks, DpsImage *whole)
{
    if (!dps_image_init(whole, 1, masks->width, masks->height))
        return false;
    for (int k = 0; k < masks->channels; k++)
        for (size_t i = 0; i < image_pixels(masks); i++)
            whole->data[i] += image_plane(masks, k)[i];
    return true;
}

static bool multiply(DpsImage *masks, const DpsImage *coverage, const DpsWork *work)
{
    DpsImage laid;

    if (!image_resize_mask(coverage, masks->width, masks->height, work, &laid))
        return false;
    image_clip(&laid);
    float scale = 1 / photo_peak(coverage);
    for (int k = 0; k < masks->channels; k++)
        for (size_t i = 0; i < image_pixels(masks); i++)
            image_plane(masks, k)[i] *= scale * laid.data[i];
    dps_image_clear(&laid);
    return true;
}

bool regions_lay(int regions, const DpsRegion *region, bool style, const Canvas *canvas,
                 const DpsWork *work, DpsImage *out)
{
    if (!dps_image_init(out, regions + 1, canvas->width, canvas->height))
        return false;
    bool ok = lay_masks(regions, region, style, work, out);
    if (ok)
        share_pixels(out);
    if (ok && canvas->coverage.channels)
        ok = multiply(out, &canvas->coverage, work);
    if (!ok)
        dps_image_clear(out);
    return ok;
}

/* Pairs the regions; "the rest" stays where the content has one. */
static bool make_set(int regions, const DpsRegion *region, const int *counterpart, RegionSet *set)
{
    DpsImage whole;

    set->report = calloc((size_t) set->count, sizeof *set->report);
    if (!set->report || !add_masks(&set->style, &whole))
        return false;
    describe_regions(regions, region, set);
    for (int k = 0; k < set->count; k++) {
        pair_region(set, k, counterpart ? counterpart[k] : COUNTERPART_NONE, whole.data);
        set->matched += regions_active(set, k);
    }
    if (regions > 0 && set->report[regions].content_coverage <= REGIONS_LEAST) {
        drop_rest(&set->content);
        drop_rest(&set->style);
        set->count = regions;
    }
    dps_image_clear(&whole);
    return true;
}

DpsStatus regions_prepare(int regions, const DpsRegion *region, const Canvas *content,
                          const Canvas *style, const DpsWork *work, const int *counterpart,
                          RegionSet *set, DpsMessage *message)
{
    *set = (RegionSet) { 0 };
    DpsStatus status = regions_check(regions, region, message);
    if (status != DPS_OK)
        return status;
    set->count = regions + 1;
    if (!regions_lay(regions, region, false, content, work, &set->content) ||
        !regions_lay(regions, region, true, style, work, &set->style) ||
        !make_set(regions, region, counterpart, set)) {
        say(message, DPS_SAY_NO_MEMORY, N_("There is not enough memory for %d masks of %d x %d."),
            regions, content->width, content->height);
        status = DPS_NO_MEMORY;
    } else if (set->matched == 0) {
        say_no_pair(regions, region, set, message);
        status = DPS_BAD_INPUT;
    }
    if (status != DPS_OK)
        regions_clear(set);
    return status;
}

void regions_clear(RegionSet *set)
{
    dps_image_clear(&set->content);
    dps_image_clear(&set->style);
    free(set->report);
    *set = (RegionSet) { 0 };
}

static bool matched_planes(const RegionSet *set, const DpsImage *masks, DpsImage *out)
{
    if (!dps_image_init(out, set->matched, masks->width, masks->height))
        return false;
    size_t bytes = image_pixels(masks) * sizeof(float);
    for (int k = 0, to = 0; k < set->count; k++)
        if (regions_active(set, k))
            memcpy(image_plane(out, to++), image_plane(masks, k), bytes);
    return true;
}

bool regions_matched(const RegionSet *set, DpsImage *content, DpsImage *style)
{
    *content = *style = (DpsImage) { 0 };
    if (matched_planes(set, &set->content, content) && matched_planes(set, &set->style, style))
        return true;
    dps_image_clear(content);
    return false;
}

void regions_free_part(const RegionSet *set, float *part)
{
    for (size_t i = 0; i < image_pixels(&set->content); i++) {
        float held = 0, all = 0;
        for (int k = 0; k < set->count; k++) {
            float mask = image_plane(&set->content, k)[i];
            all += mask;
            held += regions_active(set, k) ? 0 : mask;
        }
        part[i] = all > 0 ? 1 - held / all : 1;
    }
}
