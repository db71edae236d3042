/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Two kinds of thing in two photos: two-means whose centres are tied between the photos.
 *
 * Each feature is centred and scaled within each photo, so that noon and dusk compare.  What both
 * photos have in common (texture, place) has one centre per kind; colours have one per kind and
 * photo, drawn towards their mean over the photos:
 *
 *     sum over photos m, their pixels i of  w_m ( |c_i - mu_mk|^2 + |f_i - nu_k|^2 ),  k of i,
 *
 * w_m = 1 / pixels of m.  The tie is full in the first rounds, and then relaxes to TIE: a kind must
 * first mean the same in both, and may then be dark in one and bright in the other. */
#include "segment.h"

#include "image/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 3000, RESTARTS = 32, ROUNDS = 30, RELAXED = 10 };
#define TIE 0.5f

/* How heavily a feature counts, and the deviation below which it is noise. */
static const struct {
    float weight, least;
} scale[SEGMENT_FEATURES] = {
    { 1, 0.05f },   { 0.7f, 0.03f }, { 0.7f, 0.03f }, { 0.6f, 0.3f },
    { 0.6f, 0.3f }, { 1, 0.05f },    { 0.5f, 0.2f },
};

/* The pixels of one region of one picture. */
typedef struct {
    size_t count, *pixel;
    float mean[SEGMENT_FEATURES], factor[SEGMENT_FEATURES];
    size_t samples;
    float *sample; /* samples x SEGMENT_FEATURES, standardised */
} Pool;

typedef struct {
    float centre[2][2][SEGMENT_FEATURES]; /* of photo, kind */
    double cost;
} Kinds;

static void pool_clear(Pool *pool)
{
    free(pool->pixel);
    free(pool->sample);
}

static void standardise(const SegmentPicture *picture, Pool *pool)
{
    double variance[SEGMENT_FEATURES];
    for (int j = 0; j < SEGMENT_FEATURES; j++) {
        const float *plane = image_plane(&picture->feature, j);
        double sum = 0, square = 0;
        for (size_t i = 0; i < pool->count; i++) {
            double v = (double) plane[pool->pixel[i]];
            sum += v;
            square += v * v;
        }
        double mean = sum / (double) pool->count;
        variance[j] = fmax(0, square / (double) pool->count - mean * mean);
        pool->mean[j] = (float) mean;
    }
    /* Both chroma axes alike, or a faint one would shout. */
    variance[SEGMENT_REDGREEN] = variance[SEGMENT_YELLOWBLUE] =
        (variance[SEGMENT_REDGREEN] + variance[SEGMENT_YELLOWBLUE]) / 2;
    for (int j = 0; j < SEGMENT_FEATURES; j++)
        pool->factor[j] = scale[j].weight / fmaxf((float) sqrt(variance[j]), scale[j].least);
}

static void standardised(const SegmentPicture *picture, const Pool *pool, size_t pixel, float *out)
{
    for (int j = 0; j < SEGMENT_FEATURES; j++)
        out[j] = (image_plane(&picture->feature, j)[pixel] - pool->mean[j]) * pool->factor[j];
}

/* Samples are evenly spread and always the same: two ways to divide that cost nearly the same would
 * otherwise change places with the samples, from seed to seed. */
static bool pool_init(const SegmentPicture *picture, int region, Pool *pool)
{
    size_t n = image_pixels(&picture->small);
    *pool = (Pool){ 0 };
    pool->pixel = malloc(n * sizeof *pool->pixel);
    if (!pool->pixel)
        return false;
    for (size_t i = 0; i < n; i++)
        if (picture->label[i] == region)
            pool->pixel[pool->count++] = i;
    standardise(picture, pool);
    pool->samples = pool->count < SAMPLES ? pool->count : SAMPLES;
    pool->sample = malloc((pool->samples + 1) * SEGMENT_FEATURES * sizeof *pool->sample);
    if (!pool->sample)
        return false;
    double step = (double) pool->count / (double) (pool->samples + !pool->samples);
    for (size_t i = 0; i < pool->samples; i++) {
        size_t at = (size_t) (((double) i + 0.5) * step);
        at = at < pool->count ? at : pool->count - 1;
        standardised(picture, pool, pool->pixel[at], pool->sample + i * SEGMENT_FEATURES);
    }
    return true;
}

static float distance(const float *a, const float *b)
{
    float sum = 0;
    for (int j = 0; j < SEGMENT_FEATURES; j++)
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
}

/* Two samples: the first anywhere, the second by its squared distance (k-means++; D. Arthur,
 * S. Vassilvitskii, SODA 2007). */
