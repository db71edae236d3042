/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "measure.h"

#include "device/device.h"
#include "gram-error.h"
#include "image/luma.h"
#include "image/matting.h"
#include "image/photo.h"
#include "message.h"
#include "regions/regions.h"
#include "work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A region counts for the colours if it covers this much of both pictures. */
#define COLOUR_LEAST 5e-3

/* ---------------------------------------------------------------------- structure */

/* One plane of doubles. */
typedef struct {
    int width, height;
    double *data;
} Map;

/* The Sobel magnitude of luma, 0-255, of the pixels that have all their neighbours. */
static bool sobel_map(const DpsImage *image, const DpsWork *work, Map *map)
{
    int width = image->width, height = image->height;
    size_t n = image_pixels(image);
    double *luma = malloc(n * sizeof *luma);
    *map = (Map) { width - 2, height - 2, NULL };
    map->data = malloc((size_t) map->width * (size_t) map->height * sizeof *map->data);
    if (!luma || !map->data) {
        free(luma);
        free(map->data);
        map->data = NULL;
        return false;
    }
    const float *r = image->data, *g = r + n, *b = g + n;
    for (size_t i = 0; i < n; i++)
        luma[i] = luma_601_double((double) r[i], (double) g[i], (double) b[i]) * 255;
#pragma omp parallel for schedule(static) num_threads(work_threads(work))
    for (int y = 0; y < map->height; y++) {
        const double *p = luma + (size_t) y * (size_t) width, *q = p + width, *s = q + width;
        double *out = map->data + (size_t) y * (size_t) map->width;
        for (int x = 0; x < map->width; x++) {
            double down = p[x] + 2 * p[x + 1] + p[x + 2] - s[x] - 2 * s[x + 1] - s[x + 2];
            double across = p[x] + 2 * q[x] + s[x] - p[x + 2] - 2 * q[x + 2] - s[x + 2];
            out[x] = fmin(sqrt(down * down + across * across) / 4, 255);
        }
    }
    free(luma);
    return true;
}

enum { SIDE = 11, MOMENTS = 5 };

static void gaussian(double weight[SIDE])
{
    double sum = 0;
    for (int i = 0; i < SIDE; i++)
        sum += weight[i] = exp(-(i - SIDE / 2) * (i - SIDE / 2) / (2 * 1.5 * 1.5));
    for (int i = 0; i < SIDE; i++)
        weight[i] /= sum;
}

/* moment[0..4]: a, b, a a, b b, a b of the rows y .. y + 10, weighted; width each. */
static void moments_down(const Map *a, const Map *b, int y, const double *weight,
                         double *restrict moment)
{
    size_t w = (size_t) a->width;
    memset(moment, 0, MOMENTS * w * sizeof *moment);
    for (int i = 0; i < SIDE; i++) {
        const double *p = a->data + (size_t) (y + i) * w, *q = b->data + (size_t) (y + i) * w;
        double g = weight[i];
#pragma omp simd
        for (size_t x = 0; x < w; x++) {
            moment[x] += g * p[x];
            moment[w + x] += g * q[x];
            moment[2 * w + x] += g * p[x] * p[x];
            moment[3 * w + x] += g * q[x] * q[x];
            moment[4 * w + x] += g * p[x] * q[x];
        }
    }
}

/* The sum of SSIM over the windows whose first row is y.  moment: room for MOMENTS rows. */
static double ssim_row(const Map *a, const Map *b, int y, const double *weight, double *moment)
{
    const double c1 = (0.01 * 255) * (0.01 * 255), c2 = (0.03 * 255) * (0.03 * 255);
    size_t w = (size_t) a->width;
    double sum = 0;
    moments_down(a, b, y, weight, moment);
    for (size_t x = 0; x + SIDE <= w; x++) {
        double m[MOMENTS] = { 0 };
        for (size_t k = 0; k < MOMENTS; k++)
            for (size_t i = 0; i < SIDE; i++)
                m[k] += weight[i] * moment[k * w + x + i];
        double va = m[2] - m[0] * m[0], vb = m[3] - m[1] * m[1], cov = m[4] - m[0] * m[1];
        sum += (2 * m[0] * m[1] + c1) * (2 * cov + c2) /
               ((m[0] * m[0] + m[1] * m[1] + c1) * (va + vb + c2));
    }
    return sum;
}

