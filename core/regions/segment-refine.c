/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where one kind of thing ends and the other begins, in one picture: by its own colours.
 *
 * Clustering compares photos and so looks coarsely: texture is measured over windows, which reach
 * across borders.  Here each side's colours are counted in a histogram, pixels go to the side that
 * their colour and their surroundings are likelier in, and a local affine model of the picture's colours
 * (affine.h; the matting Laplacian's own model) moves the border to where colours change.  In the
 * spirit of C. Rother, V. Kolmogorov, A. Blake: "GrabCut", SIGGRAPH 2004, without its cuts. */
#include "segment.h"

#include "image/affine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 12, CELLS = BINS * BINS * BINS, ROUNDS = 4, RADIUS = 3 };
#define EPS 1e-3          /* of the local affine model: steps of 0.03 count as borders */
#define SURROUNDINGS 1.5f /* how heavily they speak */
#define MOST 3.0f         /* log odds that a colour may have */

typedef struct {
    SegmentPicture *picture;
    int width, height, a, b;
    size_t n;
    float *p;      /* 3 planes: how much of a pixel is b */
    float *part;   /* 1 where a pixel is a or b */
    float *around; /* 3 planes of room */
    float *odds;   /* CELLS: log odds of b by colour */
    float *count;  /* 2 x CELLS */
} Border;

static bool border_init(Border *border, SegmentPicture *picture, int a, int b)
{
    size_t n = image_pixels(&picture->small);
    *border = (Border){ .picture = picture,
                         .width = picture->small.width,
                         .height = picture->small.height,
                         .a = a,
                         .b = b,
                         .n = n };
    border->p = malloc(3 * n * sizeof(float));
    border->part = malloc(n * sizeof(float));
    border->around = malloc(3 * n * sizeof(float));
    border->odds = malloc(CELLS * sizeof(float));
    border->count = malloc(2 * CELLS * sizeof(float));
    if (!border->p || !border->part || !border->around || !border->odds || !border->count)
        return false;
    for (size_t i = 0; i < n; i++) {
        border->p[i] = picture->label[i] == b;
        border->part[i] = picture->label[i] == a || picture->label[i] == b;
    }
    return true;
}

static void border_clear(Border *border)
{
    free(border->p);
    free(border->part);
    free(border->around);
    free(border->odds);
    free(border->count);
}

static size_t cell(const DpsImage *image, size_t i)
{
    size_t n = image_pixels(image), at = 0;
    for (size_t c = 0; c < 3; c++) {
        int bin = (int) (image->data[c * n + i] * BINS);
        at = at * BINS + (size_t) (bin < BINS ? bin : BINS - 1);
    }
    return at;
}

/* A mean over three neighbours along one axis of the histogram, twice. */
static void smooth_axis(float *count, size_t step)
{
    for (size_t i = 0; i < CELLS; i++) {
        if (i / step % BINS != 0)
            continue;
        for (int pass = 0; pass < 2; pass++) {
            float *line = count + i, last = line[0];
            for (size_t k = 0; k < BINS; k++) {
                float here = line[k * step], next = line[(k + 1 < BINS ? k + 1 : k) * step];
                line[k * step] = (last + here + next) / 3;
                last = here;
            }
        }
    }
}

static void count_colours(Border *border)
{
    double total[2] = { 0, 0 };
    memset(border->count, 0, 2 * CELLS * sizeof(float));
    for (size_t i = 0; i < border->n; i++) {
        if (border->part[i] == 0)
            continue;
        float *to = border->count + cell(&border->picture->small, i);
        to[0] += 1 - border->p[i];
        to[CELLS] += border->p[i];
        total[0] += 1 - (double) border->p[i];
        total[1] += (double) border->p[i];
    }
    for (int side = 0; side < 2; side++)
        for (size_t step = 1; step < CELLS; step *= BINS)
            smooth_axis(border->count + side * CELLS, step);
    for (size_t i = 0; i < CELLS; i++) {
        double a = (double) border->count[i] / (total[0] + 1) + 1e-5;
        double b = (double) border->count[CELLS + i] / (total[1] + 1) + 1e-5;
        border->odds[i] = fminf(MOST, fmaxf(-MOST, (float) log(b / a)));
    }
}

/* around[0] = how much of a pixel's surroundings within the region is b. */
static void look_around(Border *border)
{
    size_t n = border->n;
    int side = border->width > border->height ? border->width : border->height;
    int radius = 1 + side / 32;
    float *b = border->around, *part = b + n, *room = part + n;
    for (size_t i = 0; i < n; i++)
        b[i] = border->p[i] * border->part[i];
    memcpy(part, border->part, n * sizeof(float));
    for (int pass = 0; pass < 2; pass++) {
        image_box(b, border->width, border->height, radius, room, b);
        image_box(part, border->width, border->height, radius, room, part);
    }
    for (size_t i = 0; i < n; i++)
        b[i] /= fmaxf(part[i], 1e-6f);
}

static void decide(Border *border)
{
    for (size_t i = 0; i < border->n; i++) {
        float around = fminf(0.98f, fmaxf(0.02f, border->around[i]));
        float odds = SURROUNDINGS * logf(around / (1 - around)) +
                     border->odds[cell(&border->picture->small, i)];
        border->p[i] = border->part[i] > 0 ? 1 / (1 + expf(-odds)) : 0.5f;
    }
}

/* p along the picture's colours, and sharper by half. */
static bool follow(Border *border)
{
    const DpsImage *small = &border->picture->small;
    size_t n = border->n;
    DpsImage p = { 3, border->width, border->height, border->p }, out;
    memcpy(border->p + n, border->p, n * sizeof(float));
    memcpy(border->p + 2 * n, border->p, n * sizeof(float));
    if (!affine_carry(small, &p, small, RADIUS, EPS, &(DpsWork){ .threads = 1 }, &out))
        return false;
    for (size_t i = 0; i < n; i++)
        border->p[i] = image_clipped(1.5f * (out.data[i] - 0.5f) + 0.5f);
    dps_image_clear(&out);
    return true;
}

/* Islands become what surrounds them. */
static bool drown_islands(Border *border)
{
    enum { DONE = 128 };
    uint8_t *label = border->picture->label;
    size_t *stack = malloc(border->n * sizeof *stack);
    if (!stack)
        return false;
    for (size_t i = 0; i < border->n; i++) {
        uint8_t own = label[i];
        if (own != border->a && own != border->b)
            continue;
        size_t count = segment_flood(border->picture, i, (uint8_t) (own + DONE), stack);
        if ((double) count >= SEGMENT_ISLAND * (double) border->n)
            continue;
        uint8_t other = (uint8_t) (own == border->a ? border->b : border->a);
        for (size_t k = 0; k < count; k++)
            label[stack[k]] = (uint8_t) (other + DONE);
    }
    for (size_t i = 0; i < border->n; i++)
        label[i] = (uint8_t) (label[i] % DONE);
    free(stack);
    return true;
}

bool segment_refine(SegmentPicture *picture, int a, int b)
{
    Border border;
    bool ok = border_init(&border, picture, a, b);
    for (int round = 0; ok && round < ROUNDS; round++) {
        count_colours(&border);
        look_around(&border);
        decide(&border);
        ok = follow(&border);
    }
    for (size_t i = 0; ok && i < border.n; i++)
        if (border.part[i] > 0)
            picture->label[i] = (uint8_t) (border.p[i] > 0.5f ? b : a);
    ok = ok && drown_islands(&border);
    border_clear(&border);
    return ok;
}
