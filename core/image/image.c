/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "image.h"
#include "luma.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool image_size_fits(int channels, int width, int height)
{
    if (channels < 1 || width < 1 || height < 1)
        return false;
    return (size_t) width <= PTRDIFF_MAX / sizeof(float) / (size_t) channels / (size_t) height;
}

bool dps_image_init(DpsImage *image, int channels, int width, int height)
{
    *image = (DpsImage) { 0 };
    if (!image_size_fits(channels, width, height))
        return false;
    float *data = calloc((size_t) width * (size_t) height * (size_t) channels, sizeof *data);
    if (!data)
        return false;
    *image = (DpsImage) { channels, width, height, data };
    return true;
}

void dps_image_clear(DpsImage *image)
{
    free(image->data);
    *image = (DpsImage) { 0 };
}

bool image_copy(const DpsImage *in, DpsImage *out)
{
    if (!dps_image_init(out, in->channels, in->width, in->height))
        return false;
    memcpy(out->data, in->data, image_values(in) * sizeof(float));
    return true;
}

float dps_luma(float r, float g, float b)
{
    return luma_709(r, g, b);
}

static int fit_side(int side, double k)
{
    double fitted = rint(side * k); /* halves to even */
    return fitted < 1 ? 1 : (int) fmin(fitted, INT_MAX);
}

void image_fit(int width, int height, int size, bool enlarge, int *out_width, int *out_height)
{
    double k = (double) size / (width > height ? width : height);
    bool keep = k > 1 && !enlarge;
    *out_width = keep ? width : fit_side(width, k);
    *out_height = keep ? height : fit_side(height, k);
}

/* ------------------------------------------------------------------- values */

void image_clip(DpsImage *image)
{
    size_t n = image_values(image);
    for (size_t i = 0; i < n; i++)
        image->data[i] = image_clipped(image->data[i]);
}

void image_round8(DpsImage *image)
{
    size_t n = image_values(image);
    for (size_t i = 0; i < n; i++)
        image->data[i] = floorf(image_clipped(image->data[i]) * 255 + 0.5f) / 255;
}

void image_range(const DpsImage *image, float *least, float *greatest)
{
    size_t n = image_values(image);
    float low = image->data[0], high = low;
#pragma omp simd reduction(min : low) reduction(max : high)
    for (size_t i = 0; i < n; i++) {
        low = image->data[i] < low ? image->data[i] : low;
        high = image->data[i] > high ? image->data[i] : high;
    }
    *least = low;
    *greatest = high;
}

bool image_shown(const DpsImage *image, DpsImage *copy, const DpsImage **shown)
{
    float least, greatest;
    *copy = (DpsImage) { 0 };
    *shown = image;
    image_range(image, &least, &greatest);
    if ((least >= 0 && greatest <= 1) || !image_is_finite(image))
        return true;
    if (!image_copy(image, copy))
        return false;
    image_clip(copy);
    *shown = copy;
    return true;
}

void image_add_beyond(const DpsImage *image, DpsImage *result)
{
    size_t n = image_values(result);
    for (size_t i = 0; i < n; i++)
        result->data[i] += image->data[i] - image_clipped(image->data[i]);
}

void image_blend(const DpsImage *a, const DpsImage *b, double amount, DpsImage *out)
{
    size_t n = image_values(out);
    float t = (float) amount;
    for (size_t i = 0; i < n; i++)
        out->data[i] = image_blended(a->data[i], b->data[i], t);
}

bool image_is_finite(const DpsImage *image)
{
    size_t n = image_values(image);
    for (size_t i = 0; i < n; i += 4096) {
        const float *value = image->data + i;
        size_t count = n - i < 4096 ? n - i : 4096;
        float sum = 0; /* 0 * x is 0 for every finite x and NaN otherwise */
#pragma omp simd reduction(+ : sum)
        for (size_t j = 0; j < count; j++)
            sum += 0 * value[j];
        if (sum != 0)
            return false;
    }
    return true;
}

/* Means of 2 radius + 1 values `step` apart, cut at the ends. */
static void box_line(const float *in, int n, size_t step, int radius, float *out)
{
    double sum = 0;
    int first = 0, end = 0; /* the sum is over [first, end) */
    for (int i = 0; i < n; i++) {
        for (; end < n && end <= i + radius; end++)
            sum += (double) in[(size_t) end * step];
        for (; first < i - radius; first++)
            sum -= (double) in[(size_t) first * step];
        out[(size_t) i * step] = (float) (sum / (end - first));
    }
}

void image_box(const float *in, int width, int height, int radius, float *room, float *out)
{
    for (int y = 0; y < height; y++)
        box_line(in + (size_t) y * (size_t) width, width, 1, radius,
                 room + (size_t) y * (size_t) width);
    for (int x = 0; x < width; x++)
        box_line(room + x, height, (size_t) width, radius, out + x);
}
