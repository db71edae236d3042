/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* host.h - small helpers for the tests of the core's host side. */

#ifndef HOST_H
#define HOST_H

#include "image/image.h"

#include <math.h>
#include <string.h>

/* A picture of golden values; clear it. */
static inline DpsImage host_image(const float *values, int channels, int width, int height)
{
    DpsImage image;
    if (!dps_image_init(&image, channels, width, height))
        abort();
    memcpy(image.data, values, image_values(&image) * sizeof(float));
    return image;
}

/* Repeatable numbers in [0, 1): a small linear congruence. */
static inline float host_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float) (*state >> 8) / 16777216.0f;
}

/* A picture-like picture: slow waves and some noise. */
static inline DpsImage host_photo(int channels, int width, int height, unsigned seed)
{
    DpsImage image;
    if (!dps_image_init(&image, channels, width, height))
        abort();
    float *v = image.data;
    for (int c = 0; c < channels; c++)
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                *v++ = 0.5f +
                       0.3f * sinf(0.21f * (float) x + 0.17f * (float) y + (float) (c + seed)) +
                       0.2f * (host_random(&seed) - 0.5f);
    return image;
}

/* The largest difference between two pictures of the same shape. */
static inline double host_difference(const DpsImage *a, const DpsImage *b)
{
    double most = 0;
    for (size_t i = 0; i < image_values(a); i++) {
        double d = fabs((double) a->data[i] - (double) b->data[i]);
        most = d > most || isnan(d) ? d : most;
    }
    return most;
}

static inline int host_same_shape(const DpsImage *a, int channels, int width, int height)
{
    return a->channels == channels && a->width == width && a->height == height;
}

#endif
