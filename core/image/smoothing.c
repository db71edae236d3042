/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "smoothing.h"

#include "bounds.h"
#include "ldl3.h"
#include "work.h"

#include <stdlib.h>
#include <string.h>

/* The guided filter.
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
