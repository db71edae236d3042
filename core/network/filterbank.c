/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The built-in network: no trained weights, and for photographs it needs none.
 *
 * A pyramid of 2x2 averages; at each level 3x3 filters drawn at random.  A quarter of them see the
 * pixel's colour, a quarter the mean colour of the 3x3, half only contrast (each channel of the
 * filter sums to zero).  Of the first two quarters every second filter sees no grey: at each place its
 * three channels sum to zero.  Every response is divided by its deviation over both photos and shifted so
 * that the rectifier's threshold is a quantile, drawn between 10 and 90 %, of its responses; those of
 * the first quarter and of the last two are then made louder.
 * A Gram matrix of such features pins down the joint distribution of colours and contrasts, not
 * only its mean and covariance.  Structure is kept by the contrast filters of the first level. */

#include "image/random.h"
#include "image/reflect.h"
#include "networks.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS 5
#define TAPS 27 /* 3 channels of 3x3 */
/* How much louder than the others the filters speak that see the pixel's colour: colours are then met
 * before textures (QUALITY.md, experiment 7). */
#define COLOUR_GAIN 1.2f
/* And those that see contrast: textures, which the first guess does not bring (experiment 28). */
#define CONTRAST_GAIN 1.25f
/* How heavy the levels' losses are: the fine ones say most about what an eye compares (experiment 14). */
static const double level_share[LEVELS] = { 1.6, 1.6, 1, 0.7, 0.5 };
static const char *const level_name[LEVELS] = { "level1", "level2", "level3", "level4", "level5" };
#define LEAST_DEVIATION 1e-3 /* times the filter's norm: less is no contrast but rounding */
#define AT_ONCE 1024 /* responses that stay in the first cache */
#define SAMPLES 10000 /* positions per photo and level from which deviation and quantile come */

/* What a grey picture does not stir: the greys of most photos vary much more than their colours, and would
 * hide in every response how far a colour is from grey. */
static void make_opponent(float w[TAPS])
{
    for (int i = 0; i < TAPS / 3; i++) {
        float mean = (w[i] + w[i + 9] + w[i + 18]) / 3;
        for (int c = 0; c < 3; c++)
            w[i + 9 * c] -= mean;
    }
}

static void draw_filter(Random *r, int filter, int filters, float w[TAPS])
{
    int quarter = filters / 4;

    for (int i = 0; i < TAPS; i++)
        w[i] = (float) random_normal(r);
    for (int c = 0; c < 3; c++) {
        float *plane = w + 9 * c, mean = 0, centre = plane[4];
        for (int i = 0; i < 9; i++)
            mean += plane[i] / 9;
        for (int i = 0; i < 9; i++)
            if (filter < quarter)
                plane[i] = i == 4 ? centre : 0;
            else if (filter < 2 * quarter)
                plane[i] = mean;
            else
                plane[i] -= mean;
    }
    if (filter < 2 * quarter && filter % 2)
        make_opponent(w);
}

/* Patches, tap by tap: value k of patch i is v[k * room + i]. */
typedef struct {
    int n, room;
    float *v;
} Patches;

static void add_patch(Patches *p, const DpsImage *image, int x, int y)
{
    float *to = p->v + p->n++;

    for (int c = 0; c < 3; c++)
        for (int v = -1; v <= 1; v++)
            for (int u = -1; u <= 1; u++, to += p->room)
                *to = image_plane(image,
                                  c)[(size_t) reflected(y + v, image->height) * image->width +
                                     reflected(x + u, image->width)];
}

/* At most SAMPLES more patches, evenly spread over the picture. */
static void sample(Patches *p, const DpsImage *image)
{
    size_t pixels = image_pixels(image), n = pixels < SAMPLES ? pixels : SAMPLES;

    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t) ((i + 0.5) * ((double) pixels / n));
        add_patch(p, image, (int) (at % image->width), (int) (at / image->width));
    }
}

/* Puts the k-th smallest value at v[k], smaller ones before it and larger ones after it (Hoare's FIND). */
static void partition_at(float *v, int n, int k)
{
    int left = 0, right = n - 1;

    while (left < right) {
        float pivot = v[k];
        int i = left, j = right;
        do {
            while (v[i] < pivot)
                i++;
            while (pivot < v[j])
                j--;
            if (i <= j) {
                float swap = v[i];
                v[i++] = v[j];
                v[j--] = swap;
            }
        } while (i <= j);
        left = j < k ? i : left;
        right = k < i ? j : right;
    }
}

/* The value below which a share of the values lie, between the two nearest of them. */
static double quantile_of(float *v, int n, double share)
{
    double at = share * (n - 1);
    int low = (int) at, next = low + 1 < n ? low + 1 : low;

    partition_at(v, n, low);
    for (int i = next; i < n; i++)
        if (v[i] < v[next])
            next = i;
    return v[low] + (at - low) * (v[next] - v[low]);
}

/* Scales a filter to unit deviation over the patches, to less where they hardly stir it, and returns the bias that puts the rectifier's
 * threshold at the given quantile. */
static float fit_filter(float w[TAPS], double quantile, const Patches *p, float *response)
{
    double mean = 0, square = 0, norm = 0;
    int n = p->n;

    memset(response, 0, (size_t) n * sizeof *response);
    for (int first = 0; first < n; first += AT_ONCE) {
        int end = first + AT_ONCE < n ? first + AT_ONCE : n;
        for (int k = 0; k < TAPS; k++) {
            const float *v = p->v + (size_t) k * p->room;
            for (int i = w[k] != 0 ? first : end; i < end; i++)
                response[i] += w[k] * v[i];
        }
    }
    for (int i = 0; i < n; i++)
        mean += response[i];
    mean /= n;
    for (int i = 0; i < n; i++)
        square += (response[i] - mean) * (response[i] - mean);
    for (int k = 0; k < TAPS; k++)
        norm += (double) w[k] * (double) w[k];
    double deviation = fmax(sqrt(square / n), LEAST_DEVIATION * sqrt(norm)) + 1e-6;
    for (int k = 0; k < TAPS; k++)
        w[k] = (float) (w[k] / deviation);
    return (float) (-quantile_of(response, n, quantile) / deviation);
}

