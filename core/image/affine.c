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

/* Between which of a field's pixels a place lies, and how far along.  at: in pixels of the field, the
 * middle of the first being 0. */
typedef struct {
    int from, to;
    float along;
} Between;

static Between between(double at, int field)
{
    at = at > 0 ? (at < field - 1 ? at : field - 1) : 0;
    int from = (int) at;
    return (Between) { from, from + 1 < field ? from + 1 : from, (float) (at - from) };
}

/* A map's 12 numbers in the order that the loop over the pixels wants: for each input channel, and
 * then for the constant, those of R, G, B and an idle one. */
enum { LANES = 4, MAP = 4 * LANES };

/* The field between two of its rows, at column x. */
static void mix_rows(const DpsImage *field, Between y, int x, float map[MAP])
{
    size_t plane = image_pixels(field), w = (size_t) field->width;
    const float *a = field->data + (size_t) y.from * w + (size_t) x;
    const float *b = field->data + (size_t) y.to * w + (size_t) x;
    for (size_t k = 0; k < AFFINE_PLANES; k++)
        map[k % 4 * LANES + k / 4] = a[k * plane] + y.along * (b[k * plane] - a[k * plane]);
}

/* out = the map `along` the way from a to b, of (r, g, b). */
static inline void apply_map(const float *from, const float *to, float along, float r, float g,
                             float b, float out[LANES])
{
    for (int k = 0; k < LANES; k++)
        out[k] = (from[k] + along * (to[k] - from[k])) * r +
                 (from[LANES + k] + along * (to[LANES + k] - from[LANES + k])) * g +
                 (from[2 * LANES + k] + along * (to[2 * LANES + k] - from[2 * LANES + k])) * b +
                 (from[3 * LANES + k] + along * (to[3 * LANES + k] - from[3 * LANES + k]));
}

/* Where the row's pixels begin .. begin + count lie between the field's columns. */
static inline void find_columns(const AffineRow *row, size_t begin, size_t count, int *from,
                                float *along)
{
    double across = (double) row->field->width / row->width;
    double first = (row->x + (double) begin * row->step) * across - 0.5, step = row->step * across;
    double last = row->field->width - 1;
    for (size_t i = 0; i < count; i++) {
        double at = first + (double) i * step;
        at = at > 0 ? (at < last ? at : last) : 0;
        from[i] = (int) at;
        along[i] = (float) (at - from[i]);
    }
}

enum { BLOCK = 64 };

/* The row's pixels are `pixel` floats apart, their channels `channel`. */
static inline void apply_row(const AffineRow *row, size_t n, size_t pixel, size_t channel,
                             const float *in, float *out)
{
    const DpsImage *field = row->field;
    double down = (double) field->height / row->height;
    Between y = between(row->y * down - 0.5, field->height);
    float map[2][MAP] = { { 0 } }, along[BLOCK], v[LANES];
    int from[BLOCK], have = -1;
    for (size_t x = 0; x < n; x++) {
        size_t i = x % BLOCK;
        if (i == 0)
            find_columns(row, x, n - x < BLOCK ? n - x : BLOCK, from, along);
        if (from[i] != have) {
            have = from[i];
            mix_rows(field, y, have, map[0]);
            mix_rows(field, y, have + 1 < field->width ? have + 1 : have, map[1]);
        }
        const float *p = in + x * pixel;
        float *q = out + x * pixel;
        apply_map(map[0], map[1], along[i], p[0], p[channel], p[2 * channel], v);
        q[0] = v[0];
        q[channel] = v[1];
        q[2 * channel] = v[2];
    }
}

void affine_apply_row(const AffineRow *row, int n, const float *in, float *out)
{
    apply_row(row, (size_t) n, 4, 1, in, out);
}

DpsStatus affine_apply_part(const AffineRow *first, const DpsImage *part, DpsImage *out,
                            const DpsWork *work)
{
    Cancel cancel = { work, false };
    size_t width = (size_t) part->width, plane = image_pixels(part);
#pragma omp parallel for schedule(dynamic, 16) num_threads(work_threads(work))
    for (int y = 0; y < part->height; y++) {
        AffineRow row = *first;
        row.y += y * first->step;
        if (y % 16 == 0 && cancel_stops(&cancel))
            continue;
        size_t at = (size_t) y * width;
        apply_row(&row, width, 1, plane, part->data + at, out->data + at);
    }
    return cancel.stop ? DPS_CANCELLED : DPS_OK;
}

DpsStatus affine_apply(const DpsImage *field, const DpsImage *target, DpsImage *out,
                       const DpsWork *work)
{
    const AffineRow first = { field, target->width, target->height, 0.5, 0.5, 1 };

    return affine_apply_part(&first, target, out, work);
}

/* Windows wide enough to tell how texture fainter than the narrow fit's eps is changed. */
enum { WIDE = 8 };
#define WIDE_EPS 1e-5

bool affine_fit_fine(const DpsImage *guide, const DpsImage *result, int radius, double eps,
                     const DpsWork *work, DpsImage *field)
{
    DpsImage wide;

    *field = (DpsImage) { 0 };
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
