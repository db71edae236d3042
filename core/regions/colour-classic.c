/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "colour-classic.h"

#include "colour.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Makes what comes out of maps, one per region. */
static bool blend(const DpsImage *content, const RegionSet *set, ColourAdd add, const void *maps,
                  DpsImage *out)
{
    float *total = malloc(image_pixels(content) * sizeof *total);
    bool ok = total && dps_image_init(out, 3, content->width, content->height);

    if (ok)
        colour_blend(content, set, add, maps, total, out);
    else
        *out = (DpsImage) { 0 };
    free(total);
    return ok;
}

/* -------------------------------------------------------- means and deviations */

#define BLACK (1 / 255.0)
#define LEAST_DEVIATION 1e-3

/* The paper's matrix from RGB to LMS; the two factors of that to l alpha beta. */
static const double to_lms[3][3] = { { 0.3811, 0.5783, 0.0402 },
                                     { 0.1967, 0.7244, 0.0782 },
                                     { 0.0241, 0.1288, 0.8444 } };
static const double to_axes[3][3] = { { 1, 1, 1 }, { 1, 1, -2 }, { 1, -1, 0 } };
static const double length[3] = { 3, 6, 2 }; /* squared, of to_axes' rows, which are orthogonal */

typedef struct {
    double mean[3], deviation[3];
} Moments;

typedef struct {
    bool active;
    double scale[3], shift[3]; /* of l, alpha, beta */
} AxesMap;

static void to_lab(const DpsImage *image, size_t i, double lab[3])
{
    double lms[3];

    for (int j = 0; j < 3; j++) {
        double sum = BLACK;
        for (int c = 0; c < 3; c++)
            sum += to_lms[j][c] * (double) image_clipped(image_plane(image, c)[i]);
        lms[j] = log10(sum);
    }
    for (int a = 0; a < 3; a++)
        lab[a] = (to_axes[a][0] * lms[0] + to_axes[a][1] * lms[1] + to_axes[a][2] * lms[2]) /
                 sqrt(length[a]);
}

/* to_lms^-1, by cofactors. */
static void invert_lms(double inverse[3][3])
{
    const double(*m)[3] = to_lms;
    double determinant = 0;

    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            int a = (i + 1) % 3, b = (i + 2) % 3, c = (j + 1) % 3, d = (j + 2) % 3;
            inverse[j][i] = m[a][c] * m[b][d] - m[a][d] * m[b][c];
        }
    for (int j = 0; j < 3; j++)
        determinant += m[0][j] * inverse[j][0];
    for (int i = 0; i < 9; i++)
        inverse[i / 3][i % 3] /= determinant;
}

static void from_lab(const double lab[3], const double from_lms[3][3], double rgb[3])
{
    double lms[3];

    for (int j = 0; j < 3; j++) {
        double sum = 0;
        for (int a = 0; a < 3; a++)
            sum += to_axes[a][j] * lab[a] / sqrt(length[a]);
        lms[j] = pow(10, sum) - BLACK;
    }
    for (int c = 0; c < 3; c++)
        rgb[c] = from_lms[c][0] * lms[0] + from_lms[c][1] * lms[1] + from_lms[c][2] * lms[2];
}

static Moments lab_moments(const DpsImage *image, const float *mask)
{
    double total = 0, sum[3] = { 0 }, squares[3] = { 0 };
    Moments m;

    for (size_t i = 0; i < image_pixels(image); i++) {
        double lab[3], weight = (double) mask[i];
        if (weight <= 0)
            continue;
        to_lab(image, i, lab);
        total += weight;
        for (int a = 0; a < 3; a++) {
            sum[a] += weight * lab[a];
            squares[a] += weight * lab[a] * lab[a];
        }
    }
    for (int a = 0; a < 3; a++) {
        m.mean[a] = sum[a] / total;
        m.deviation[a] = sqrt(fmax(0, squares[a] / total - m.mean[a] * m.mean[a]));
    }
    return m;
}

static AxesMap axes_map(const DpsImage *content, const float *content_mask, const DpsImage *style,
                        const float *style_mask)
{
    Moments from = lab_moments(content, content_mask), to = lab_moments(style, style_mask);
    AxesMap map = { .active = true };

    for (int a = 0; a < 3; a++) {
        map.scale[a] = to.deviation[a] / fmax(from.deviation[a], LEAST_DEVIATION);
        map.shift[a] = to.mean[a] - map.scale[a] * from.mean[a];
    }
    return map;
}

