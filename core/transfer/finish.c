/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "finish.h"

#include "image/affine.h"
#include "image/photo.h"
#include "image/smoothing.h"
#include "regions/strength.h"
#include "start.h"
#include "take.h"

#include <math.h>

/* The reference's last step. */
static DpsStatus smooth(const DpsImage *small, const DpsWork *work, DpsImage *picture)
{
    DpsImage smoothed;
    DpsStatus status = smoothing_affine(small, picture, 15, 5, 0.01, work, &smoothed);

    if (status)
        return status;
    dps_image_clear(picture);
    *picture = smoothed;
    return DPS_OK;
}

/* Adds to the maps' constants what they leave of the picture: then they give it exactly. */
static bool complete(const DpsImage *small, const DpsImage *picture, const DpsWork *work,
                     DpsImage *maps)
{
    DpsImage applied;

    if (start_apply(NULL, maps, small, work, &applied))
        return false;
    for (int c = 0; c < 3; c++) {
        float *constant = image_plane(maps, 4 * c + 3);
        const float *want = image_plane(picture, c), *have = image_plane(&applied, c);
        for (size_t i = 0; i < image_pixels(picture); i++)
            constant[i] += want[i] - have[i];
    }
    dps_image_clear(&applied);
    return true;
}

/* What the regions' strengths leave of the maps, which may be empty, and of the picture, which may be NULL. */
static bool weaken(const DpsJob *job, const DpsImage *small, const DpsWork *work, DpsImage *maps,
                   DpsImage *picture)
{
    DpsImage share;

    if (!strength_weakens(job->options.strength))
        return true;
    if (!strength_lay(job->options.strength, job->regions, job->region, small->width, small->height,
                      work, &share))
        return false;
    if (maps->data)
        strength_weaken_maps(&share, maps);
    if (picture)
        strength_weaken_picture(&share, small, picture);
    dps_image_clear(&share);
    return true;
}

/* A photo as large as the last size has its picture, and maps only where they are wanted. */
static DpsStatus at_full_size(const DpsJob *job, const DpsImage *small, DpsImage *picture,
                              const DpsWork *work, DpsImage *maps, DpsImage *out)
{
    const DpsWork whole = { .threads = work->threads };

    if (job->want_field &&
        !(start_field(small, picture, work, maps) && complete(small, picture, &whole, maps)))
        return DPS_NO_MEMORY;
    if (!weaken(job, small, work, maps, picture))
        return DPS_NO_MEMORY;
    *out = *picture;
    *picture = (DpsImage) { 0 };
    return DPS_OK;
}

bool finish_in_place(const DpsJob *job, const Schedule *schedule)
{
    const DpsOptions *o = &job->options;

    return job->give_way == job->content && job->content->channels == 3 && !schedule->painting &&
           o->take == DPS_TAKE_ALL && o->amount >= 1 && o->detail <= 0;
}

/* The optimised picture as local affine maps, applied to the original's pixels; a painting has
 * strokes that the original hasn't, and is enlarged as it is. */
static DpsStatus to_full_size(const DpsJob *job, const Schedule *schedule, const DpsImage *small,
                              DpsImage *picture, Device *dev, const DpsWork *work, DpsImage *maps,
                              DpsImage *out)
{
    const DpsImage *full = job->content;

    if (schedule->painting)
        return image_resize_lanczos(picture, full->width, full->height, work, out) ? DPS_OK
                                                                                   : DPS_NO_MEMORY;
    if (small->width == full->width && small->height == full->height && full->channels == 3)
        return at_full_size(job, small, picture, work, maps, out);
    if (!start_field(small, picture, work, maps) || !weaken(job, small, work, maps, NULL))
        return DPS_NO_MEMORY;
    if (!finish_in_place(job, schedule))
        return start_apply(dev, maps, full, work, out);
    /* by the processor: where a device fails, some pixels would have changed already */
    *out = *job->give_way;
    *job->give_way = (DpsImage){ 0 };
    return affine_apply(maps, out, out, work);
}

/* Hidden colours have no part in the detail beside them. */
static DpsStatus add_detail(const DpsImage *content, double amount, int radius, const DpsWork *work,
                            DpsImage *out)
{
    DpsImage opaque = { 0 };

    if (content->channels > 3 &&
        !photo_resize(content, image_resize_area, content->width, content->height, work, &opaque))
        return DPS_NO_MEMORY;
    DpsStatus status = smoothing_detail(out, opaque.data ? &opaque : content, amount, radius,
                                        SMOOTHING_DETAIL_EPS, work);
    dps_image_clear(&opaque);
    return status;
}

void finish_share(const DpsOptions *o, const DpsImage *content, const DpsWork *work,
                  DpsImage *picture)
{
    take_over(content, o->take, work, picture);
    if (o->amount < 1)
        image_blend(content, picture, o->amount, picture);
}

DpsStatus finish_choices(const DpsOptions *o, const DpsImage *content, double step,
                         const DpsWork *work, DpsImage *picture)
{
    int radius = (int) fmax(1, round(SMOOTHING_DETAIL_RADIUS / step));
    DpsStatus status = DPS_OK;

    if (o->detail > 0)
        status = add_detail(content, o->detail, radius, work, picture);
    if (!status) {
        finish_share(o, content, work, picture);
        photo_keep_hidden(content, picture);
    }
    return status;
}

/* Gives the maps away where they are wanted, else clears them. */
static void keep_field(const DpsJob *job, DpsImage *maps, DpsResult *result)
{
    if (job->want_field && maps->data)
        result->field = (DpsField){ result->image.width, result->image.height, *maps };
    else
        dps_image_clear(maps);
    *maps = (DpsImage) { 0 };
}

DpsStatus finish_picture(const DpsJob *job, const Schedule *schedule, const DpsImage *small,
                         DpsImage *picture, Device *dev, const DpsWork *work, DpsResult *result)
{
    DpsImage maps = { 0 };
    DpsStatus status = DPS_OK;

    image_clip(picture);
    if (schedule->smoothing)
        status = smooth(small, work, picture);
    if (!status)
        status = to_full_size(job, schedule, small, picture, dev, work, &maps,
                              &result->image);
    keep_field(job, &maps, result);
    return status ? status : finish_choices(&job->options, job->content, 1, work, &result->image);
}
