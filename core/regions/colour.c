/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "colour.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is clipped misses the style's moments; so often are the maps found, each but the first from what
 * the clipped ones before it have led to. */
#define ROUNDS 4

/* -------------------------------------------------------- symmetric 3x3 matrices */

/* out = a b; out is neither. */
static void multiply(const double a[9], const double b[9], double out[9])
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            out[3 * i + j] = a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
}

/* One Jacobi rotation in the plane (p, q) that makes a[p][q] zero. */
static void rotate(double a[9], double v[9], int p, int q)
{
    double apq = a[3 * p + q];
    if (apq == 0)
        return;
    double theta = (a[3 * q + q] - a[3 * p + p]) / (2 * apq);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (int k = 0; k < 3; k++) { /* columns p and q */
        double kp = a[3 * k + p], kq = a[3 * k + q];
        a[3 * k + p] = c * kp - s * kq;
        a[3 * k + q] = s * kp + c * kq;
    }
    for (int k = 0; k < 3; k++) { /* rows p and q */
        double pk = a[3 * p + k], qk = a[3 * q + k];
        a[3 * p + k] = c * pk - s * qk;
        a[3 * q + k] = s * pk + c * qk;
    }
    for (int k = 0; k < 3; k++) {
        double kp = v[3 * k + p], kq = v[3 * k + q];
        v[3 * k + p] = c * kp - s * kq;
        v[3 * k + q] = s * kp + c * kq;
    }
}

void colour_eigen(const double a[9], double value[3], double v[9])
{
    double m[9];
    memcpy(m, a, sizeof m);
    for (int i = 0; i < 9; i++)
        v[i] = i % 4 == 0;
    for (int sweep = 0; sweep < 12; sweep++) { /* quadratic convergence: 6 do */
        rotate(m, v, 0, 1);
        rotate(m, v, 0, 2);
        rotate(m, v, 1, 2);
    }
    for (int i = 0; i < 3; i++)
        value[i] = m[4 * i];
}

/* out = a^p, eigenvalues below 1e-10 raised to it. */
static void power(const double a[9], double p, double out[9])
{
    double value[3], v[9];
    colour_eigen(a, value, v);
    for (int k = 0; k < 3; k++)
        value[k] = pow(fmax(value[k], 1e-10), p);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            out[3 * i + j] = 0;
            for (int k = 0; k < 3; k++)
                out[3 * i + j] += v[3 * i + k] * value[k] * v[3 * j + k];
        }
}

/* ------------------------------------------------------------------------ the map */

void colour_moments(const DpsImage *image, const float *mask, double mean[3], double cov[9])
{
    size_t n = image_pixels(image);
    const float *r = image->data, *g = r + n, *b = g + n;
    double total = 0, sr = 0, sg = 0, sb = 0;
#pragma omp simd reduction(+ : total, sr, sg, sb)
    for (size_t i = 0; i < n; i++) {
        double m = (double) mask[i];
        total += m;
        sr += m * (double) r[i];
        sg += m * (double) g[i];
        sb += m * (double) b[i];
    }
    double mr = sr / total, mg = sg / total, mb = sb / total;
    double rr = 0, rg = 0, rb = 0, gg = 0, gb = 0, bb = 0;
#pragma omp simd reduction(+ : rr, rg, rb, gg, gb, bb)
    for (size_t i = 0; i < n; i++) {
        double m = (double) mask[i];
        double x = (double) r[i] - mr, y = (double) g[i] - mg, z = (double) b[i] - mb;
        rr += m * x * x;
        rg += m * x * y;
        rb += m * x * z;
        gg += m * y * y;
        gb += m * y * z;
        bb += m * z * z;
    }
    const double sums[9] = { rr, rg, rb, rg, gg, gb, rb, gb, bb };
    for (int i = 0; i < 9; i++)
        cov[i] = sums[i] / total + (i % 4 == 0 ? 1e-4 : 0);
    mean[0] = mr;
    mean[1] = mg;
    mean[2] = mb;
}

/* out = (A^1/2 B A^1/2)^1/2. */
static void middle(const double a[9], const double b[9], double out[9])
{
    double root[9], t[9], u[9];
    power(a, 0.5, root);
    multiply(root, b, t);
    multiply(t, root, u);
    power(u, 0.5, out);
}

double colour_spread(const double a[9], const double b[9])
{
    double m[9], sum = 0;
    middle(a, b, m);
    for (int i = 0; i < 9; i += 4)
        sum += a[i] + b[i] - 2 * m[i];
    return fmax(0, sum);
}

