/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "finish.h"

#include "image/smoothing.h"
#include "image/photo.h"
#include "start.h"
#include "take.h"

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

/* The optimised picture as local affine maps, applied to the original's pixels; a painting has
 * strokes that the original hasn't, and is enlarged as it is. */
static DpsStatus to_full_size(const DpsJob *job, bool painting, const DpsImage *small,
                              DpsImage *picture, Device *dev, const DpsWork *work, DpsImage *out)
{
    const DpsImage *full = job->content;

    if (small->width == full->width && small->height == full->height && full->channels == 3) {
        *out = *picture;
        *picture = (DpsImage) { 0 };
        return DPS_OK;
    }
    if (!painting)
        return start_carry(dev, small, picture, full, work, out);
    return image_resize_lanczos(picture, full->width, full->height, work, out) ? DPS_OK
                                                                               : DPS_NO_MEMORY;
}

/* Hidden colours have no part in the detail beside them. */
static DpsStatus add_detail(const DpsJob *job, const DpsWork *work, DpsImage *out)
{
    const DpsImage *content = job->content;
    DpsImage opaque = { 0 };

    if (content->channels > 3 &&
        !photo_resize(content, image_resize_area, content->width, content->height, work, &opaque))
        return DPS_NO_MEMORY;
    DpsStatus status = smoothing_detail(out, opaque.data ? &opaque : content, job->options.detail,
                                        SMOOTHING_DETAIL_RADIUS, SMOOTHING_DETAIL_EPS, work);
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

DpsStatus finish_picture(const DpsJob *job, const Schedule *schedule, const DpsImage *small,
                         DpsImage *picture, Device *dev, const DpsWork *work, DpsImage *out)
{
    const DpsOptions *o = &job->options;
    DpsStatus status = DPS_OK;

    *out = (DpsImage) { 0 };
    image_clip(picture);
    if (schedule->smoothing)
        status = smooth(small, work, picture);
    if (!status)
        status = to_full_size(job, schedule->painting, small, picture, dev, work, out);
    if (!status && o->detail > 0)
        status = add_detail(job, work, out);
    if (!status) {
        finish_share(o, job->content, work, out);
        photo_keep_hidden(job->content, out);
    }
    return status;
}
