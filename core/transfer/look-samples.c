/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "look-samples.h"

#include <math.h>
#include <stdlib.h>

#define MOST_SAMPLES 200000

float look_mask_at(const DpsImage *mask, int x, int y, int width, int height)
{
    int u = (int) ((x + 0.5) * mask->width / width), v = (int) ((y + 0.5) * mask->height / height);

    return image_clipped(mask->data[(size_t) v * (size_t) mask->width + (size_t) u]);
}

static float weight_at(const DpsImage *content, const DpsImage *mask, int x, int y)
{
    size_t at = (size_t) y * (size_t) content->width + (size_t) x;
    float covered = content->channels > 3 ? image_clipped(image_plane(content, 3)[at]) : 1;

    return mask ? covered * look_mask_at(mask, x, y, content->width, content->height) : covered;
}

LookSample *look_samples(const DpsImage *content, const DpsImage *result, const DpsImage *mask,
                         int *count)
{
    int step = (int) ceil(sqrt((double) image_pixels(content) / MOST_SAMPLES));
    size_t across = (size_t) (content->width + step - 1) / (size_t) step;
    size_t down = (size_t) (content->height + step - 1) / (size_t) step;
    LookSample *samples = malloc(across * down * sizeof *samples), *s = samples;

    for (int y = 0; s && y < content->height; y += step)
        for (int x = 0; x < content->width; x += step) {
            size_t at = (size_t) y * (size_t) content->width + (size_t) x;
            *s = (LookSample){ .weight = weight_at(content, mask, x, y), .x = x, .y = y };
            for (int c = 0; c < 3; c++) {
                s->from[c] = image_clipped(image_plane(content, c)[at]);
                s->to[c] = image_clipped(image_plane(result, c)[at]);
            }
            s += s->weight > 0;
        }
    *count = (int) (s - samples);
    return samples;
}