static void seed_kinds(const Pool pool[2], Random *random, Kinds *kinds)
{
    int m = random_uniform(random) < 0.5;
    size_t first = (size_t) (random_uniform(random) * (double) pool[m].samples);
    const float *from = pool[m].sample + first * SEGMENT_FEATURES, *to = from;
    double total = 0;
    for (int pass = 0; pass < 2; pass++) {
        double goal = total * random_uniform(random), sum = 0;
        for (int p = 0; p < 2 && (pass == 0 || to == from); p++)
            for (size_t i = 0; i < pool[p].samples; i++) {
                const float *at = pool[p].sample + i * SEGMENT_FEATURES;
                sum += (double) distance(from, at) / (double) pool[p].samples;
                if (pass == 1 && sum >= goal) {
                    to = at;
                    break;
                }
            }
        total = sum;
    }
    for (int p = 0; p < 2; p++) {
        memcpy(kinds->centre[p][0], from, sizeof kinds->centre[p][0]);
        memcpy(kinds->centre[p][1], to, sizeof kinds->centre[p][1]);
    }
}

static int nearest(const Kinds *kinds, int m, const float *at, float *least)
{
    float d0 = distance(at, kinds->centre[m][0]), d1 = distance(at, kinds->centre[m][1]);
    *least = d1 < d0 ? d1 : d0;
    return d1 < d0;
}

/* Adds up the samples by kind: share[m][k], and sum[m][k] with the same weights. */
static void collect(const Pool pool[2], Kinds *kinds, double share[2][2],
                    double sum[2][2][SEGMENT_FEATURES])
{
    memset(share, 0, 4 * sizeof(double));
    memset(sum, 0, 4 * SEGMENT_FEATURES * sizeof(double));
    kinds->cost = 0;
    for (int m = 0; m < 2; m++) {
        double w = 1 / (double) pool[m].samples;
        for (size_t i = 0; i < pool[m].samples; i++) {
            const float *at = pool[m].sample + i * SEGMENT_FEATURES;
            float d;
            int k = nearest(kinds, m, at, &d);
            kinds->cost += w * (double) d;
            share[m][k] += w;
            for (int j = 0; j < SEGMENT_FEATURES; j++)
                sum[m][k][j] += w * (double) at[j];
        }
    }
}

static void move_centres(Kinds *kinds, double share[2][2], double sum[2][2][SEGMENT_FEATURES],
                         double tie)
{
    for (int k = 0; k < 2; k++) {
        double both = share[0][k] + share[1][k];
        if (both <= 0)
            continue;
        for (int j = 0; j < SEGMENT_FEATURES; j++) {
            double joint = (sum[0][k][j] + sum[1][k][j]) / both;
            for (int m = 0; m < 2; m++) {
                bool own = j < SEGMENT_COLOURS && share[m][k] > 0;
                double at = own ? tie * joint + (1 - tie) * sum[m][k][j] / share[m][k] : joint;
                kinds->centre[m][k][j] = (float) at;
            }
        }
    }
}

/* A kind that one photo hardly has is no use: the cost says so. */
static double lack(double share[2][2])
{
    double least = 1;
    for (int m = 0; m < 2; m++)
        for (int k = 0; k < 2; k++)
            least = share[m][k] < least ? share[m][k] : least;
    return 10 * fmax(0, 0.1 - least);
}

static void find_kinds(const Pool pool[2], Random *random, Kinds *best)
{
    double share[2][2], sum[2][2][SEGMENT_FEATURES];
    best->cost = INFINITY;
    for (int restart = 0; restart < RESTARTS; restart++) {
        Kinds kinds;
        seed_kinds(pool, random, &kinds);
        bool moved = true;
        for (int round = 0; round < ROUNDS && moved; round++) {
            Kinds last = kinds;
            collect(pool, &kinds, share, sum);
            double relax = round < RELAXED ? (double) round / RELAXED : 1;
            move_centres(&kinds, share, sum, 1 - (1 - (double) TIE) * relax);
            moved = round <= RELAXED ||
                    memcmp(last.centre, kinds.centre, sizeof kinds.centre) != 0;
        }
        collect(pool, &kinds, share, sum);
        kinds.cost += lack(share);
        if (kinds.cost < best->cost)
            *best = kinds;
    }
}

bool segment_divide(SegmentPicture picture[2], int region, int other, unsigned seed)
{
    Random random = { seed };
    Pool pool[2] = { { 0 } };
    bool ok = pool_init(&picture[0], region, &pool[0]) && pool_init(&picture[1], region, &pool[1]);
    if (ok && pool[0].count && pool[1].count) {
        Kinds kinds;
        find_kinds(pool, &random, &kinds);
        for (int m = 0; m < 2; m++)
            for (size_t i = 0; i < pool[m].count; i++) {
                float at[SEGMENT_FEATURES], d;
                standardised(&picture[m], &pool[m], pool[m].pixel[i], at);
                if (nearest(&kinds, m, at, &d))
                    picture[m].label[pool[m].pixel[i]] = (uint8_t) other;
            }
    }
    pool_clear(&pool[0]);
    pool_clear(&pool[1]);
    return ok;
}
