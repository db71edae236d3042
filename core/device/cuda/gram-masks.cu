/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Masks as Gram matrices want them: tiles of pixels that lie in the same regions, and each region's rows. */
#include "gram-private.h"

#include <stdlib.h>

/* What is worked out on the host: by pixel, by tile, by part and by row. */
typedef struct {
    int k, tiles, parts;
    size_t n, rows; /* pixels; rows of all regions and of nobody */
    uint64_t *regions;
    int *order, *other;
    int *part, *region, *row;
    int *pixel;
    float *value;
    size_t *used; /* by region, and nobody's: rows */
} Plan;

static void plan_drop(Plan *p)
{
    void *own[] = { p->regions, p->order, p->other, p->part, p->region,
                    p->row,     p->pixel, p->value, p->used };

    for (void *o : own)
        free(o);
}

static bool plan_begin(Plan *p, int k, size_t n)
{
    p->k = k;
    p->n = n;
    p->tiles = (int) ((n + TILE - 1) / TILE);
    p->regions = (uint64_t *) calloc(n, sizeof *p->regions);
    p->order = (int *) malloc(n * sizeof *p->order);
    p->other = (int *) malloc(n * sizeof *p->other);
    p->part = (int *) malloc((p->tiles + 1) * sizeof *p->part);
    p->region = (int *) malloc((size_t) p->tiles * (k + 1) * sizeof *p->region);
    p->row = (int *) malloc((size_t) p->tiles * (k + 1) * sizeof *p->row);
    p->used = (size_t *) calloc(k + 1, sizeof *p->used);
    return p->regions && p->order && p->other && p->part && p->region && p->row && p->used;
}

/* Pixels in the order of their regions, a bit for each (from the 65th on they share bits), and otherwise as in
 * the picture: a radix sort. */
static void sort_pixels(Plan *p, const float *mask)
{
    for (int r = 0; r < p->k; r++)
        for (size_t i = 0; i < p->n; i++)
            p->regions[i] |= (uint64_t) (mask[r * p->n + i] != 0) << r % 64;
    for (size_t i = 0; i < p->n; i++)
        p->order[i] = (int) i;
    for (int bit = 0; bit < p->k && bit < 64; bit += 8) {
        size_t place[257] = {};
        for (size_t i = 0; i < p->n; i++)
            place[(p->regions[i] >> bit & 255) + 1]++;
        for (int b = 0; b < 256; b++)
            place[b + 1] += place[b];
        for (size_t i = 0; i < p->n; i++)
            p->other[place[p->regions[p->order[i]] >> bit & 255]++] = p->order[i];
        int *sorted = p->other;
        p->other = p->order;
        p->order = sorted;
    }
}

static size_t end_of(const Plan *p, int tile)
{
    size_t end = (size_t) (tile + 1) * TILE;

    return end < p->n ? end : p->n;
}

static bool has_part(const Plan *p, int tile, const float *mask)
{
    for (size_t i = (size_t) tile * TILE; i < end_of(p, tile); i++)
        if (mask[p->order[i]] != 0)
            return true;
    return false;
}

/* A part for each region in each tile, or for nobody. */
static void divide_tiles(Plan *p, const float *mask)
{
    for (int t = 0; t < p->tiles; t++) {
        p->part[t] = p->parts;
        for (int r = 0; r < p->k; r++)
            if (has_part(p, t, mask + r * p->n))
                p->region[p->parts++] = r;
        if (p->parts == p->part[t])
            p->region[p->parts++] = p->k;
        for (int e = p->part[t]; e < p->parts; e++)
            p->used[p->region[e]] += TILE;
    }
    p->part[p->tiles] = p->parts;
}

/* Which rows are whose; own counts those with pixels: only the last tile may be cut. */
static void place_rows(Plan *p, CudaMasks *m, int *batch)
{
    for (int r = 0; r < p->k; r++) {
        m->first[r] = p->rows;
        m->own[r] = p->used[r];
        batch[r] = (int) (p->rows / BATCH);
        p->rows += (p->used[r] + BATCH - 1) / BATCH * BATCH;
    }
    m->first[p->k] = p->rows;
    batch[p->k] = (int) (p->rows / BATCH);
    for (int e = p->part[p->tiles - 1]; e < p->parts; e++)
        if (p->region[e] < p->k)
            m->own[p->region[e]] -= (size_t) p->tiles * TILE - p->n;
    p->rows += p->used[p->k];
}

