/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* image.h - planar float images: making, resizing, rounding.
 *
 * DpsImage and its init and clear are in dps.h.  It knows nothing of colour profiles, files
 * or what a picture shows.
 *
 * Every function that returns a picture makes it: `out` need not be initialised, is freed by
 * the caller with dps_image_clear, and is empty when the function fails, which it does only
 * when memory is short.  `out` is never an input.
 * Every size from 1x1 upwards works, enlarging too.  Of a DpsWork these take the number of threads,
 * and go on to the end. */

#ifndef IMAGE_H
#define IMAGE_H

#include "dps.h"

#include <stdint.h>

/* Pixels of a plane; planes times pixels. */
static inline size_t image_pixels(const DpsImage *image)
{
    return (size_t) image->width * (size_t) image->height;
}

static inline size_t image_values(const DpsImage *image)
{
    return image_pixels(image) * (size_t) image->channels;
}

static inline float *image_plane(const DpsImage *image, int channel)
{
    return image->data + image_pixels(image) * (size_t) channel;
}

/* Into [0, 1]; what is not a number becomes 0. */
static inline float image_clipped(float v)
{
    return v > 0 ? (v < 1 ? v : 1) : 0;
}

/* False when height x width x channels floats can't be addressed, or a side is below 1. */
bool image_size_fits(int channels, int width, int height);

bool image_copy(const DpsImage *in, DpsImage *out);

/* Lanczos-3, the kernel widened by the reduction, results clipped to [0, 1]: what Pillow's
 * resize(LANCZOS) computes, without its rounding to 8 bits. */
bool image_resize_lanczos(const DpsImage *in, int width, int height, const DpsWork *work,
                          DpsImage *out);

/* The same in Pillow's 8-bit arithmetic, to the last bit (weights of 22 bits, values rounded to 8
 * bits before and after each pass): for measures that must agree with programs that load photos
 * that way.  Holds a byte per pixel of the narrower picture in between. */
bool image_resize_lanczos8(const DpsImage *in, int width, int height, const DpsWork *work,
                           DpsImage *out);

/* Bilinear with pixel centres at halves; where it reduces, the triangle is widened by the
 * reduction (torch: mode='bilinear', antialias=True). */
bool image_resize_bilinear(const DpsImage *in, int width, int height, const DpsWork *work,
                           DpsImage *out);

/* Each pixel averages its interval of the source, cut pixels weighted by their share: what the
 * paper's masks go through after a pooling. */
bool image_resize_area(const DpsImage *in, int width, int height, const DpsWork *work,
                       DpsImage *out);

/* Each pixel averages all source pixels that its interval touches, cut ones in full (torch:
 * adaptive_avg_pool2d, interpolate(mode='area')). */
bool image_resize_adaptive(const DpsImage *in, int width, int height, const DpsWork *work,
                           DpsImage *out);

/* For masks: image_resize_adaptive where both sides shrink or stay, else bilinear. */
bool image_resize_mask(const DpsImage *in, int width, int height, const DpsWork *work,
                       DpsImage *out);

/* The size that brings the long side to `size` pixels and keeps the shape, halves rounded to
 * even as Python's round() does, never below 1.  Without `enlarge` a picture that is smaller
 * keeps its size. */
void image_fit(int width, int height, int size, bool enlarge, int *out_width, int *out_height);

/* Box means over (2 radius + 1)^2 pixels of a plane, cut at the border; room: width x height.  out may be
 * in. */
void image_box(const float *in, int width, int height, int radius, float *room, float *out);

/* Clips to [0, 1]; what is not a number becomes 0. */
void image_clip(DpsImage *image);

/* Clips, and rounds to multiples of 1/255. */
void image_round8(DpsImage *image);

/* The least and the greatest value. */
void image_range(const DpsImage *image, float *least, float *greatest);

/* What a display shows of a picture.  *shown becomes the picture itself where all its values are from 0
 * to 1 or one is no number, else *copy, which is then made: the picture clipped.  The caller clears
 * *copy, which is empty in the first case.  False when memory is short. */
bool image_shown(const DpsImage *image, DpsImage *copy, const DpsImage **shown);

/* Lays over a result what image_shown has cut off a picture of the same size: it is added. */
void image_add_beyond(const DpsImage *image, DpsImage *result);

/* (1 - amount) a + amount b */
static inline float image_blended(float a, float b, float amount)
{
    return (1 - amount) * a + amount * b;
}

/* The same of whole images; out may be a or b, and is already made. */
void image_blend(const DpsImage *a, const DpsImage *b, double amount, DpsImage *out);

/* True when every value is finite. */
bool image_is_finite(const DpsImage *image);

#endif
