/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "affine.h"

#include "affine-solve.h"
#include "reflect.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* out[x] = the sum of row[x - radius .. x + radius].  padded: room for width + 2 radius. */
static void sum_across(const double *row, int width, int radius, double *padded, double *out)
{
    memcpy(padded + radius, row, (size_t) width * sizeof *row);
    for (int i = 1; i <= radius; i++) {
        padded[radius - i] = row[reflected(-i, width)];
        padded[radius + width - 1 + i] = row[reflected(width - 1 + i, width)];
    }
    memcpy(out, padded, (size_t) width * sizeof *out);
    for (int i = 1; i <= 2 * radius; i++)
        for (int x = 0; x < width; x++)
            out[x] += padded[x + i];
}

/* --------------------------------------------------------------------- fitting */

typedef struct {
    const DpsImage *guide, *result, *prior;
    int radius;
    double eps;
} Fit;

/* sum[0] .. sum[20] += those of one picture row. */
static void add_row(const Fit *fit, int y, double *restrict sum)
{
    size_t w = (size_t) fit->guide->width, at = (size_t) y * w, plane = image_pixels(fit->guide);
    const float *i0 = fit->guide->data + at, *i1 = i0 + plane, *i2 = i1 + plane;
    const float *p0 = fit->result->data + at, *p1 = p0 + plane, *p2 = p1 + plane;
#pragma omp simd
    for (size_t x = 0; x < w; x++) {
        double a = (double) i0[x], b = (double) i1[x], c = (double) i2[x];
        double p = (double) p0[x], q = (double) p1[x], r = (double) p2[x];
        double *s = sum + x;
        s[0] += a, s[w] += b, s[2 * w] += c;
        s[3 * w] += p, s[4 * w] += q, s[5 * w] += r;
        s[6 * w] += a * a, s[7 * w] += a * b, s[8 * w] += a * c;
        s[9 * w] += b * b, s[10 * w] += b * c, s[11 * w] += c * c;
        s[12 * w] += a * p, s[13 * w] += a * q, s[14 * w] += a * r;
        s[15 * w] += b * p, s[16 * w] += b * q, s[17 * w] += b * r;
        s[18 * w] += c * p, s[19 * w] += c * q, s[20 * w] += c * r;
    }
}

/* Row y of the maps.  room: (SUMS + 2) * width + 2 radius. */
static void fit_row(const Fit *fit, int y, double *room, DpsImage *field)
{
    int width = field->width, side = 2 * fit->radius + 1;
    size_t w = (size_t) width, plane = image_pixels(field);
    double *sum = room, *row = room + SUMS * w, *padded = row + w;
    memset(sum, 0, SUMS * w * sizeof *sum);
    for (int i = y - fit->radius; i <= y + fit->radius; i++)
        add_row(fit, reflected(i, field->height), sum);
    for (int k = 0; k < SUMS; k++) {
        memcpy(row, sum + (size_t) k * w, w * sizeof *row);
        sum_across(row, width, fit->radius, padded, sum + (size_t) k * w);
    }
    double share = 1.0 / (side * side);
    for (size_t x = 0; x < SUMS * w; x++)
        sum[x] *= share;
    float *map = field->data + (size_t) y * w;
    const float *prior = fit->prior ? fit->prior->data + (size_t) y * w : NULL;
    for (size_t x = 0; x < w; x++)
        affine_solve(sum + x, w, fit->eps, prior ? prior + x : NULL, map + x, plane);
}

/* Row y of the maps' averages.  room: 3 width + 2 radius. */
static void average_row(const DpsImage *maps, int radius, int y, double *room, DpsImage *field)
{
    int width = field->width, side = 2 * radius + 1;
    double *sum = room, *across = room + width, *padded = across + width;
    double share = 1.0 / (side * side);
    for (int k = 0; k < AFFINE_PLANES; k++) {
        const float *plane = image_plane(maps, k);
        memset(sum, 0, (size_t) width * sizeof *sum);
        for (int i = y - radius; i <= y + radius; i++) {
            const float *row = plane + (size_t) reflected(i, field->height) * (size_t) width;
            for (int x = 0; x < width; x++)
                sum[x] += (double) row[x];
        }
        sum_across(sum, width, radius, padded, across);
        float *out = image_plane(field, k) + (size_t) y * (size_t) width;
        for (int x = 0; x < width; x++)
            out[x] = (float) (across[x] * share);
    }
}

static bool fit_rows(const Fit *fit, const DpsWork *work, DpsImage *maps, DpsImage *field)
{
    size_t room_size = (SUMS + 2) * (size_t) field->width + 2 * (size_t) fit->radius;
    bool ok = true;
#pragma omp parallel num_threads(work_threads(work))
    {
        double *room = malloc(room_size * sizeof *room);
        if (!room) {
#pragma omp atomic write
            ok = false;
        }
#pragma omp for schedule(dynamic, 4)
        for (int y = 0; y < field->height; y++)
            if (room)
                fit_row(fit, y, room, maps);
#pragma omp for schedule(dynamic, 4)
        for (int y = 0; y < field->height; y++)
            if (room)
                average_row(maps, fit->radius, y, room, field);
        free(room);
    }
    return ok;
}