static bool fill_rows(Plan *p, const size_t *first, const float *mask)
{
    p->pixel = (int *) malloc((p->rows + 1) * sizeof *p->pixel);
    p->value = (float *) calloc(p->rows + 1, sizeof *p->value);
    if (!p->pixel || !p->value)
        return false;
    for (size_t row = 0; row < p->rows; row++)
        p->pixel[row] = -1;
    for (int r = 0; r <= p->k; r++)
        p->used[r] = first[r];
    for (int t = 0; t < p->tiles; t++)
        for (int e = p->part[t]; e < p->part[t + 1]; e++) {
            int r = p->region[e];
            p->row[e] = (int) p->used[r];
            p->used[r] += TILE;
            for (size_t i = (size_t) t * TILE, row = p->row[e]; i < end_of(p, t); i++, row++) {
                p->pixel[row] = p->order[i];
                p->value[row] = r < p->k ? mask[r * p->n + p->order[i]] : 0;
            }
        }
    return true;
}

/* n numbers on the GPU, or NULL. */
static void *copy_of(Cuda *cuda, const void *from, size_t bytes)
{
    void *to = cuda_alloc(cuda, bytes);

    if (to)
        cuda_put(cuda, to, from, bytes);
    return to;
}

static bool masks_build(Cuda *cuda, CudaMasks *m, const float *mask, int *batch)
{
    Plan p = {};
    bool good = plan_begin(&p, m->m.k, (size_t) m->m.h * m->m.w);

    if (good) {
        sort_pixels(&p, mask);
        divide_tiles(&p, mask);
        place_rows(&p, m, batch);
        good = fill_rows(&p, m->first, mask);
    }
    for (int r = 0; r < p.k && good; r++)
        for (size_t i = 0; i < p.n; i++)
            m->weight[r] += (double) mask[r * p.n + i] * (double) mask[r * p.n + i];
    if (good) {
        m->tiles = p.tiles;
        m->pixel = (int *) copy_of(cuda, p.pixel, p.rows * sizeof *p.pixel);
        m->value = (float *) copy_of(cuda, p.value, p.rows * sizeof *p.value);
        m->batch = (int *) copy_of(cuda, batch, (p.k + 1) * sizeof *batch);
        m->part = (int *) copy_of(cuda, p.part, (p.tiles + 1) * sizeof *p.part);
        m->region = (int *) copy_of(cuda, p.region, p.parts * sizeof *p.region);
        m->row = (int *) copy_of(cuda, p.row, p.parts * sizeof *p.row);
        good = m->pixel && m->value && m->batch && m->part && m->region && m->row;
    }
    plan_drop(&p);
    return good;
}

Masks *cuda_masks(Device *d, int k, int h, int w, const float *mask)
{
    CudaMasks *m = (CudaMasks *) calloc(1, sizeof *m);
    int *batch = (int *) malloc((k + 1) * sizeof *batch);
    bool good = m && batch;

    if (good) {
        m->m = { d, k, h, w };
        m->first = (size_t *) malloc((k + 1) * sizeof *m->first);
        m->own = (size_t *) malloc((k + 1) * sizeof *m->own);
        m->weight = (double *) calloc(k, sizeof *m->weight);
        good = m->first && m->own && m->weight && masks_build(cuda_of(d), m, mask, batch);
    }
    free(batch);
    if (good)
        return &m->m;
    if (m && m->m.dev)
        cuda_masks_drop(&m->m);
    else
        free(m);
    return NULL;
}

void cuda_masks_drop(Masks *masks)
{
    CudaMasks *m = (CudaMasks *) masks;

    if (!m)
        return;
    Cuda *cuda = cuda_of(m->m.dev);
    void *own[] = { m->pixel, m->value, m->batch, m->part, m->region, m->row };
    for (void *o : own)
        cuda_free(cuda, o);
    free(m->first);
    free(m->own);
    free(m->weight);
    free(m);
}
