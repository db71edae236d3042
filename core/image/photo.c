/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "photo.h"
#include "message.h"

#include <math.h>
#include <stdlib.h>

/* How far around hidden pixels colours are looked for, of the long side. */
#define NEARBY 0.02

/* What the mean of all colours weighs beside those nearby. */
#define OVERALL 0.01

/* Products are resized at half their size: filters overshoot, and resizing clips at 1. */
#define HALF 0.5f

DpsImage photo_coverage(const DpsImage *photo)
{
    if (photo->channels < 4)
        return (DpsImage) { 0 };
    return (DpsImage) { 1, photo->width, photo->height, image_plane(photo, 3) };
}

float photo_peak(const DpsImage *coverage)
{
    float peak = 0;

    for (size_t i = 0; coverage->channels && i < image_pixels(coverage); i++)
        peak = fmaxf(peak, coverage->data[i]);
    return peak > 0 ? peak : 1;
}

static bool is_hidden(const DpsImage *photo)
{
    DpsImage coverage = photo_coverage(photo);
    bool hidden = coverage.channels > 0;

    for (size_t i = 0; hidden && i < image_pixels(&coverage); i++)
        hidden = !(coverage.data[i] > 0);
    return hidden;
}

bool photo_check(const DpsImage *photo, const char *which, DpsMessage *message)
{
    if (!photo || !photo->data || photo->width < 1 || photo->height < 1)
        say(message, DPS_SAY_BAD_PICTURE, N_("The %s is empty; choose a picture that has pixels."),
            which);
    else if (photo->channels != 3 && photo->channels != 4)
        say(message, DPS_SAY_BAD_PICTURE,
            N_("The %s has %d planes; it must have three, red, green and blue, and may have its "
               "coverage as the fourth."),
            which, photo->channels);
    else if (!image_is_finite(photo))
        say(message, DPS_SAY_BAD_PICTURE,
            N_("The %s has pixels that are not numbers; repair them first."), which);
    else if (is_hidden(photo))
        say(message, DPS_SAY_BAD_PICTURE,
            N_("The %s is transparent everywhere: there is nothing to see in it. Choose another "
               "picture."),
            which);
    else
        return true;
    say_word(message, 0);
    return false;
}

/* HALF times the coverage, over its peak, times a colour (NULL: 1), resized into `to`, which is of out's
 * size.  product: the photo's size. */
static bool resize_product(const DpsImage *photo, const float *colour, PhotoResize *resize,
                           const DpsWork *work, DpsImage *product, const DpsImage *out, float *to)
{
    const DpsImage coverage = photo_coverage(photo);
    float scale = HALF / photo_peak(&coverage);
    DpsImage small;

    for (size_t i = 0; i < image_pixels(photo); i++)
        product->data[i] = scale * coverage.data[i] * (colour ? colour[i] : 1);
    if (!resize(product, out->width, out->height, work, &small))
        return false;
    for (size_t i = 0; i < image_pixels(out); i++)
        to[i] = small.data[i] / HALF;
    dps_image_clear(&small);
    return true;
}

/* in times weight, averaged nearby. */
static void average(const float *in, const float *weight, const DpsImage *of, float *room,
                    float *out)
{
    int side = of->width > of->height ? of->width : of->height;
    int radius = (int) ceil(NEARBY * side);

    for (size_t i = 0; i < image_pixels(of); i++)
        out[i] = in[i] * weight[i];
    image_box(out, of->width, of->height, radius, room, out);
    image_box(out, of->width, of->height, radius, room, out);
}

static double sum(const float *values, size_t n)
{
    double all = 0;

    for (size_t i = 0; i < n; i++)
        all += (double) values[i];
    return all;
}

/* Adds (1 - coverage) S to colours that have been multiplied by the coverage.  room: 3 planes. */
static void fill(const float *coverage, float *room, DpsImage *out)
{
    size_t n = image_pixels(out);
    float *near = room + n, *around = room + 2 * n;
    double visible = sum(coverage, n);

    average(coverage, coverage, out, room, around);
    for (int c = 0; c < 3; c++) {
        float *to = image_plane(out, c);
        float overall = visible > 0 ? (float) (sum(to, n) / visible) : 0;
        average(to, coverage, out, room, near);
        for (size_t i = 0; i < n; i++) {
            float colour = (near[i] + (float) OVERALL * overall) / (around[i] + (float) OVERALL);
            to[i] += (1 - coverage[i]) * colour;
        }
    }
    image_clip(out);
}

/* coverage: one plane of out's size. */
static bool resize_visible(const DpsImage *photo, PhotoResize *resize, const DpsWork *work,
                           float *coverage, DpsImage *out)
{
    DpsImage product;

    if (!dps_image_init(&product, 1, photo->width, photo->height))
        return false;
    bool ok = resize_product(photo, NULL, resize, work, &product, out, coverage);
    for (int c = 0; ok && c < 3; c++)
        ok = resize_product(photo, image_plane(photo, c), resize, work, &product, out,
                            image_plane(out, c));
    dps_image_clear(&product);
    return ok;
}

bool photo_resize(const DpsImage *photo, PhotoResize *resize, int width, int height,
                  const DpsWork *work, DpsImage *out)
{
    if (photo->channels < 4)
        return resize(photo, width, height, work, out);
    if (!dps_image_init(out, 3, width, height))
        return false;
    float *room = malloc(4 * image_pixels(out) * sizeof *room), *coverage = room;
    bool ok = room && resize_visible(photo, resize, work, coverage, out);
    if (ok)
        fill(coverage, room + image_pixels(out), out);
    else
        dps_image_clear(out);
    free(room);
    return ok;
}

void photo_keep_hidden(const DpsImage *photo, DpsImage *picture)
{
    DpsImage coverage = photo_coverage(photo);

    for (int c = 0; coverage.channels && c < 3; c++) {
        const float *own = image_plane(photo, c);
        float *to = image_plane(picture, c);
        for (size_t i = 0; i < image_pixels(photo); i++)
            if (!(coverage.data[i] > 0))
                to[i] = own[i];
    }
}