bool affine_fit(const DpsImage *guide, const DpsImage *result, int radius, double eps,
                const DpsImage *prior, const DpsWork *work, DpsImage *field)
{
    Fit fit = { guide, result, prior, radius, eps };
    DpsImage maps;
    bool ok = dps_image_init(&maps, AFFINE_PLANES, guide->width, guide->height);
    ok = dps_image_init(field, AFFINE_PLANES, guide->width, guide->height) && ok;
    ok = ok && fit_rows(&fit, work, &maps, field);
    dps_image_clear(&maps);
    if (!ok)
        dps_image_clear(field);
    return ok;
}

/* -------------------------------------------------------------------- applying */

/* Between which pixels of the field a pixel of the target lies, and how far along. */
typedef struct {
    int from, to;
    float along;
} Between;

static Between between(int i, int target, int field)
{
    double at = (i + 0.5) * field / target - 0.5;
    at = at > 0 ? at : 0;
    int from = (int) at < field - 1 ? (int) at : field - 1;
    return (Between){ from, from + 1 < field ? from + 1 : from, (float) (at - from) };
}

/* A map's 12 numbers in the order that the loop over the pixels wants: for each input channel, and
 * then for the constant, those of R, G, B and an idle one. */
enum { LANES = 4, MAP = 4 * LANES };

/* map[x] = the field between two of its rows, at column x. */
static void mix_rows(const DpsImage *field, Between y, float *map)
{
    size_t w = (size_t) field->width;
    for (int k = 0; k < AFFINE_PLANES; k++) {
        const float *a = image_plane(field, k) + (size_t) y.from * w;
        const float *b = image_plane(field, k) + (size_t) y.to * w;
        float *to = map + k % 4 * LANES + k / 4;
        for (size_t x = 0; x < w; x++)
            to[x * MAP] = a[x] + y.along * (b[x] - a[x]);
    }
}

static void apply_row(const float *map, const Between *column, size_t width, const float *in,
                      float *out, size_t plane)
{
    for (size_t x = 0; x < width; x++) {
        const float *a = map + (size_t) column[x].from * MAP;
        const float *b = map + (size_t) column[x].to * MAP;
        float t = column[x].along, r = in[x], g = in[plane + x], bl = in[2 * plane + x];
        float v[LANES];
        for (int k = 0; k < LANES; k++)
            v[k] = (a[k] + t * (b[k] - a[k])) * r +
                   (a[LANES + k] + t * (b[LANES + k] - a[LANES + k])) * g +
                   (a[2 * LANES + k] + t * (b[2 * LANES + k] - a[2 * LANES + k])) * bl +
                   (a[3 * LANES + k] + t * (b[3 * LANES + k] - a[3 * LANES + k]));
        out[x] = v[0];
        out[plane + x] = v[1];
        out[2 * plane + x] = v[2];
    }
}

static bool apply_rows(const DpsImage *field, const DpsImage *target, DpsImage *out,
                       const Between *column, const DpsWork *work, Cancel *cancel)
{
    size_t width = (size_t) target->width, plane = image_pixels(target);
    bool ok = true;
#pragma omp parallel num_threads(work_threads(work))
    {
        float *map = calloc((size_t) field->width * MAP, sizeof *map);
#pragma omp for schedule(dynamic, 16)
        for (int y = 0; y < target->height; y++) {
            if (!map || (y % 16 == 0 && cancel_stops(cancel)))
                continue;
            size_t at = (size_t) y * width;
            mix_rows(field, between(y, target->height, field->height), map);
            apply_row(map, column, width, target->data + at, out->data + at, plane);
        }
        if (!map) {
#pragma omp atomic write
            ok = false;
        }
        free(map);
    }
    return ok;
}

DpsStatus affine_apply(const DpsImage *field, const DpsImage *target, DpsImage *out,
                       const DpsWork *work)
{
    Cancel cancel = { work, false };
    Between *column = malloc((size_t) target->width * sizeof *column);
    bool ok = column != NULL;
    for (int x = 0; ok && x < target->width; x++)
        column[x] = between(x, target->width, field->width);
    ok = ok && apply_rows(field, target, out, column, work, &cancel);
    free(column);
    if (!ok)
        return DPS_NO_MEMORY;
    return cancel.stop ? DPS_CANCELLED : DPS_OK;
}

/* Windows wide enough to tell how texture fainter than the narrow fit's eps is changed. */
enum { WIDE = 8 };
#define WIDE_EPS 1e-5

bool affine_fit_fine(const DpsImage *guide, const DpsImage *result, int radius, double eps,
                     const DpsWork *work, DpsImage *field)
{
    DpsImage wide;

    *field = (DpsImage){ 0 };
    bool ok = affine_fit(guide, result, WIDE, WIDE_EPS, NULL, work, &wide) &&
              affine_fit(guide, result, radius, eps, &wide, work, field);
    dps_image_clear(&wide);
    return ok;
}

bool affine_carry(const DpsImage *guide, const DpsImage *result, const DpsImage *target, int radius,
                  double eps, const DpsWork *work, DpsImage *out)
{
    const DpsWork whole = { .threads = work->threads };
    DpsImage field = { 0 };

    bool ok = dps_image_init(out, 3, target->width, target->height) &&
              affine_fit(guide, result, radius, eps, NULL, work, &field) &&
              affine_apply(&field, target, out, &whole) == DPS_OK;
    dps_image_clear(&field);
    if (!ok)
        dps_image_clear(out);
    return ok;
}
