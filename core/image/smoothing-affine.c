/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* smoothing-affine.c - the reference's smoothing: see smoothing.h. */

#include "affine-solve.h"
#include "affine.h"
#include "bounds.h"
#include "smoothing.h"
#include "work.h"

#include <math.h>

/* The map of the 3x3 window about (x, y), cut at the border: 1e-3 on the diagonal of sums is
 * 1e-3 / n on that of means. */
static void local_map(const DpsImage *content, const DpsImage *result, int x, int y, float *map)
{
    size_t plane = image_pixels(content);
    double mean[SUMS] = { 0 };
    int left = most(0, x - 1), right = least(content->width - 1, x + 1);
    int top = most(0, y - 1), bottom = least(content->height - 1, y + 1);
    int n = (right - left + 1) * (bottom - top + 1);
    for (int v = top; v <= bottom; v++)
        for (int u = left; u <= right; u++) {
            size_t at = (size_t) v * (size_t) content->width + (size_t) u;
            double i[3], p[3];
            for (size_t c = 0; c < 3; c++) {
                mean[SUM_GUIDE + c] += i[c] = (double) content->data[c * plane + at];
                mean[SUM_RESULT + c] += p[c] = (double) result->data[c * plane + at];
            }
            double *square = mean + SUM_SQUARE, *cross = mean + SUM_CROSS;
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < 3; b++) {
                    if (b >= a)
                        *square++ += i[a] * i[b];
                    *cross++ += i[a] * p[b];
                }
        }
    for (int k = 0; k < SUMS; k++)
        mean[k] /= n;
    affine_solve(mean, 1, 1e-3 / n, NULL, map, plane);
}

/* exp(x) for x <= 0 to 1e-7 of its value, 0 below -80: plain arithmetic, so loops over it become
 * vector code.  2^n comes from the exponent bits, exp(r), |r| <= ln 2 / 2, from its series. */
static inline float exp_negative(float x)
{
    float n = (float) (int) (x * 1.44269504f - 0.5f);
    float r = x - n * 0.693359375f + n * 2.12194440e-4f;
    float e = 1 + r * (1 + r * (0.5f + r * (1.f / 6 + r * (1.f / 24 + r * (1.f / 120 + r / 720)))));
    union {
        int bits;
        float value;
    } power = { ((int) n + 127) * (1 << 23) };
    return x < -80 ? 0 : e * power.value;
}

enum { BLOCK = 64 };

typedef struct {
    const DpsImage *content, *maps;
    int radius;
    double space, colour;
} Bilateral;

/* Adds the maps at (x + dx, y + dy), weighted, for the pixels x in [begin, end) of row y.
 * sum: AFFINE_PLANES + 1 rows of BLOCK, the last one for the weights; x = start is at 0. */
static void add_tap(const Bilateral *b, int y, int dy, int dx, int start, int begin, int end,
                    float (*sum)[BLOCK])
{
    const DpsImage *image = b->content;
    size_t plane = image_pixels(image), width = (size_t) image->width;
    const float *here = image->data + (size_t) y * width + (size_t) begin;
    size_t there_at = (size_t) (y + dy) * width + (size_t) (begin + dx);
    const float *there = image->data + there_at;
    float far = (float) (-(dy * dy + dx * dx) / (2 * b->space * b->space));
    float scale = (float) (-1 / (3 * 2 * b->colour * b->colour));
    float weight[BLOCK], any = 0;
    int n = end - begin, at = begin - start;
#pragma omp simd reduction(+ : any)
    for (int x = 0; x < n; x++) {
        float r = here[x] - there[x], g = here[plane + (size_t) x] - there[plane + (size_t) x];
        float bl = here[2 * plane + (size_t) x] - there[2 * plane + (size_t) x];
        weight[x] = exp_negative(fmaxf(far + scale * (r * r + g * g + bl * bl), -100));
        any += weight[x];
    }
    if (any == 0)
        return;
    for (size_t k = 0; k < AFFINE_PLANES; k++) {
        const float *map = b->maps->data + k * plane + there_at;
        float *to = sum[k] + at;
        for (int x = 0; x < n; x++)
            to[x] += weight[x] * map[x];
    }
    for (int x = 0; x < n; x++)
        sum[AFFINE_PLANES][at + x] += weight[x];
}

/* The pixels [start, start + count) of row y of the result. */
static void bilateral_block(const Bilateral *b, int y, int start, int count, DpsImage *out)
{
    float sum[AFFINE_PLANES + 1][BLOCK] = { { 0 } };
    int width = out->width, height = out->height, r = b->radius;
    for (int dy = most(-r, -y); dy <= least(r, height - 1 - y); dy++)
        for (int dx = -r; dx <= r; dx++) {
            int begin = most(start, -dx), end = least(start + count, width - dx);
            if (begin < end)
                add_tap(b, y, dy, dx, start, begin, end, sum);
        }
    size_t plane = image_pixels(out), at = (size_t) y * (size_t) width + (size_t) start;
    const float *p = b->content->data + at, *q = p + plane, *s = q + plane;
    for (size_t d = 0; d < 3; d++)
        for (int x = 0; x < count; x++)
            out->data[d * plane + at + (size_t) x] =
                (sum[4 * d][x] * p[x] + sum[4 * d + 1][x] * q[x] + sum[4 * d + 2][x] * s[x] +
                 sum[4 * d + 3][x]) /
                sum[AFFINE_PLANES][x];
}

static void local_maps(const DpsImage *content, const DpsImage *result, const DpsWork *work,
                       DpsImage *maps)
{
#pragma omp parallel for schedule(static) num_threads(work_threads(work))
    for (int y = 0; y < content->height; y++)
        for (int x = 0; x < content->width; x++)
            local_map(content, result, x, y,
                      maps->data + (size_t) y * (size_t) content->width + (size_t) x);
}

DpsStatus smoothing_affine(const DpsImage *content, const DpsImage *result, int radius,
                           double space, double colour, const DpsWork *work, DpsImage *out)
{
    Cancel cancel = { work, false };
    DpsImage maps;
    if (!dps_image_init(&maps, AFFINE_PLANES, content->width, content->height)) {
        *out = (DpsImage){ 0 };
        return DPS_NO_MEMORY;
    }
    if (!dps_image_init(out, 3, content->width, content->height)) {
        dps_image_clear(&maps);
        return DPS_NO_MEMORY;
    }
    local_maps(content, result, work, &maps);
    const Bilateral b = { content, &maps, radius, space, colour };
#pragma omp parallel for schedule(dynamic) num_threads(work_threads(work))
    for (int y = 0; y < content->height; y++)
        for (int x = 0; x < content->width && !cancel_stops(&cancel); x += BLOCK)
            bilateral_block(&b, y, x, least(BLOCK, content->width - x), out);
    dps_image_clear(&maps);
    if (cancel.stop) {
        dps_image_clear(out);
        return DPS_CANCELLED;
    }
    return DPS_OK;
}
