/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What describes a pixel: colour, texture, place. */
#include "image/luma.h"
#include "image/photo.h"
#include "segment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Opponent colours of display-encoded values: luma, and two differences that grey has not. */
static void colours(const DpsImage *small, DpsImage *feature)
{
    size_t n = image_pixels(small);
    const float *r = image_plane(small, 0), *g = image_plane(small, 1), *b = image_plane(small, 2);
    float *luma = image_plane(feature, SEGMENT_LUMA);
    float *redgreen = image_plane(feature, SEGMENT_REDGREEN);
    float *yellowblue = image_plane(feature, SEGMENT_YELLOWBLUE);
    for (size_t i = 0; i < n; i++) {
        luma[i] = luma_601(r[i], g[i], b[i]);
        redgreen[i] = r[i] - g[i];
        yellowblue[i] = 0.5f * (r[i] + g[i]) - b[i];
    }
}

/* log(0.004 + deviation of luma within `radius`), itself averaged a little further; 0.004 is a
 * step of an 8-bit photo.  room: three planes. */
static void texture(const DpsImage *feature, int radius, float *room, float *out)
{
    int width = feature->width, height = feature->height;
    size_t n = image_pixels(feature);
    const float *luma = image_plane(feature, SEGMENT_LUMA);
    float *mean = room + n, *square = room + 2 * n;
    image_box(luma, width, height, radius, room, mean);
    for (size_t i = 0; i < n; i++)
        square[i] = luma[i] * luma[i];
    image_box(square, width, height, radius, room, square);
    for (size_t i = 0; i < n; i++)
        out[i] = logf(0.004f + sqrtf(fmaxf(0, square[i] - mean[i] * mean[i])));
    image_box(out, width, height, 2, room, out);
    image_box(out, width, height, 2, room, out);
}

static void place(DpsImage *feature)
{
    float *down = image_plane(feature, SEGMENT_DOWN), *aside = image_plane(feature, SEGMENT_ASIDE);
    for (int y = 0; y < feature->height; y++)
        for (int x = 0; x < feature->width; x++) {
            *down++ = ((float) y + 0.5f) / (float) feature->height;
            *aside++ = fabsf(((float) x + 0.5f) / (float) feature->width * 2 - 1);
        }
}

bool segment_picture_describe(SegmentPicture *picture)
{
    const DpsImage *small = &picture->small;
    size_t n = image_pixels(small);
    float *room = malloc(3 * n * sizeof *room);
    if (!room ||
        !dps_image_init(&picture->feature, SEGMENT_FEATURES, small->width, small->height)) {
        free(room);
        return false;
    }
    DpsImage *feature = &picture->feature;
    colours(small, feature);
    texture(feature, 1, room, image_plane(feature, SEGMENT_FINE));
    texture(feature, 4, room, image_plane(feature, SEGMENT_COARSE));
    place(feature);
    free(room);
    return true;
}

/* Pixels that can't be seen are no region's. */
static bool hide(const DpsImage *photo, const DpsWork *work, SegmentPicture *picture)
{
    const DpsImage whole = photo_coverage(photo);
    DpsImage coverage;

    if (!whole.channels)
        return true;
    if (!image_resize_area(&whole, picture->small.width, picture->small.height, work, &coverage))
        return false;
    for (size_t i = 0; i < image_pixels(&coverage); i++)
        if (coverage.data[i] < 0.5f * photo_peak(&whole))
            picture->label[i] = SEGMENT_HIDDEN;
    dps_image_clear(&coverage);
    return true;
}

bool segment_picture_init(const DpsImage *photo, int size, const DpsWork *work,
                          SegmentPicture *picture)
{
    int width, height;
    image_fit(photo->width, photo->height, size, false, &width, &height);
    if (!photo_resize(photo, image_resize_area, width, height, work, &picture->small))
        return false;
    image_clip(&picture->small);
    picture->label = calloc(image_pixels(&picture->small), 1);
    return picture->label && hide(photo, work, picture);
}

void segment_picture_clear(SegmentPicture *picture)
{
    dps_image_clear(&picture->small);
    dps_image_clear(&picture->feature);
    free(picture->label);
    *picture = (SegmentPicture) { 0 };
}
