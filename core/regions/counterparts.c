/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "colour.h"
#include "counterparts.h"
#include "image/luma.h"
#include "image/photo.h"

#include <math.h>
#include <stdlib.h>

#define SIDE 128 /* long side at which photos are looked at, pixels */
#define SCALES 2
#define TEXTURE_WEIGHT 0.02
#define HEIGHT_WEIGHT 1.0
#define FAINT 0.01 /* contrast below which textures are alike */

/* What a region looks like. */
typedef struct {
    bool present;
    double colour[3], covariance[9], texture[SCALES], height;
} Look;

/* ------------------------------------------------------------------- looking */

/* Squared steps between neighbours along a line, weighted by both pixels' masks. */
static void add_steps(const float *value, const float *mask, int n, size_t stride, double *sum,
                      double *weight)
{
    for (int i = 0; i + 1 < n; i++) {
        size_t a = (size_t) i * stride, b = a + stride;
        double w = (double) mask[a] * (double) mask[b];
        double step = (double) value[b] - (double) value[a];
        *sum += w * step * step;
        *weight += w;
    }
}

/* Logarithm of the root mean square step between neighbours, to the right and below. */
static double texture(const DpsImage *luma, const float *mask)
{
    int w = luma->width, h = luma->height;
    double sum = 0, weight = 0;

    for (int y = 0; y < h; y++)
        add_steps(luma->data + (size_t) y * w, mask + (size_t) y * w, w, 1, &sum, &weight);
    for (int x = 0; x < w; x++)
        add_steps(luma->data + x, mask + x, h, (size_t) w, &sum, &weight);
    return log(FAINT + (weight > 0 ? sqrt(sum / weight) : 0));
}

/* Of all that can be seen, which is the sum of the masks. */
static void mean_colour(const DpsImage *image, const DpsImage *masks, double mean[3])
{
    double sum[3] = { 0 }, weight = 0;

    for (size_t i = 0; i < image_pixels(image); i++) {
        double visible = 0;
        for (int k = 0; k < masks->channels; k++)
            visible += (double) image_plane(masks, k)[i];
        for (int c = 0; c < 3; c++)
            sum[c] += visible * (double) image_plane(image, c)[i];
        weight += visible;
    }
    for (int c = 0; c < 3; c++)
        mean[c] = sum[c] / weight;
}

/* The luma, and the masks, each half as large as the last. */
typedef struct {
    DpsImage image, luma[SCALES], masks[SCALES];
} Small;

static void clear(Small *s)
{
    dps_image_clear(&s->image);
    for (int i = 0; i < SCALES; i++) {
        dps_image_clear(&s->luma[i]);
        dps_image_clear(&s->masks[i]);
    }
}

static bool make(const DpsJob *job, const DpsImage *photo, bool of_style, const DpsWork *work,
                 Small *s)
{
    int w, h;

    image_fit(photo->width, photo->height, SIDE, false, &w, &h);
    const Canvas canvas = { w, h, photo_coverage(of_style ? job->style : job->content) };
    if (!image_resize_lanczos(photo, w, h, work, &s->image) ||
        !dps_image_init(&s->luma[0], 1, w, h) ||
        !regions_lay(job->regions, job->region, of_style, &canvas, work, &s->masks[0]))
        return false;
    const float *r = s->image.data, *g = image_plane(&s->image, 1), *b = image_plane(&s->image, 2);
    for (size_t i = 0; i < image_pixels(&s->image); i++)
        s->luma[0].data[i] = luma_601(r[i], g[i], b[i]);
    for (int i = 1; i < SCALES; i++) {
        w = (w + 1) / 2;
        h = (h + 1) / 2;
        if (!image_resize_area(&s->luma[i - 1], w, h, work, &s->luma[i]) ||
            !image_resize_area(&s->masks[i - 1], w, h, work, &s->masks[i]))
            return false;
    }
    return true;
}

/* look: one per region, "the rest" included. */
static bool look_at(const DpsJob *job, const DpsImage *photo, bool of_style, const DpsWork *work,
                    Look *look)
{
    Small s = { 0 };
    bool ok = make(job, photo, of_style, work, &s);
    double whole[3];

    if (ok)
        mean_colour(&s.image, &s.masks[0], whole);
    for (int k = 0; ok && k <= job->regions; k++) {
        const float *mask = image_plane(&s.masks[0], k);
        look[k].present = regions_coverage(&s.masks[0], k) > REGIONS_LEAST;
        if (!look[k].present)
            continue;
        colour_moments(&s.image, mask, look[k].colour, look[k].covariance);
        for (int c = 0; c < 3; c++)
            look[k].colour[c] -= whole[c];
        for (int i = 0; i < SCALES; i++)
            look[k].texture[i] = texture(&s.luma[i], image_plane(&s.masks[i], k));
        look[k].height = regions_height(&s.masks[0], k);
    }
    clear(&s);
    return ok;
}

/* ------------------------------------------------------------------ comparing */

static double square(double x)
{
    return x * x;
}

static double distance(const Look *a, const Look *b)
{
    double d = colour_spread(a->covariance, b->covariance);

    for (int c = 0; c < 3; c++)
        d += square(a->colour[c] - b->colour[c]);
    for (int i = 0; i < SCALES; i++)
        d += TEXTURE_WEIGHT * square(a->texture[i] - b->texture[i]);
    return d + HEIGHT_WEIGHT * square(a->height - b->height);
}

static bool find_nearest(const DpsJob *job, const DpsImage *content, const DpsImage *style,
                         const DpsWork *work, int *of)
{
    int n = job->regions + 1;
    Look *look = calloc(2 * (size_t) n, sizeof *look);
    bool ok = look && look_at(job, content, false, work, look) &&
              look_at(job, style, true, work, look + n);

    for (int k = 0; ok && k < n; k++) {
        double least = INFINITY;
        for (int j = 0; look[k].present && j < n; j++) {
            double d = look[n + j].present ? distance(&look[k], &look[n + j]) : INFINITY;
            if (d < least) {
                least = d;
                of[k] = j;
            }
        }
    }
    free(look);
    return ok;
}

bool counterparts_find(const DpsJob *job, const DpsImage *content, const DpsImage *style,
                       const DpsWork *work, int *of)
{
    DpsUnmatched rule = job->options.unmatched;
    bool ok = true;

    for (int k = 0; k <= job->regions; k++)
        of[k] = rule == DPS_UNMATCHED_WHOLE ? COUNTERPART_WHOLE : COUNTERPART_NONE;
    if (rule == DPS_UNMATCHED_NEAREST)
        ok = find_nearest(job, content, style, work, of);
    return ok;
}