ColourMap colour_map(const DpsImage *content, const float *content_mask, const DpsImage *style,
                     const float *style_mask)
{
    ColourMap map;
    double a[9], b[9], inverse[9], t[9], u[9];
    colour_moments(content, content_mask, map.from, a);
    colour_moments(style, style_mask, map.to, b);
    power(a, -0.5, inverse);
    middle(a, b, t);
    multiply(inverse, t, u);
    multiply(u, inverse, map.matrix);
    return map;
}

/* A ColourAdd: matrix (x - from) + to. */
static void add_mapped(const void *maps, int k, const DpsImage *content, const float *mask,
                       DpsImage *out)
{
    const ColourMap *map = (const ColourMap *) maps + k;
    size_t n = image_pixels(content);
    const float *r = content->data, *g = r + n, *b = g + n;
    for (int d = 0; d < 3; d++) {
        const double *m = map->matrix + 3 * d;
        double shift = map->to[d];
        for (int c = 0; c < 3; c++)
            shift -= m[c] * map->from[c];
        float mr = (float) m[0], mg = (float) m[1], mb = (float) m[2], m1 = (float) shift;
        float *to = image_plane(out, d);
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            to[i] += mask[i] * (mr * r[i] + mg * g[i] + mb * b[i] + m1);
    }
}

/* Divides by the masks' total and clips; without any mask the content stays. */
static void divide(const DpsImage *content, const float *total, DpsImage *out)
{
    size_t n = image_pixels(content);
    for (int c = 0; c < 3; c++) {
        const float *from = image_plane(content, c);
        float *to = image_plane(out, c);
        for (size_t i = 0; i < n; i++)
            to[i] = total[i] > 1e-6f ? to[i] / total[i] : from[i];
    }
    image_clip(out);
}

static const ColourMap identity = { { 1, 0, 0, 0, 1, 0, 0, 0, 1 }, { 0 }, { 0 } };

/* Applies a second map after the first. */
static void compose(const ColourMap *second, ColourMap *first)
{
    ColourMap both = *first;

    multiply(second->matrix, first->matrix, both.matrix);
    for (int i = 0; i < 3; i++) {
        both.to[i] = second->to[i];
        for (int j = 0; j < 3; j++)
            both.to[i] += second->matrix[3 * i + j] * (first->to[j] - second->from[j]);
    }
    *first = both;
}

/* Every region's map, or what comes on top of it once `mapped`, where it leads, has been seen. */
static void find_maps(const DpsImage *content, const DpsImage *mapped, const DpsImage *style,
                      const RegionSet *set, const DpsWork *work, ColourMap *map)
{
#pragma omp parallel for schedule(dynamic) num_threads(work_threads(work))
    for (int k = 0; k < set->count; k++) {
        if (!regions_active(set, k))
            continue;
        ColourMap next = colour_map(mapped ? mapped : content, image_plane(&set->content, k), style,
                                    image_plane(&set->style, k));
        if (mapped)
            compose(&next, &map[k]);
        else
            map[k] = next;
    }
}

void colour_blend(const DpsImage *content, const RegionSet *set, ColourAdd add, const void *maps,
                  float *total, DpsImage *out)
{
    size_t n = image_pixels(content);

    memset(total, 0, n * sizeof *total);
    memset(out->data, 0, image_values(out) * sizeof *out->data);
    for (int k = 0; k < set->count; k++) {
        if (set->report[k].content_coverage < REGIONS_LEAST)
            continue;
        const float *mask = image_plane(&set->content, k);
        add(maps, k, content, mask, out);
        for (size_t i = 0; i < n; i++)
            total[i] += mask[i];
    }
    divide(content, total, out);
}

bool colour_transfer_regions(const DpsImage *content, const DpsImage *style, const RegionSet *set,
                             const DpsWork *work, DpsImage *out)
{
    float *total = malloc(image_pixels(content) * sizeof *total);
    ColourMap *map = malloc((size_t) set->count * sizeof *map);
    bool ok = total && map && dps_image_init(out, 3, content->width, content->height);

    if (!ok)
        *out = (DpsImage){ 0 };
    for (int k = 0; k < set->count && ok; k++)
        map[k] = identity;
    for (int i = 0; i < ROUNDS && ok; i++) {
        find_maps(content, i ? out : NULL, style, set, work, map);
        colour_blend(content, set, add_mapped, map, total, out);
    }
    free(total);
    free(map);
    return ok;
}
