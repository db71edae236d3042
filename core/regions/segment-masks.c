/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Masks from labels: coverages that follow the photo's colours at any size.
 *
 * A local affine model of the small picture's colours (affine.h), m = a . I + b, the guided filter's
 * and the matting Laplacian's (K. He, J. Sun, X. Tang, ECCV 2010), is drawn out to the large photo
 * and applied to its pixels (K. He, J. Sun: "Fast guided filter", 2015). */
#include "segment.h"

#include "image/affine.h"

#include <string.h>

enum { RADIUS = 3 };
#define EPS 1e-3

/* Coverages of up to three labels from `first` on, in the planes of masks. */
static bool draw_three(const SegmentPicture *picture, const DpsImage *photo, int first, int count,
                       DpsImage *hard, const DpsWork *work, DpsImage *masks)
{
    const uint8_t *label = picture->label;
    size_t n = image_pixels(hard);
    DpsImage drawn;
    memset(hard->data, 0, image_values(hard) * sizeof(float));
    for (size_t i = 0; i < n; i++)
        if (label[i] >= first && label[i] < first + count)
            image_plane(hard, label[i] - first)[i] = 1;
    if (!affine_carry(&picture->small, hard, photo, RADIUS, EPS, work, &drawn))
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

bool segment_masks(const SegmentPicture *picture, const DpsImage *photo, int count,
                   const DpsWork *work, DpsImage *masks)
{
    DpsImage hard = { 0 };
    bool ok = dps_image_init(masks, count, photo->width, photo->height) &&
              dps_image_init(&hard, 3, picture->small.width, picture->small.height);
    for (int k = 0; ok && k < count; k += 3)
        ok = draw_three(picture, photo, k, count - k < 3 ? count - k : 3, &hard, work, masks);
    dps_image_clear(&hard);
    if (ok)
        share_out(masks);
    else
        dps_image_clear(masks);
    return ok;
}
