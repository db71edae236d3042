/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Masks from labels: coverages that follow the photo's colours at any size.
 *
 * A local affine model of the small picture's colours (affine.h), m = a . I + b, the guided filter's
 * and the matting Laplacian's (K. He, J. Sun, X. Tang, ECCV 2010), is drawn out to the large photo
 * and applied to its pixels (K. He, J. Sun: "Fast guided filter", 2015). */
#include "segment.h"

#include "image/affine.h"
#include "image/photo.h"

#include <string.h>

enum { RADIUS = 3, MASK_SIZE = 1024 };
#define EPS 1e-3

/* Coverages of up to three labels from `first` on, in the planes of masks. */
static bool draw_three(const SegmentPicture *picture, const DpsImage *photo, const DpsImage *soft,
                       int first, int count, DpsImage *three, const DpsWork *work, DpsImage *masks)
{
    const uint8_t *label = picture->label;
    size_t n = image_pixels(three);
    DpsImage drawn;
    memset(three->data, 0, image_values(three) * sizeof(float));
    if (soft)
        memcpy(three->data, image_plane(soft, first), (size_t) count * n * sizeof(float));
    for (size_t i = 0; !soft && i < n; i++)
        if (label[i] >= first && label[i] < first + count)
            image_plane(three, label[i] - first)[i] = 1;
    if (!affine_carry(&picture->small, three, photo, RADIUS, EPS, work, &drawn))
        return false;
    memcpy(image_plane(masks, first), drawn.data,
           (size_t) count * image_pixels(photo) * sizeof(float));
    dps_image_clear(&drawn);
    return true;
}

/* Twice as steep about one half, and summing to 1. */
static void share_out(DpsImage *masks)
{
    size_t n = image_pixels(masks);
    for (size_t i = 0; i < n; i++) {
        float sum = 0;
        for (int k = 0; k < masks->channels; k++) {
            float *at = image_plane(masks, k) + i;
            *at = image_clipped(2 * *at - 0.5f);
            sum += *at;
        }
        for (int k = 0; k < masks->channels; k++) {
            float *at = image_plane(masks, k) + i;
            *at = sum > 0 ? *at / sum : 1 / (float) masks->channels;
        }
    }
}

bool segment_masks(const SegmentPicture *picture, const DpsImage *photo, const DpsImage *soft, int count,
                   const DpsWork *work, DpsImage *masks)
{
    DpsImage three = { 0 };
    bool ok = dps_image_init(masks, count, photo->width, photo->height) &&
              dps_image_init(&three, 3, picture->small.width, picture->small.height);
    for (int k = 0; ok && k < count; k += 3)
        ok = draw_three(picture, photo, soft, k, count - k < 3 ? count - k : 3, &three, work, masks);
    dps_image_clear(&three);
    if (ok)
        share_out(masks);
    else
        dps_image_clear(masks);
    return ok;
}

bool segment_give_masks(const SegmentPicture *picture, const DpsImage *photo, const DpsImage *soft,
                        int regions, bool style, const DpsWork *work, DpsRegion *region)
{
    DpsImage sized, masks;
    int width, height;
    image_fit(photo->width, photo->height, MASK_SIZE, false, &width, &height);
    if (!photo_resize(photo, image_resize_area, width, height, work, &sized))
        return false;
    image_clip(&sized);
    bool ok = segment_masks(picture, &sized, soft, regions, work, &masks);
    for (int k = 0; ok && k < regions; k++) {
        DpsImage *to = style ? &region[k].style : &region[k].content;
        ok = dps_image_init(to, 1, width, height);
        if (ok)
            memcpy(to->data, image_plane(&masks, k), image_pixels(to) * sizeof(float));
    }
    dps_image_clear(&masks);
    dps_image_clear(&sized);
    return ok;
}
