/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "start.h"

#include "image/affine.h"
#include "image/random.h"
#include "regions/colour.h"

#include <stdlib.h>

/* The initial estimate is projected with wide windows, results are carried up with narrow ones (QUALITY.md has
 * what others lose).  Interpolating the picture instead puts the matting energy up 30 times. */
#define ESTIMATE_RADIUS 2
#define ESTIMATE_EPS 1e-4
#define CARRY_RADIUS 1
#define CARRY_EPS 1e-4

/* What a result's colours are moved by is projected more closely (QUALITY.md, experiment 52). */
#define KEEP_RADIUS 2
#define KEEP_EPS 1e-5

bool start_estimate(const DpsImage *content, const DpsImage *style, const RegionSet *set,
                    const Palette *palette, const DpsWork *work, DpsImage *out)
{
    DpsImage estimate;

    *out = (DpsImage){ 0 };
    if (!colour_transfer_regions(content, style, set, work, &estimate))
        return false;
    bool ok = (!palette || palette_pull(palette, set, work, &estimate)) &&
              affine_carry(content, &estimate, content, ESTIMATE_RADIUS, ESTIMATE_EPS, work, out);
    dps_image_clear(&estimate);
    return ok;
}

bool start_noise(const DpsImage *content, unsigned seed, DpsImage *out)
{
    /* the mean colour that the original network subtracts, and 1e-4 of the 0..256 scale */
    const double mean[] = { 123.68 / 256, 116.779 / 256, 103.939 / 256 };
    Random r = { seed };

    if (!dps_image_init(out, 3, content->width, content->height))
        return false;
    for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < image_pixels(out); i++)
            image_plane(out, c)[i] = (float) (mean[c] + 1e-4 / 256 * random_normal(&r));
    return true;
}

bool start_field(const DpsImage *guide, const DpsImage *picture, const DpsWork *work,
                 DpsImage *field)
{
    return affine_fit_fine(guide, picture, CARRY_RADIUS, CARRY_EPS, work, field);
}

static DpsStatus apply(Device *dev, const DpsImage *field, const DpsImage *target,
                       const DpsWork *work, DpsImage *out)
{
    double nothing;

    if (dev && dev->be->carry) {
        dev->be->carry(dev, field->data, field->height, field->width, target->data, out->data,
                       target->height, target->width);
        DpsStatus status = dev->be->read(dev, 0, 0, &nothing);
        if (!status || status == DPS_CANCELLED)
            return status;
    }
    return affine_apply(field, target, out, work);
}

DpsStatus start_apply(Device *dev, const DpsImage *field, const DpsImage *target,
                      const DpsWork *work, DpsImage *out)
{
    if (!dps_image_init(out, 3, target->width, target->height))
        return DPS_NO_MEMORY;
    DpsStatus status = apply(dev, field, target, work, out);
    if (status)
        dps_image_clear(out);
    return status;
}

DpsStatus start_carry(Device *dev, const DpsImage *guide, const DpsImage *picture,
                      const DpsImage *target, const DpsWork *work, DpsImage *out)
{
    DpsImage field;

    *out = (DpsImage){ 0 };
    if (!start_field(guide, picture, work, &field))
        return DPS_NO_MEMORY;
    DpsStatus status = start_apply(dev, &field, target, work, out);
    dps_image_clear(&field);
    return status;
}

/* picture += part (to - picture), in `to`, projected to locally affine. */
static bool add_projected(const DpsImage *content, const float *part, const DpsWork *work,
                          DpsImage *to, DpsImage *picture)
{
    size_t n = image_pixels(picture);
    DpsImage move;

    for (size_t i = 0; i < image_values(picture); i++)
        to->data[i] -= picture->data[i];
    if (!affine_carry(content, to, content, KEEP_RADIUS, KEEP_EPS, work, &move))
        return false;
    for (size_t i = 0; i < image_values(picture); i++)
        picture->data[i] += part[i % n] * move.data[i];
    dps_image_clear(&move);
    return true;
}

bool start_keep_colours(const Palette *palette, const RegionSet *set, const DpsImage *content,
                        const DpsWork *work, DpsImage *picture)
{
    DpsImage pulled;
    float *part = malloc(image_pixels(picture) * sizeof *part);
    bool ok = part && image_copy(picture, &pulled);

    if (ok) {
        regions_free_part(set, part);
        image_clip(&pulled);
        ok = palette_pull(palette, set, work, &pulled) &&
             add_projected(content, part, work, &pulled, picture);
        dps_image_clear(&pulled);
    }
    free(part);
    return ok;
}

bool start_hold(const RegionSet *set, const DpsImage *content, DpsImage *picture)
{
    size_t n = image_pixels(picture);

    if (set->matched == set->count)
        return true;
    float *part = malloc(n * sizeof *part);
    if (!part)
        return false;
    regions_free_part(set, part);
    for (int c = 0; c < 3; c++) {
        float *x = image_plane(picture, c);
        const float *from = image_plane(content, c);
        for (size_t i = 0; i < n; i++)
            x[i] = from[i] + part[i] * (x[i] - from[i]);
    }
    free(part);
    return true;
}
