/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Masks as lists: of each region, chunk by chunk, its own pixels. */
#include "gram-private.h"

#include <stdlib.h>

static void fill_part(CpuMasks *m, const float *mask, int k, size_t chunk, size_t *at)
{
    size_t n = (size_t) m->m.h * m->m.w, first = chunk * CHUNK;
    Part *part = &m->part[k * m->chunks + chunk];

    *part = (Part){ .first = *at, .plain = true };
    for (size_t i = first; i < n && i < first + CHUNK; i++)
        if (mask[i] > 0) {
            m->value[*at] = mask[i] / m->usual[k];
            double v = (double) m->usual[k] * (double) m->value[*at];
            m->weight[k] += v * v;
            m->place[*at] = (uint8_t) (i - first);
            part->plain = part->plain && mask[i] == m->usual[k] &&
                          m->place[*at] - m->place[part->first] == part->count;
            part->count++;
            ++*at;
        }
}

static void fill_lists(CpuMasks *m, const float *mask)
{
    size_t n = (size_t) m->m.h * m->m.w, at = 0;

    for (int k = 0; k < m->m.k; k++, mask += n) {
        m->usual[k] = 0;
        m->weight[k] = 0;
        for (size_t i = 0; i < n; i++)
            m->usual[k] = mask[i] > m->usual[k] ? mask[i] : m->usual[k];
        for (size_t c = 0; c < m->chunks; c++)
            fill_part(m, mask, k, c, &at);
    }
}

Masks *cpu_masks(Device *d, int k, int h, int w, const float *mask)
{
    CpuMasks *m = calloc(1, sizeof *m);
    size_t n = (size_t) h * w, own = 0;

    if (!m)
        return NULL;
    for (size_t i = 0; i < k * n; i++)
        own += mask[i] > 0;
    m->m = (Masks){ d, k, h, w };
    m->chunks = (n + CHUNK - 1) / CHUNK;
    m->part = cpu_alloc(k * m->chunks * sizeof *m->part);
    m->usual = cpu_alloc(k * sizeof *m->usual);
    m->weight = cpu_alloc(k * sizeof *m->weight);
    m->value = cpu_alloc(own * sizeof *m->value);
    m->place = cpu_alloc(own * sizeof *m->place);
    if (!m->part || !m->usual || !m->weight || !m->value || !m->place) {
        cpu_masks_drop(&m->m);
        return NULL;
    }
    fill_lists(m, mask);
    return &m->m;
}

void cpu_masks_drop(Masks *masks)
{
    CpuMasks *m = (CpuMasks *) masks;

    if (!m)
        return;
    cpu_free(m->part);
    cpu_free(m->usual);
    cpu_free(m->weight);
    cpu_free(m->value);
    cpu_free(m->place);
    free(m);
}
