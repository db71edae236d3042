/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "borders.h"

#include "colour.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OF_PICTURE 0.012 /* how wide a border is: of the long side, */
#define OF_REGION 0.05   /* but at most of the side of a square as large as the region */
#define AT_LEAST 0.4     /* of a region is inside */
#define FEWEST 20        /* pixels that tell what a region looks like */
#define GRAIN 1e-3       /* variance of what a colour may be off by */
#define MARGIN 1         /* by which a likelihood's logarithm must be ahead */

/* A normal distribution of colours: mean, the directions of its axes as columns, and their
 * variances. */
typedef struct {
    bool known;
    double mean[3], axis[9], variance[3];
} Look;

/* inner = the mask without its border, where it fades to 0 over `radius` pixels. */
static void shrink(const DpsImage *masks, int k, int radius, float *room, float *inner)
{
    const float *mask = image_plane(masks, k);
    size_t n = image_pixels(masks);

    image_box(mask, masks->width, masks->height, radius, room, inner);
    for (size_t i = 0; i < n; i++)
        inner[i] = mask[i] * fmaxf(2 * inner[i] - 1, 0);
}

/* The same, by a radius that suits the picture and the region, and with more of a region of which hardly
 * anything would be left. */
static void find_inner(const DpsImage *masks, int k, float *room, float *inner)
{
    const float *mask = image_plane(masks, k);
    size_t n = image_pixels(masks);
    int side = masks->width > masks->height ? masks->width : masks->height;
    double area = 0, left = 0;

    for (size_t i = 0; i < n; i++)
        area += (double) mask[i];
    int radius = (int) lrint(fmin(OF_PICTURE * side, OF_REGION * sqrt(area)));
    memcpy(inner, mask, n * sizeof *inner);
    if (radius < 1)
        return;
    shrink(masks, k, radius, room, inner);
    for (size_t i = 0; i < n; i++)
        left += (double) inner[i];
    float share = (float) fmin(left / (AT_LEAST * area), 1);
    for (size_t i = 0; i < n; i++)
        inner[i] = mask[i] + share * (inner[i] - mask[i]);
}

static Look look_of(const DpsImage *style, const float *inner)
{
    Look look = { .known = false };
    double sum = 0, cov[9];

    for (size_t i = 0; i < image_pixels(style); i++)
        sum += (double) inner[i];
    look.known = sum >= FEWEST;
    if (!look.known)
        return look;
    colour_moments(style, inner, look.mean, cov);
    for (int c = 0; c < 3; c++)
        cov[4 * c] += GRAIN;
    colour_eigen(cov, look.variance, look.axis);
    return look;
}

/* The logarithm of how likely pixel i's colour is, less a constant. */
static double likelihood(const Look *look, const DpsImage *style, size_t i)
{
    double sum = 0;

    for (int a = 0; a < 3; a++) {
        double along = 0;
        for (int c = 0; c < 3; c++)
            along += look->axis[3 * c + a] * ((double) image_plane(style, c)[i] - look->mean[c]);
        sum += along * along / look->variance[a] + log(look->variance[a]);
    }
    return -sum / 2;
}

/* How much of pixel i belongs to region k, going by its colour: 0 to 1. */
static float belongs(const Look *look, int regions, int k, const DpsImage *style, size_t i)
{
    double own, other = -INFINITY;

    if (!look[k].known)
        return 1;
    own = likelihood(&look[k], style, i);
    for (int r = 0; r < regions; r++)
        if (r != k && look[r].known)
            other = fmax(other, likelihood(&look[r], style, i));
    return (float) fmin(2 / (1 + exp(other - own + MARGIN)), 1);
}

bool borders_trim_masks(const DpsImage *style, DpsImage *masks)
{
    int regions = masks->channels;
    size_t n = image_pixels(masks);
    Look *look = malloc((size_t) regions * sizeof *look);
    float *room = malloc(n * sizeof *room);
    DpsImage inner = { 0 };
    bool good = look && room && dps_image_init(&inner, regions, masks->width, masks->height);

    for (int k = 0; good && k < regions; k++) {
        find_inner(masks, k, room, image_plane(&inner, k));
        look[k] = look_of(style, image_plane(&inner, k));
    }
    for (int k = 0; good && k < regions; k++) {
        float *mask = image_plane(masks, k), *inside = image_plane(&inner, k);
        for (size_t i = 0; i < n; i++)
            if (inside[i] < mask[i])
                mask[i] = inside[i] + belongs(look, regions, k, style, i) * (mask[i] - inside[i]);
    }
    dps_image_clear(&inner);
    free(look);
    free(room);
    return good;
}
