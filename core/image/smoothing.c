/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "smoothing.h"

#include "affine-solve.h"
#include "affine.h"
#include "ldl3.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

/* -------------------------------------------------------------- the guided filter
 *
 * With the guide as input, the filter's maps are A = (C + eps)^-1 C = Id - eps D, D = (C + eps)^-1,
 * and b = mu - A mu = eps D mu.  So what it takes away is
 *
 *     I - GF(I) = eps (mean(D) I - mean(D mu)),
 *
 * nine numbers per window.  Rows stream through: the sums over 2 r + 1 rows of the picture slide
 * down, windows become D and D mu, and the sums over 2 r + 1 rows of those slide behind. */

enum { SLIDING = 9 }; /* I0 I1 I2 and products 00 01 02 11 12 22; or D 00 .. 22 and D mu */

typedef struct {
    const DpsImage *image;
    int radius, side, width;
    double eps;
    double *above;  /* SLIDING rows: sums of the picture over the window's rows */
    double *across; /* SLIDING rows: sums over the window */
    double *behind; /* SLIDING rows: sums of D and D mu over the window's rows */
    float *ring;    /* D and D mu of the last `side` rows, SLIDING rows each */
    float *detail;  /* 3 rows: I - GF(I) */
} Guided;

static void guided_drop(Guided *g)
{
    free(g->above);
    free(g->across);
    free(g->behind);
    free(g->ring);
    free(g->detail);
}

static bool guided_init(Guided *g, const DpsImage *image, int radius, double eps)
{
    size_t row = (size_t) image->width * SLIDING;
    *g = (Guided){
        .image = image, .radius = radius, .side = 2 * radius + 1, .width = image->width, .eps = eps
    };
    g->above = malloc(row * sizeof(double));
    g->across = malloc(row * sizeof(double));
    g->behind = malloc(row * sizeof(double));
    g->ring = malloc(row * (size_t) g->side * sizeof(float));
    g->detail = malloc(row * sizeof(float));
    if (g->above && g->across && g->behind && g->ring && g->detail)
        return true;
    guided_drop(g);
    return false;
}

/* above += sign times the picture's row y. */
static void slide_picture(Guided *g, int y, double sign)
{
    size_t w = (size_t) g->width, plane = image_pixels(g->image), at = (size_t) y * w;
    const float *p = g->image->data + at, *q = p + plane, *r = q + plane;
    double *restrict s = g->above;
#pragma omp simd
    for (size_t x = 0; x < w; x++) {
        double a = (double) p[x], b = (double) q[x], c = (double) r[x];
        double sa = sign * a, sb = sign * b, sc = sign * c;
        s[x] += sa;
        s[w + x] += sb;
        s[2 * w + x] += sc;
        s[3 * w + x] += sa * a;
        s[4 * w + x] += sa * b;
        s[5 * w + x] += sa * c;
        s[6 * w + x] += sb * b;
        s[7 * w + x] += sb * c;
        s[8 * w + x] += sc * c;
    }
}

static float *ring_row(const Guided *g, int y)
{
    return g->ring + (size_t) (y % g->side) * (size_t) g->width * SLIDING;
}

/* behind += sign times the ring's row y. */
static void slide_maps(Guided *g, int y, double sign)
{
    const float *row = ring_row(g, y);
    size_t n = (size_t) g->width * SLIDING;
#pragma omp simd
    for (size_t x = 0; x < n; x++)
        g->behind[x] += sign * (double) row[x];
}

/* across[x] = in[x - radius] + ... + in[x + radius], those that exist; all nine rows at once,
 * because each sum waits for its predecessor. */
static void slide_across(Guided *g, const double *in)
{
    size_t w = (size_t) g->width, r = (size_t) g->radius;
    double sum[SLIDING] = { 0 };
    for (size_t x = 0; x < r && x < w; x++)
        for (size_t k = 0; k < SLIDING; k++)
            sum[k] += in[k * w + x];
    for (size_t x = 0; x < w; x++) {
        if (x + r < w)
            for (size_t k = 0; k < SLIDING; k++)
                sum[k] += in[k * w + x + r];
        if (x > r)
            for (size_t k = 0; k < SLIDING; k++)
                sum[k] -= in[k * w + x - r - 1];
        for (size_t k = 0; k < SLIDING; k++)
            g->across[k * w + x] = sum[k];
    }
}

/* How many of the 2 r + 1 pixels about pixel i of a side of n exist. */
static int in_bounds(int i, int n, int radius)
{
    return least(n - 1, i + radius) - most(0, i - radius) + 1;
}

/* The ring's row y: D and D mu of the windows about picture row y, by L D L'. */
static void map_row(Guided *g, int y)
{
    size_t w = (size_t) g->width;
    int rows = in_bounds(y, g->image->height, g->radius);
    const double *s = g->across;
    float *restrict out = ring_row(g, y);
    slide_across(g, g->above);
    for (size_t x = 0; x < w; x++) {
        double share = 1.0 / (rows * in_bounds((int) x, g->width, g->radius));
        double m0 = s[x] * share, m1 = s[w + x] * share, m2 = s[2 * w + x] * share;
        double s01 = s[4 * w + x] * share - m0 * m1, s02 = s[5 * w + x] * share - m0 * m2;
        const Ldl3 f = ldl3(s[3 * w + x] * share - m0 * m0 + g->eps, s01, s02,
                            s[6 * w + x] * share - m1 * m1 + g->eps, s[7 * w + x] * share - m1 * m2,
                            s[8 * w + x] * share - m2 * m2 + g->eps);
        double d[6];
        ldl3_inverse(&f, d);
        for (size_t k = 0; k < 6; k++)
            out[k * w + x] = (float) d[k];
        out[6 * w + x] = (float) (d[0] * m0 + d[1] * m1 + d[2] * m2);
        out[7 * w + x] = (float) (d[1] * m0 + d[3] * m1 + d[4] * m2);
        out[8 * w + x] = (float) (d[2] * m0 + d[4] * m1 + d[5] * m2);
    }
}