typedef struct {
    Random random;
    int filters, threads;
    Patches patches;        /* room for 2 * SAMPLES */
    float *weight, *bias;   /* filters * TAPS, filters */
    double *quantile;       /* filters */
} Bank;

static bool bank_init(Bank *b, int filters, unsigned seed, const DpsWork *work)
{
    *b = (Bank){ .random = { seed }, .filters = filters, .patches = { .room = 2 * SAMPLES } };
    b->threads = work_threads(work);
    b->patches.v = malloc((size_t) TAPS * 2 * SAMPLES * sizeof(float));
    b->weight = malloc((size_t) filters * TAPS * sizeof *b->weight);
    b->bias = malloc((size_t) filters * sizeof *b->bias);
    b->quantile = malloc((size_t) filters * sizeof *b->quantile);
    return b->patches.v && b->weight && b->bias && b->quantile;
}

static void bank_clear(Bank *b)
{
    free(b->patches.v);
    free(b->weight);
    free(b->bias);
    free(b->quantile);
}

static float gain_of(int filter, int filters)
{
    if (filter < filters / 4)
        return COLOUR_GAIN;
    return filter < filters / 2 ? 1 : CONTRAST_GAIN;
}

/* Every filter by itself; false when memory is short. */
static bool fit_filters(Bank *b)
{
    bool ok = true;

#pragma omp parallel num_threads(b->threads)
    {
        float *response = malloc(2 * SAMPLES * sizeof *response);
#pragma omp for schedule(dynamic)
        for (int f = 0; f < b->filters; f++) {
            float *w = b->weight + (size_t) f * TAPS, gain = gain_of(f, b->filters);
            if (response)
                b->bias[f] = gain * fit_filter(w, b->quantile[f], &b->patches, response);
            for (int k = 0; k < TAPS; k++)
                w[k] *= gain;
        }
        if (!response) {
#pragma omp atomic write
            ok = false;
        }
        free(response);
    }
    return ok;
}

/* The layer's number, or -1 when memory is short. */
static int add_level(Network *n, Bank *b, int from, const DpsImage *content, const DpsImage *style)
{
    ConvShape shape = {
        .cin = 3, .cout = b->filters, .k = 3, .stride = 1, .pad = 1, .mode = PAD_REFLECT
    };

    b->patches.n = 0;
    sample(&b->patches, content);
    sample(&b->patches, style);
    for (int f = 0; f < b->filters; f++) {
        draw_filter(&b->random, f, b->filters, b->weight + (size_t) f * TAPS);
        b->quantile[f] = 0.1 + 0.8 * random_uniform(&b->random);
    }
    return fit_filters(b) ? network_add_conv(n, from, &shape, b->weight, b->bias) : -1;
}

/* 2x2 averages; an odd last row or column is left out, as in the network's own pooling. */
static bool halve(DpsImage *image)
{
    DpsImage half;
    int w = image->width > 1 ? image->width / 2 : 1, h = image->height > 1 ? image->height / 2 : 1;

    if (!dps_image_init(&half, 3, w, h))
        return false;
    for (int c = 0; c < 3; c++) {
        const float *in = image_plane(image, c);
        float *out = image_plane(&half, c);
        for (int y = 0; y < h; y++) {
            const float *a = in + (size_t) 2 * y * image->width;
            const float *b = image->height > 1 ? a + image->width : a;
            int right = image->width > 1;
            for (int x = 0; x < w; x++)
                out[(size_t) y * w + x] =
                    (a[2 * x] + a[2 * x + right] + b[2 * x] + b[2 * x + right]) / 4;
        }
    }
    dps_image_clear(image);
    *image = half;
    return true;
}

static bool add_levels(Network *n, Bank *b, DpsImage *content, DpsImage *style)
{
    int from = NETWORK_INPUT;

    for (int l = 0; l < LEVELS; l++) {
        int conv = add_level(n, b, from, content, style);
        if (conv < 0)
            return false;
        strcpy(n->layer[conv].name, level_name[l]);
        n->share[n->styles] = level_share[l];
        n->style[n->styles++] = conv;
        n->layer[conv].structure = b->filters / 4 * 2;
        if (l == 0) {
            n->content[n->contents] = conv;
            n->content_share[n->contents++] = 1;
        }
        if (l == LEVELS - 1)
            break;
        from = network_add_pool(n, from, POOL_AVERAGE, false);
        if (!halve(content) || !halve(style))
            return false;
    }
    return true;
}

DpsStatus network_builtin(Device *dev, const DpsImage *content, const DpsImage *style, int filters,
                          unsigned seed, const DpsWork *work, Network **network)
{
    Network *n = calloc(1, sizeof *n);
    DpsImage c = { 0 }, s = { 0 };
    Bank bank = { 0 };

    bool ok = n && bank_init(&bank, filters, seed, work) && image_copy(content, &c) &&
              image_copy(style, &s);
    if (ok) {
        n->dev = dev;
        n->least = 1;
        strcpy(n->name, "builtin");
        ok = add_levels(n, &bank, &c, &s);
    }
    dps_image_clear(&c);
    dps_image_clear(&s);
    bank_clear(&bank);
    if (!ok) {
        network_free(n);
        n = NULL;
    }
    *network = n;
    return ok ? DPS_OK : DPS_NO_MEMORY;
}
