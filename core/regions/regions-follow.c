/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How masks follow a network down: what a mask of its features is. */
#include "regions.h"

bool regions_shrink(const DpsImage *masks, int width, int height, const DpsWork *work,
                    DpsImage *out)
{
    return image_resize_adaptive(masks, width, height, work, out);
}

/* out[y][x] = (in[y][x - 1] + in[y][x] + in[y][x + 1]) / 3, zeros beyond. */
static void mean3_across(const float *in, int width, float *out)
{
    for (int x = 0; x < width; x++) {
        float left = x > 0 ? in[x - 1] : 0, right = x + 1 < width ? in[x + 1] : 0;
        out[x] = (left + in[x] + right) / 3;
    }
}

bool regions_follow_convolution(DpsImage *masks)
{
    DpsImage across;
    if (!dps_image_init(&across, masks->channels, masks->width, masks->height))
        return false;
    size_t width = (size_t) masks->width;
    int rows = masks->height * masks->channels;
    for (int y = 0; y < rows; y++)
        mean3_across(masks->data + (size_t) y * width, masks->width,
                     across.data + (size_t) y * width);
    for (int y = 0; y < rows; y++) {
        int in_plane = y % masks->height;
        const float *row = across.data + (size_t) y * width;
        float *out = masks->data + (size_t) y * width;
        for (size_t x = 0; x < width; x++) {
            float above = in_plane > 0 ? (row - width)[x] : 0;
            float below = in_plane + 1 < masks->height ? row[width + x] : 0;
            out[x] = (above + row[x] + below) / 3;
        }
    }
    dps_image_clear(&across);
    return true;
}

bool regions_follow_pooling(DpsImage *masks, int width, int height, const DpsWork *work)
{
    DpsImage pooled;
    if (!image_resize_area(masks, width, height, work, &pooled))
        return false;
    dps_image_clear(masks);
    *masks = pooled;
    return true;
}