/* A ColourAdd. */
static void add_axes(const void *maps, int k, const DpsImage *content, const float *mask,
                     DpsImage *out)
{
    const AxesMap *map = (const AxesMap *) maps + k;
    double from_lms[3][3];

    invert_lms(from_lms);
    for (size_t i = 0; i < image_pixels(content); i++) {
        double lab[3], rgb[3];
        if (mask[i] <= 0)
            continue;
        if (map->active) {
            to_lab(content, i, lab);
            for (int a = 0; a < 3; a++)
                lab[a] = map->scale[a] * lab[a] + map->shift[a];
            from_lab(lab, from_lms, rgb);
        }
        for (int c = 0; c < 3; c++)
            image_plane(out, c)[i] += mask[i] *
                                      (map->active ? (float) rgb[c] : image_plane(content, c)[i]);
    }
}

bool colour_reinhard(const DpsImage *content, const DpsImage *style, const RegionSet *set,
                     const DpsWork *work, DpsImage *out)
{
    AxesMap *map = calloc((size_t) set->count, sizeof *map);

    *out = (DpsImage) { 0 };
    if (!map)
        return false;
#pragma omp parallel for schedule(dynamic) num_threads(work_threads(work))
    for (int k = 0; k < set->count; k++)
        if (regions_active(set, k))
            map[k] = axes_map(content, image_plane(&set->content, k), style,
                              image_plane(&set->style, k));
    bool ok = blend(content, set, add_axes, map, out);
    free(map);
    return ok;
}

/* ------------------------------------------------------------------ histograms */

/* Bin b is centred at the level b of 8 bits; the first begins half a level below black. */
#define BINS 256

/* What shares of a region lie below the bins' lower ends, in each channel; the last is 1. */
typedef struct {
    double below[3][BINS + 1];
} Shares;

typedef struct {
    bool active;
    Shares content, style;
} SharesMap;

/* Where a value lies: in bins from the lower end of the first on. */
static double place_of(float value)
{
    return (double) image_clipped(value) * (BINS - 1) + 0.5;
}

static void find_shares(const DpsImage *image, const float *mask, Shares *shares)
{
    for (int c = 0; c < 3; c++) {
        double *below = shares->below[c];
        for (size_t i = 0; i < image_pixels(image); i++)
            below[1 + (int) place_of(image_plane(image, c)[i])] += (double) mask[i];
        for (int b = 0; b < BINS; b++)
            below[b + 1] += below[b];
        double all = below[BINS];
        for (int b = 0; b <= BINS; b++)
            below[b] /= all;
    }
}

static double share_below(const double below[BINS + 1], float value)
{
    double place = place_of(value);
    int b = (int) place;

    return below[b] + (place - b) * (below[b + 1] - below[b]);
}

/* The least value below which such a share lies. */
static float value_of(const double below[BINS + 1], double share)
{
    int least = 0, most = BINS; /* below[least] < share <= below[most], but at the ends */

    while (most - least > 1) {
        int b = (least + most) / 2;
        if (below[b] < share)
            least = b;
        else
            most = b;
    }
    double width = below[most] - below[least];
    double along = width > 0 ? fmin(1, fmax(0, (share - below[least]) / width)) : 0;
    return (float) ((least + along - 0.5) / (BINS - 1));
}

/* A ColourAdd. */
static void add_shares(const void *maps, int k, const DpsImage *content, const float *mask,
                       DpsImage *out)
{
    const SharesMap *map = (const SharesMap *) maps + k;

    for (int c = 0; c < 3; c++) {
        const float *from = image_plane(content, c);
        const double *below = map->content.below[c], *wanted = map->style.below[c];
        float *to = image_plane(out, c);
        for (size_t i = 0; i < image_pixels(content); i++)
            if (mask[i] > 0)
                to[i] += mask[i] *
                         (map->active ? value_of(wanted, share_below(below, from[i])) : from[i]);
    }
}

bool colour_histogram(const DpsImage *content, const DpsImage *style, const RegionSet *set,
                      const DpsWork *work, DpsImage *out)
{
    SharesMap *map = calloc((size_t) set->count, sizeof *map);

    *out = (DpsImage) { 0 };
    if (!map)
        return false;
#pragma omp parallel for schedule(dynamic) num_threads(work_threads(work))
    for (int k = 0; k < set->count; k++)
        if (regions_active(set, k)) {
            map[k].active = true;
            find_shares(content, image_plane(&set->content, k), &map[k].content);
            find_shares(style, image_plane(&set->style, k), &map[k].style);
        }
    bool ok = blend(content, set, add_shares, map, out);
    free(map);
    return ok;
}