static bool ssim(const Map *a, const Map *b, const DpsWork *work, double *mean)
{
    int rows = a->height - SIDE + 1;
    double weight[SIDE], *row = malloc((size_t) rows * sizeof *row), sum = 0;
    bool ok = row != NULL;
    gaussian(weight);
#pragma omp parallel num_threads(work_threads(work))
    {
        double *moment = malloc(MOMENTS * (size_t) a->width * sizeof *moment);
#pragma omp for schedule(static)
        for (int y = 0; y < rows; y++)
            if (row && moment)
                row[y] = ssim_row(a, b, y, weight, moment);
        if (!moment) {
#pragma omp atomic write
            ok = false;
        }
        free(moment);
    }
    for (int y = 0; ok && y < rows; y++)
        sum += row[y];
    *mean = sum / rows / (a->width - SIDE + 1);
    free(row);
    return ok;
}

bool measure_edge(const DpsImage *content, const DpsImage *result, const DpsWork *work,
                  double *edge)
{
    Map a = { 0 }, b = { 0 };
    *edge = 1;
    if (content->width < SIDE + 2 || content->height < SIDE + 2)
        return true;
    bool ok = sobel_map(result, work, &a) && sobel_map(content, work, &b) &&
              ssim(&a, &b, work, edge);
    free(a.data);
    free(b.data);
    return ok;
}

/* ------------------------------------------------------------ photorealism, colours */

bool measure_energy(const DpsImage *content, const DpsImage *result, const DpsWork *work,
                    double *energy)
{
    if (!matting_energy(content, result, 1, MATTING_EPS, work, energy))
        return false;
    *energy /= (double) image_pixels(content);
    return true;
}

/* The masked means of R, G and B, and their deviations. */
static void colour_statistics(const DpsImage *image, const float *mask, double out[6])
{
    size_t n = image_pixels(image);
    for (int c = 0; c < 3; c++) {
        const float *v = image_plane(image, c);
        double total = 0, sum = 0, squares = 0;
#pragma omp simd reduction(+ : total, sum)
        for (size_t i = 0; i < n; i++) {
            total += (double) mask[i];
            sum += (double) mask[i] * (double) v[i];
        }
        double mean = sum / total;
#pragma omp simd reduction(+ : squares)
        for (size_t i = 0; i < n; i++)
            squares += (double) mask[i] * ((double) v[i] - mean) * ((double) v[i] - mean);
        out[c] = mean;
        out[3 + c] = sqrt(squares / total);
    }
}

double measure_colour(const DpsImage *result, const DpsImage *style, const DpsImage *content_masks,
                      const DpsImage *style_masks)
{
    double sum = 0, area = 0;
    for (int k = 0; k < content_masks->channels; k++) {
        double share = regions_coverage(content_masks, k), a[6], b[6], d = 0;
        if (share < COLOUR_LEAST || regions_coverage(style_masks, k) < COLOUR_LEAST)
            continue;
        colour_statistics(result, image_plane(content_masks, k), a);
        colour_statistics(style, image_plane(style_masks, k), b);
        for (int i = 0; i < 6; i++)
            d += (a[i] - b[i]) * (a[i] - b[i]);
        sum += sqrt(d) * 255 * share;
        area += share;
    }
    return area > 0 ? sum / area : 0;
}

bool measure_pictures(const MeasureSet *set, const DpsWork *work, DpsMeasures *out)
{
    *out = (DpsMeasures) { .gram_error = -1 };
    out->colour = measure_colour(&set->result, &set->style, &set->content_masks, &set->style_masks);
    return measure_edge(&set->content, &set->result, work, &out->edge) &&
           measure_energy(&set->content, &set->result, work, &out->energy);
}

/* ----------------------------------------------------------------------- preparing */

static bool bring_to_size(const DpsImage *in, int size, const DpsWork *work, DpsImage *out)
{
    int width, height;
    image_fit(in->width, in->height, size, true, &width, &height);
    return photo_resize(in, image_resize_lanczos8, width, height, work, out);
}

