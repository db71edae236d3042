/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Colours stand for nodes of a cube; each node has the way to the nearest node that the style fills, by an
 * exact distance transform, an axis at a time (P. Felzenszwalb, D. Huttenlocher: "Distance transforms of
 * sampled functions", Theory of Computing 2012, with plain minima: the axes are short). */

#include "palette.h"

#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 33 /* nodes along an axis of the cube */
#define NODES (SIDE * SIDE * SIDE)

/* What brings a colour at each node close enough. */
typedef float Moves[NODES][3];

struct Palette {
    Moves *moves; /* of each region */
};

typedef struct {
    float weight[NODES];    /* of the style's pixels about each node */
    float colour[NODES][3]; /* their mean */
    float distance[NODES];  /* squared, in steps, to the nearest node that counts */
    int nearest[NODES];     /* that node, or -1 */
} Cube;

static int node_of(const DpsImage *image, size_t i)
{
    int node = 0;

    for (int c = 0; c < 3; c++)
        node = node * SIDE + (int) lrintf(image_clipped(image_plane(image, c)[i]) * (SIDE - 1));
    return node;
}

static void count_colours(const DpsImage *style, const float *mask, Cube *p)
{
    double total = 0;

    memset(p, 0, sizeof *p);
    for (size_t i = 0; i < image_pixels(style); i++) {
        int node = mask[i] > 0 ? node_of(style, i) : 0;
        p->weight[node] += mask[i];
        for (int c = 0; c < 3; c++)
            p->colour[node][c] += mask[i] * image_plane(style, c)[i];
        total += (double) mask[i];
    }
    for (int k = 0; k < NODES; k++) {
        bool counts = p->weight[k] > 0 && (double) p->weight[k] >= PALETTE_LEAST * total;
        for (int c = 0; c < 3 && counts; c++)
            p->colour[k][c] /= p->weight[k];
        p->distance[k] = counts ? 0 : INFINITY;
        p->nearest[k] = counts ? k : -1;
    }
}

/* One line of the cube, whose nodes lie `step` apart from `first` on. */
static void nearest_on_line(Cube *p, int first, int step)
{
    float distance[SIDE];
    int nearest[SIDE];

    for (int i = 0; i < SIDE; i++) {
        distance[i] = INFINITY;
        nearest[i] = -1;
        for (int j = 0; j < SIDE; j++) {
            float d = p->distance[first + j * step] + (float) ((i - j) * (i - j));
            if (d < distance[i]) {
                distance[i] = d;
                nearest[i] = p->nearest[first + j * step];
            }
        }
    }
    for (int i = 0; i < SIDE; i++) {
        p->distance[first + i * step] = distance[i];
        p->nearest[first + i * step] = nearest[i];
    }
}

static void find_nearest(Cube *p)
{
    for (int a = 0; a < SIDE; a++)
        for (int b = 0; b < SIDE; b++)
            nearest_on_line(p, (a * SIDE + b) * SIDE, 1);
    for (int a = 0; a < SIDE; a++)
        for (int b = 0; b < SIDE; b++)
            nearest_on_line(p, a * SIDE * SIDE + b, SIDE);
    for (int a = 0; a < SIDE; a++)
        for (int b = 0; b < SIDE; b++)
            nearest_on_line(p, a * SIDE + b, SIDE * SIDE);
}

static void find_moves(const Cube *p, Moves moves)
{
    for (int k = 0; k < NODES; k++) {
        const int at[3] = { k / (SIDE * SIDE), k / SIDE % SIDE, k % SIDE };
        double way[3] = { 0 }, length = 0;
        for (int c = 0; c < 3 && p->nearest[k] >= 0; c++) {
            way[c] = (double) p->colour[p->nearest[k]][c] - at[c] / (SIDE - 1.0);
            length += way[c] * way[c];
        }
        length = sqrt(length);
        for (int c = 0; c < 3; c++)
            moves[k][c] = length > PALETTE_MARGIN ? (float) (way[c] * (1 - PALETTE_MARGIN / length))
                                                  : 0;
    }
}

/* The move of a colour between the nodes: trilinear. */
static void move_at(const Moves moves, const float colour[3], float move[3])
{
    float part[3];
    int at = 0;

    for (int c = 0; c < 3; c++) {
        float v = image_clipped(colour[c]) * (SIDE - 1);
        int below = v < SIDE - 1 ? (int) v : SIDE - 2;
        at = at * SIDE + below;
        part[c] = v - (float) below;
        move[c] = 0;
    }
    for (int corner = 0; corner < 8; corner++) {
        bool up[3] = { corner & 4, corner & 2, corner & 1 };
        int k = at + up[0] * SIDE * SIDE + up[1] * SIDE + up[2];
        float weight = 1;
        for (int c = 0; c < 3; c++)
            weight *= up[c] ? part[c] : 1 - part[c];
        for (int c = 0; c < 3; c++)
            move[c] += weight * moves[k][c];
    }
}

static void add_moves(const Moves moves, const DpsImage *picture, const float *mask,
                      const DpsWork *work, DpsImage *sum)
{
    size_t n = image_pixels(picture);

#pragma omp parallel for schedule(static) num_threads(work_threads(work))
    for (size_t i = 0; i < n; i++) {
        const float colour[3] = { picture->data[i], picture->data[n + i],
                                  picture->data[2 * n + i] };
        float move[3];
        if (mask[i] > 0) {
            move_at(moves, colour, move);
            for (int c = 0; c < 3; c++)
                sum->data[c * n + i] += mask[i] * move[c];
        }
    }
}

void palette_free(Palette *p)
{
    if (p)
        free(p->moves);
    free(p);
}

size_t palette_bytes(int regions)
{
    return (size_t) regions * sizeof(Moves);
}

Palette *palette_new(const DpsImage *style, const RegionSet *set)
{
    Palette *p = malloc(sizeof *p);
    Cube *cube = malloc(sizeof *cube);

    if (p)
        p->moves = malloc((size_t) set->count * sizeof *p->moves);
    if (!p || !cube || !p->moves) {
        palette_free(p);
        free(cube);
        return NULL;
    }
    for (int k = 0; k < set->count; k++)
        if (regions_active(set, k)) {
            count_colours(style, image_plane(&set->style, k), cube);
            find_nearest(cube);
            find_moves(cube, p->moves[k]);
        }
    free(cube);
    return p;
}

bool palette_pull(const Palette *p, const RegionSet *set, const DpsWork *work, DpsImage *picture)
{
    DpsImage sum;

    if (!dps_image_init(&sum, 3, picture->width, picture->height))
        return false;
    memset(sum.data, 0, image_values(&sum) * sizeof *sum.data);
    for (int k = 0; k < set->count; k++)
        if (regions_active(set, k))
            add_moves(p->moves[k], picture, image_plane(&set->content, k), work, &sum);
    for (size_t i = 0; i < image_values(picture); i++)
        picture->data[i] = image_clipped(picture->data[i] + sum.data[i]);
    dps_image_clear(&sum);
    return true;
}