/* g->detail = eps (mean(D) I - mean(D mu)) of picture row y. */
static void detail_row(Guided *g, int y)
{
    size_t w = (size_t) g->width, plane = image_pixels(g->image), at = (size_t) y * w;
    const float *p = g->image->data + at, *q = p + plane, *r = q + plane;
    int rows = in_bounds(y, g->image->height, g->radius);
    const double *s = g->across;
    float *restrict out = g->detail;
    slide_across(g, g->behind);
    for (size_t x = 0; x < w; x++) {
        double share = g->eps / (rows * in_bounds((int) x, g->width, g->radius));
        double a = (double) p[x], b = (double) q[x], c = (double) r[x];
        out[x] = (float) (share * (s[x] * a + s[w + x] * b + s[2 * w + x] * c - s[6 * w + x]));
        out[w + x] =
            (float) (share * (s[w + x] * a + s[3 * w + x] * b + s[4 * w + x] * c - s[7 * w + x]));
        out[2 * w + x] = (float) (share * (s[2 * w + x] * a + s[4 * w + x] * b + s[5 * w + x] * c -
                                           s[8 * w + x]));
    }
}

/* What becomes of rows of detail: out = base + amount detail; base may be out. */
typedef struct {
    const DpsImage *base;
    double amount;
    DpsImage *out;
} Laying;

static void lay_row(const Laying *l, const Guided *g, int y)
{
    size_t w = (size_t) g->width, plane = image_pixels(g->image), at = (size_t) y * w;
    float amount = (float) l->amount;
    for (size_t c = 0; c < 3; c++) {
        const float *base = l->base->data + c * plane + at, *detail = g->detail + c * w;
        float *out = l->out->data + c * plane + at;
        for (size_t x = 0; x < w; x++)
            out[x] = base[x] + amount * detail[x];
    }
}

/* Rows [begin, end) of the picture, from a fresh start. */
static void guided_rows(Guided *g, const Laying *laying, int begin, int end, Cancel *cancel)
{
    int r = g->radius, last = g->image->height - 1, first = most(0, begin - r), next = first;
    size_t bytes = (size_t) g->width * SLIDING * sizeof(double);
    memset(g->above, 0, bytes);
    memset(g->behind, 0, bytes);
    for (int i = most(0, first - r); i < least(last + 1, first + r); i++)
        slide_picture(g, i, 1);
    for (int y = begin; y < end && !cancel_stops(cancel); y++) {
        if (y - r - 1 >= first)
            slide_maps(g, y - r - 1, -1);
        for (; next <= least(last, y + r); next++) {
            if (next + r <= last)
                slide_picture(g, next + r, 1);
            if (next > first && next - r - 1 >= 0)
                slide_picture(g, next - r - 1, -1);
            map_row(g, next);
            slide_maps(g, next, 1);
        }
        detail_row(g, y);
        lay_row(laying, g, y);
    }
}

static DpsStatus guided(const DpsImage *image, int radius, double eps, const DpsWork *work,
                        const Laying *laying, Cancel *cancel)
{
    int workers = work_threads(work), height = image->height;
    int parts = most(1, least(2 * workers, height / (4 * radius + 1)));
    bool ok = true;
#pragma omp parallel num_threads(workers)
    {
        Guided g;
        bool mine = guided_init(&g, image, radius, eps);
        if (!mine) {
#pragma omp atomic write
            ok = false;
        }
#pragma omp for schedule(dynamic)
        for (int part = 0; part < parts; part++)
            if (mine)
                guided_rows(&g, laying, (int) ((long long) height * part / parts),
                            (int) ((long long) height * (part + 1) / parts), cancel);
        if (mine)
            guided_drop(&g);
    }
    if (!ok)
        return DPS_NO_MEMORY;
    return cancel->stop ? DPS_CANCELLED : DPS_OK;
}

bool smoothing_guided(const DpsImage *image, int radius, double eps, const DpsWork *work,
                      DpsImage *out)
{
    Cancel never = { NULL, false };
    const Laying laying = { image, -1, out };
    if (!dps_image_init(out, 3, image->width, image->height))
        return false;
    if (guided(image, radius, eps, work, &laying, &never) == DPS_OK)
        return true;
    dps_image_clear(out);
    return false;
}

DpsStatus smoothing_detail(DpsImage *result, const DpsImage *content, double amount, int radius,
                           double eps, const DpsWork *work)
{
    Cancel cancel = { work, false };
    const Laying laying = { result, amount, result };
    return guided(content, radius, eps, work, &laying, &cancel);
}

/* ------------------------------------------------------- the reference's smoothing */

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
