/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Means and deviations of features by regions.  Sums are of doubles: a variance is what is left of two
 * large numbers. */
#include "gram-private.h"

#include <math.h>
#include <string.h>

/* Of one pixel in a region. */
static inline double weight_of(const CpuMasks *m, int region, const Part *part, int i)
{
    double v = (double) m->usual[region] * (double) m->value[part->first + i];

    return v * v;
}

static float *pixel_of(const CpuTensor *x, const CpuMasks *m, size_t chunk, const Part *part, int i)
{
    return x->p + (chunk * CHUNK + m->place[part->first + i]) * x->step;
}

/* sum[c] += w f, sum[C + c] += w f^2 of a region's pixels in a chunk. */
static void add_chunk(double *sum, const CpuTensor *x, const CpuMasks *m, int region, size_t chunk)
{
    const Part *part = &m->part[region * m->chunks + chunk];
    size_t planes = (size_t) x->t.c;

    for (int i = 0; i < part->count; i++) {
        double w = weight_of(m, region, part, i);
        const float *f = pixel_of(x, m, chunk, part, i);
        for (size_t c = 0; c < planes; c++) {
            double v = f[c * x->plane];
            sum[c] += w * v;
            sum[planes + c] += w * v * v;
        }
    }
}

/* y's region of the sums that threads have. */
static void put(const CpuTensor *y, int region, double weight, const double *sums, size_t each,
                int threads)
{
    size_t planes = (size_t) y->t.w;

    for (size_t c = 0; c < planes; c++) {
        double first = 0, second = 0;
        for (int t = 0; t < threads; t++) {
            first += sums[t * each + c];
            second += sums[t * each + planes + c];
        }
        double mean = weight > 0 ? first / weight : 0;
        double variance = weight > 0 ? fmax(0, second / weight - mean * mean) : 0;
        float *to = y->p + region * y->plane;
        to[c * y->step] = (float) first;
        to[(planes + c) * y->step] = (float) (weight * sqrt(variance + MOMENTS_EPS));
    }
}

void cpu_moments(Tensor *yt, const Tensor *xt, const Masks *masks)
{
    const CpuMasks *m = (const CpuMasks *) masks;
    const CpuTensor *x = cpu_tensor(xt);
    Cpu *cpu = cpu_of(yt->dev);
    size_t each = cpu_aligned(2 * (size_t) xt->c);

    if (!cpu_goes_on(cpu))
        return;
    double *sums = cpu_work(cpu, each * cpu->threads * sizeof *sums);
    if (!sums)
        return;
    int team = cpu_team_moving(cpu, (double) xt->c * pixel_count(xt));
    for (int k = 0; k < masks->k; k++) {
#pragma omp parallel num_threads(team)
        {
            double *own = sums + cpu_thread() * each;
            memset(own, 0, each * sizeof *own);
#pragma omp for schedule(static, GROUP) /* a region lies at one end of the picture */
            for (size_t chunk = 0; chunk < m->chunks; chunk++)
                if (cpu_goes_on(cpu))
                    add_chunk(own, x, m, k, chunk);
        }
        if (!cpu_goes_on(cpu))
            return;
        put(cpu_tensor(yt), k, m->weight[k], sums, each, team);
    }
}

/* ----------------------------------------------------------------------- gradients */

/* The gradient at a pixel is its weight times factor[c] + factor[C + c] x. */
static void find_factors(double *factor, const CpuTensor *dy, const CpuTensor *y, int region,
                         double weight)
{
    size_t planes = (size_t) y->t.w;

    for (size_t c = 0; c < planes && weight > 0; c++) {
        const float *d = dy->p + region * dy->plane, *v = y->p + region * y->plane;
        double slope = (double) d[(planes + c) * dy->step] / (double) v[(planes + c) * y->step];
        factor[c] = (double) d[c * dy->step] - slope * (double) v[c * y->step];
        factor[planes + c] = slope * weight;
    }
}

static void add_gradient(const CpuTensor *dx, const CpuTensor *x, const double *factor,
                         const CpuMasks *m, int region, size_t chunk)
{
    const Part *part = &m->part[region * m->chunks + chunk];
    size_t planes = (size_t) x->t.c;

    for (int i = 0; i < part->count; i++) {
        double w = weight_of(m, region, part, i);
        const float *f = pixel_of(x, m, chunk, part, i);
        float *to = pixel_of(dx, m, chunk, part, i);
        for (size_t c = 0; c < planes; c++)
            to[c * dx->plane] +=
                (float) (w * (factor[c] + factor[planes + c] * (double) f[c * x->plane]));
    }
}

static void clear_chunk(const CpuTensor *x, size_t chunk)
{
    size_t n = pixel_count(&x->t), end = (chunk + 1) * CHUNK;

    for (size_t i = chunk * CHUNK; i < end && i < n; i++)
        for (int c = 0; c < x->t.c; c++)
            x->p[c * x->plane + i * x->step] = 0;
}

void cpu_moments_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *x,
                      const Masks *masks, bool add)
{
    const CpuMasks *m = (const CpuMasks *) masks;
    Cpu *cpu = cpu_of(x->dev);
    size_t each = 2 * (size_t) x->c;

    if (!cpu_goes_on(cpu))
        return;
    double *factor = cpu_work(cpu, (masks->k * each + 1) * sizeof *factor);
    if (!factor)
        return;
    for (int k = 0; k < masks->k; k++)
        find_factors(factor + k * each, cpu_tensor(dy), cpu_tensor(y), k, m->weight[k]);
    int team = cpu_team_moving(cpu, (double) x->c * pixel_count(x));
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t chunk = 0; chunk < m->chunks; chunk++) {
        if (!cpu_goes_on(cpu))
            continue;
        if (!add)
            clear_chunk(cpu_tensor(dx), chunk);
        for (int k = 0; k < masks->k; k++)
            add_gradient(cpu_tensor(dx), cpu_tensor(x), factor + k * each, m, k, chunk);
    }
}