/* Like bring_to_size; a picture of another shape than the content's is then stretched to it. */
static bool bring_result(const DpsImage *in, int size, const DpsWork *work, MeasureSet *set)
{
    DpsImage own;
    int width = set->content.width, height = set->content.height;
    if (!bring_to_size(in, size, work, &own))
        return false;
    if (own.width == width && own.height == height) {
        set->result = own;
        return true;
    }
    bool ok = image_resize_bilinear(&own, width, height, work, &set->result);
    dps_image_clear(&own);
    if (ok)
        image_clip(&set->result);
    return ok;
}

/* Averages a picture of one plane down to the size of `out`, and multiplies plane k by it. */
static bool multiply(const DpsImage *by, int k, const DpsWork *work, DpsImage *out)
{
    DpsImage laid;
    if (!image_resize_adaptive(by, out->width, out->height, work, &laid))
        return false;
    image_clip(&laid);
    for (size_t i = 0; i < image_pixels(out); i++)
        image_plane(out, k)[i] *= laid.data[i];
    dps_image_clear(&laid);
    return true;
}

static bool lay_masks(int regions, const DpsRegion *region, bool style, const DpsImage *picture,
                      const DpsImage *coverage, const DpsWork *work, DpsImage *out)
{
    if (!dps_image_init(out, regions ? regions : 1, picture->width, picture->height))
        return false;
    for (int k = 0; k < out->channels; k++) {
        const DpsImage *mask = !regions ? NULL : style ? &region[k].style : &region[k].content;
        if (mask && !mask->channels)
            continue;
        for (size_t i = 0; i < image_pixels(out); i++)
            image_plane(out, k)[i] = 1;
        if ((mask && !multiply(mask, k, work, out)) ||
            (coverage->channels && !multiply(coverage, k, work, out)))
            return false;
    }
    return true;
}

DpsStatus measure_prepare(const DpsImage *content, const DpsImage *style, const DpsImage *result,
                          int regions, const DpsRegion *region, int size, const DpsWork *work,
                          MeasureSet *set, DpsMessage *message)
{
    *set = (MeasureSet) { 0 };
    size = size > 0 ? size : MEASURE_SIZE;
    if (!photo_check(content, N_("content"), message) ||
        !photo_check(style, N_("style"), message) || !photo_check(result, N_("result"), message))
        return DPS_BAD_INPUT;
    DpsStatus status = regions_check(regions, region, message);
    if (status != DPS_OK)
        return status;
    set->content_coverage = photo_coverage(content);
    set->style_coverage = photo_coverage(style);
    if (bring_to_size(content, size, work, &set->content) &&
        bring_to_size(style, size, work, &set->style) && bring_result(result, size, work, set) &&
        lay_masks(regions, region, false, &set->content, &set->content_coverage, work,
                  &set->content_masks) &&
        lay_masks(regions, region, true, &set->style, &set->style_coverage, work,
                  &set->style_masks))
        return DPS_OK;
    measure_clear(set);
    say(message, DPS_SAY_NO_MEMORY, N_("There is not enough memory to measure at %d pixels."),
        size);
    return DPS_NO_MEMORY;
}

void measure_clear(MeasureSet *set)
{
    dps_image_clear(&set->content);
    dps_image_clear(&set->style);
    dps_image_clear(&set->result);
    dps_image_clear(&set->content_masks);
    dps_image_clear(&set->style_masks);
}

/* ------------------------------------------------------------------ all of them */

DpsStatus dps_measure(const DpsImage *content, const DpsImage *style, const DpsImage *result,
                      int regions, const DpsRegion *region, const char *network, int size,
                      const DpsWork *work, DpsMeasures *out, DpsMessage *message)
{
    MeasureSet set;

    *message = (DpsMessage) { 0 };
    DpsStatus status = measure_prepare(content, style, result, regions, region, size, work, &set,
                                       message);
    if (status)
        return status;
    status = measure_pictures(&set, work, out) ? DPS_OK : DPS_NO_MEMORY;
    if (!status && network) {
        const Backend *be = device_processor();
        Device *dev = be->open(work);
        status = dev ? gram_error(dev, &set, regions, region, network, work, &out->gram_error,
                                  message)
                     : DPS_NO_MEMORY;
        if (dev)
            be->close(dev);
    }
    measure_clear(&set);
    if (status == DPS_NO_MEMORY && !message->code)
        say(message, DPS_SAY_NO_MEMORY,
            N_("There is not enough memory to measure at this size; choose a smaller one."));
    return status;
}
