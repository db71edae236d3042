/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "grid.h"

#include "image/luma.h"
#include "work.h"

#include <string.h>

/* Between which of `count` cells a place lies, and how far along.  at: 0 to 1, the cells' middles at halves. */
typedef struct {
    int from, to;
    float along;
} Between;

static inline Between between(float at, int count)
{
    float cell = at * (float) count - 0.5f, last = (float) (count - 1);

    cell = cell > 0 ? (cell < last ? cell : last) : 0;
    int from = (int) cell;
    return (Between){ from, from + 1 < count ? from + 1 : from, cell - (float) from };
}

static inline Between middle(int pixel, int pixels, int count)
{
    return between(((float) pixel + 0.5f) / (float) pixels, count);
}

enum { ROW = GRID_SIDE * GRID_CELL };

/* The four maps around a pixel in a row of cells, and their shares. */
static inline void corners(const DpsImage *in, size_t at, int x, int *cell, float *share)
{
    size_t plane = image_pixels(in);
    const float *p = in->data + at;
    Between across = middle(x, in->width, GRID_SIDE);
    Between deep = between(image_clipped(luma_601(p[0], p[plane], p[2 * plane])), GRID_DEPTH);

    for (int k = 0; k < 4; k++) {
        cell[k] = (k & 1 ? across.to : across.from) * GRID_CELL +
                  (k & 2 ? deep.to : deep.from) * GRID_MAP;
        share[k] = (k & 1 ? across.along : 1 - across.along) * (k & 2 ? deep.along : 1 - deep.along);
    }
}

static void apply_row(const float *grid, const DpsImage *in, int y, DpsImage *out)
{
    Between down = middle(y, in->height, GRID_SIDE);
    const float *a = grid + (size_t) down.from * ROW, *b = grid + (size_t) down.to * ROW;
    size_t plane = image_pixels(in), at = (size_t) y * (size_t) in->width;
    float row[ROW], share[4], map[GRID_MAP];
    int cell[4];

    for (int i = 0; i < ROW; i++)
        row[i] = a[i] + down.along * (b[i] - a[i]);
    for (int x = 0; x < in->width; x++, at++) {
        const float *p = in->data + at;
        corners(in, at, x, cell, share);
        for (int i = 0; i < GRID_MAP; i++)
            map[i] = share[0] * row[cell[0] + i] + share[1] * row[cell[1] + i] +
                     share[2] * row[cell[2] + i] + share[3] * row[cell[3] + i];
        for (size_t d = 0; d < 3; d++)
            out->data[at + d * plane] = p[d * plane] + map[4 * d] * p[0] + map[4 * d + 1] * p[plane] +
                                        map[4 * d + 2] * p[2 * plane] + map[4 * d + 3];
    }
}

void grid_apply(const float *grid, const DpsImage *in, const DpsWork *work, DpsImage *out)
{
#pragma omp parallel for schedule(static) num_threads(work_threads(work))
    for (int y = 0; y < in->height; y++)
        apply_row(grid, in, y, out);
}

void grid_back(const DpsImage *in, const float *gradient, float *slope)
{
    size_t plane = image_pixels(in), at = 0;
    float row[ROW], share[4];
    int cell[4];

    memset(slope, 0, GRID_VALUES * sizeof *slope);
    for (int y = 0; y < in->height; y++) {
        memset(row, 0, sizeof row);
        for (int x = 0; x < in->width; x++, at++) {
            const float *p = in->data + at, *g = gradient + at;
            const float by[4] = { p[0], p[plane], p[2 * plane], 1 };
            corners(in, at, x, cell, share);
            for (int k = 0; k < 4; k++)
                for (int i = 0; i < GRID_MAP; i++)
                    row[cell[k] + i] += share[k] * g[(size_t) (i / 4) * plane] * by[i % 4];
        }
        Between down = middle(y, in->height, GRID_SIDE);
        float *a = slope + (size_t) down.from * ROW, *b = slope + (size_t) down.to * ROW;
        for (int i = 0; i < ROW; i++) {
            a[i] += (1 - down.along) * row[i];
            b[i] += down.along * row[i];
        }
    }
}
