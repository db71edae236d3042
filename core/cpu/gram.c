/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu-private.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    Masks m;
    float *p;
} CpuMasks;

Masks *cpu_masks(Device *d, int k, int h, int w, const float *mask)
{
    CpuMasks *m = calloc(1, sizeof *m);
    size_t bytes = (size_t) k * h * w * sizeof(float);

    if (!m)
        return NULL;
    m->m = (Masks){ d, k, h, w };
    m->p = cpu_alloc(bytes);
    if (!m->p) {
        free(m);
        return NULL;
    }
    memcpy(m->p, mask, bytes);
    return &m->m;
}

void cpu_masks_drop(Masks *m)
{
    if (!m)
        return;
    cpu_free(((CpuMasks *) m)->p);
    free(m);
}

void cpu_gram(Tensor *yt, const Tensor *xt, const Masks *masks)
{
    const CpuTensor *x = cpu_tensor(xt), *y = cpu_tensor(yt);
    Cpu *cpu = cpu_of(yt->dev);
    int c = xt->c;
    size_t n = pixel_count(xt);

    if (!cpu_goes_on(cpu))
        return;
    float *row = cpu_work(cpu, sizeof(float) * c);
    double *sum = calloc((size_t) c * c, sizeof *sum);
    for (int k = 0; k < masks->k; k++) {
        const float *m = ((const CpuMasks *) masks)->p + k * n;
        memset(sum, 0, (size_t) c * c * sizeof *sum);
        for (size_t i = 0; i < n; i++) {
            if (m[i] == 0)
                continue;
            for (int a = 0; a < c; a++)
                row[a] = m[i] * x->p[a * x->plane + i * x->step];
            for (int a = 0; a < c; a++)
                for (int b = 0; b < c; b++)
                    sum[a * c + b] += row[a] * row[b];
        }
        for (int e = 0; e < c * c; e++)
            y->p[k * y->plane + e * y->step] = (float) sum[e];
    }
    free(sum);
}

void cpu_gram_back(Tensor *dxt, const Tensor *dyt, const Tensor *xt, const Masks *masks, bool add)
{
    const CpuTensor *x = cpu_tensor(xt), *dx = cpu_tensor(dxt), *dy = cpu_tensor(dyt);
    Cpu *cpu = cpu_of(xt->dev);
    int c = xt->c;
    size_t n = pixel_count(xt);

    if (!cpu_goes_on(cpu))
        return;
    float *d = cpu_work(cpu, sizeof(float) * c * c * masks->k);
    for (int k = 0; k < masks->k; k++)
        for (int a = 0; a < c; a++)
            for (int b = 0; b < c; b++)
                d[(k * c + a) * c + b] = dy->p[k * dy->plane + (a * c + b) * dy->step] +
                                         dy->p[k * dy->plane + (b * c + a) * dy->step];
#pragma omp parallel for num_threads(cpu->threads)
    for (size_t i = 0; i < n; i++) {
        for (int a = 0; !add && a < c; a++)
            dx->p[a * dx->plane + i * dx->step] = 0;
        for (int k = 0; k < masks->k; k++) {
            float m = ((const CpuMasks *) masks)->p[k * n + i];
            if (m == 0)
                continue;
            for (int a = 0; a < c; a++) {
                float s = 0;
                for (int b = 0; b < c; b++)
                    s += d[(k * c + a) * c + b] * x->p[b * x->plane + i * x->step];
                dx->p[a * dx->plane + i * dx->step] += m * m * s;
            }
        }
    }
}
