/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a stroke of a brush means: declared in dps.h.
 *
 * Colours like those under the middle of the stroke (a Gaussian in three colours) belong to it, and a local
 * affine model of the photo's colours (affine.h) draws its border. */
#include "image/affine.h"
#include "image/ldl3.h"
#include "regions.h"

#include <stdlib.h>
#include <string.h>

/* How much colours vary at least under a stroke, as a variance, and how many deviations from their mean
 * still belong to it. */
#define LEAST_VARIANCE 4e-4
#define DEVIATIONS 3.5

/* Where the stroke covers this much of a brush's surroundings is its middle. */
#define MIDDLE 0.95f

/* More than what rounding leaves of nothing. */
#define SOME 1e-5f

/* Of the affine model: window and eps. */
enum { RADIUS = 3 };
#define EPS 1e-4

typedef struct {
    double mean[3];
    Ldl3 covariance;
} Colours;

/* The colours where weight is at least `least`; false where that is nowhere. */
static bool find_colours(const DpsImage *photo, const float *weight, float least, Colours *out)
{
    size_t n = image_pixels(photo), count = 0;
    double sum[3] = { 0 }, square[3][3] = { { 0 } };
    for (size_t i = 0; i < n; i++) {
        if (weight[i] < least)
            continue;
        count++;
        for (int c = 0; c < 3; c++) {
            double v = (double) image_plane(photo, c)[i];
            sum[c] += v;
            for (int d = c; d < 3; d++)
                square[c][d] += v * (double) image_plane(photo, d)[i];
        }
    }
    for (int c = 0; c < 3; c++)
        out->mean[c] = count ? sum[c] / (double) count : 0;
    for (int c = 0; c < 3 && count; c++)
        for (int d = c; d < 3; d++)
            square[c][d] = square[c][d] / (double) count - out->mean[c] * out->mean[d] +
                           (c == d ? LEAST_VARIANCE : 0);
    out->covariance = ldl3(square[0][0], square[0][1], square[0][2], square[1][1], square[1][2],
                           square[2][2]);
    return count > 0;
}

/* Whether a pixel's colour is like those: its Mahalanobis distance. */
static bool is_like(const Colours *colours, const DpsImage *photo, size_t i)
{
    double off[3], solved[3], distance = 0;
    for (int c = 0; c < 3; c++)
        off[c] = (double) image_plane(photo, c)[i] - colours->mean[c];
    ldl3_solve(&colours->covariance, off[0], off[1], off[2], solved);
    for (int c = 0; c < 3; c++)
        distance += off[c] * solved[c];
    return distance < DEVIATIONS * DEVIATIONS;
}

/* What belongs to the stroke, pixel by pixel, in three planes that are the same.  near: how much the stroke
 * covers around each pixel. */
static void choose(const DpsImage *photo, const DpsImage *stroke, const float *near,
                   DpsImage *hard)
{
    size_t n = image_pixels(photo);
    Colours colours;
    bool some = find_colours(photo, near, MIDDLE, &colours) ||
                find_colours(photo, stroke->data, 0.5f, &colours);
    for (size_t i = 0; i < n; i++) {
        bool within = some && near[i] > SOME && is_like(&colours, photo, i);
        for (int c = 0; c < 3; c++)
            image_plane(hard, c)[i] = within;
    }
}

/* Steeper about one half, and nothing far from the stroke. */
static void finish(const DpsImage *drawn, const float *near, DpsImage *out)
{
    for (size_t i = 0; i < image_pixels(out); i++)
        out->data[i] = near[i] > SOME ? image_clipped(2 * drawn->data[i] - 0.5f) : 0;
}

DpsStatus dps_stroke_grow(const DpsImage *photo, const DpsImage *stroke, int radius,
                          const DpsWork *work, DpsImage *out)
{
    size_t n = image_pixels(photo);
    float *room = malloc(2 * n * sizeof *room);
    float *near = room ? room + n : NULL;
    DpsImage hard = { 0 }, drawn = { 0 };
    *out = (DpsImage) { 0 };
    bool ok = room && dps_image_init(&hard, 3, photo->width, photo->height);
    if (ok) {
        image_box(stroke->data, photo->width, photo->height, radius, room, near);
        choose(photo, stroke, near, &hard);
        ok = affine_carry(photo, &hard, photo, RADIUS, EPS, work, &drawn) &&
             dps_image_init(out, 1, photo->width, photo->height);
    }
    if (ok)
        finish(&drawn, near, out);
    dps_image_clear(&hard);
    dps_image_clear(&drawn);
    free(room);
    return ok ? DPS_OK : DPS_NO_MEMORY;
}
