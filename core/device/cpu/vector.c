/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Losses, dot products, combinations and rectification: element by element over tensors of one shape.
 *
 * Elements are taken in blocks that fit the first cache.  Tensors without gaps and of one layout
 * are walked as they lie; otherwise every block is gathered in pixel order first. */
#include "cpu-private.h"

#include <math.h>
#include <string.h>

#define BLOCK 2048

static size_t element_count(const Tensor *t)
{
    return (size_t) t->c * pixel_count(t);
}

/* True when all of them can be walked as they lie. */
static bool alike(int n, const Tensor *const *t)
{
    for (int k = 0; k < n; k++)
        if (!is_whole(cpu_tensor(t[k])) ||
            (is_planar(cpu_tensor(t[k])) != is_planar(cpu_tensor(t[0]))))
            return false;
    return true;
}

/* Moves elements e .. e + n - 1 of x to v, or back: runs of one pixel's features, or one by one. */
static void move(const CpuTensor *x, size_t e, size_t n, float *v, bool back)
{
    size_t c = (size_t) x->t.c, at = e / c, plane = e % c;

    for (size_t i = 0, run; i < n; i += run, plane = 0, at++) {
        float *p = x->p + plane * x->plane + at * x->step;
        run = c - plane < n - i ? c - plane : n - i;
        if (x->plane == 1)
            memcpy(back ? p : v + i, back ? v + i : p, run * sizeof *v);
        else
            for (size_t k = 0; k < run; k++)
                *(back ? p + k * x->plane : v + i + k) = *(back ? v + i + k : p + k * x->plane);
    }
}

/* Elements e .. e + n - 1: where they lie, or gathered in `room`. */
static float *load(const Tensor *t, bool as_they_lie, size_t e, size_t n, float *room)
{
    if (as_they_lie)
        return cpu_tensor(t)->p + e;
    move(cpu_tensor(t), e, n, room, false);
    return room;
}

static void store(Tensor *t, size_t e, size_t n, const float *v)
{
    move(cpu_tensor(t), e, n, (float *) v, true);
}

static size_t block_count(const Tensor *t)
{
    return (element_count(t) + BLOCK - 1) / BLOCK;
}

static size_t block_length(const Tensor *t, size_t block)
{
    size_t left = element_count(t) - block * BLOCK;

    return left < BLOCK ? left : BLOCK;
}

/* Sums are kept block by block and added up in order, whichever thread had which. */
static double total(const double *part, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += part[i];
    return sum;
}

/* d = x - t, or what x has outside [0, 1] where t is NULL. */
static void difference(int slot, double w, Tensor *dx, const Tensor *x, const Tensor *t, bool add)
{
    Cpu *cpu = cpu_of(x->dev);
    bool lie = alike(t ? 3 : 2, (const Tensor *[]){ x, dx, t });
    size_t blocks = block_count(x);

    if (!cpu_goes_on(cpu))
        return;
    double *part = (double *) cpu_work(cpu, blocks * sizeof(double));
    if (!part)
        return;
    int team = cpu_team_moving(cpu, (double) blocks * BLOCK);
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t b = 0; b < blocks; b++) {
        float room[3][BLOCK];
        size_t n = block_length(x, b), e = b * BLOCK;
        const float *xb = load(x, lie, e, n, room[0]);
        const float *tb = t ? load(t, lie, e, n, room[1]) : NULL;
        float *db = lie ? cpu_tensor(dx)->p + e : room[2];
        if (!lie && add)
            load(dx, false, e, n, room[2]);
        part[b] = cpu->kernels->difference(db, (float) (2 * w), xb, tb, add, n);
        if (!lie)
            store(dx, e, n, db);
    }
    cpu->slot[slot] = total(part, blocks);
}

void cpu_sqdiff(int slot, double w, Tensor *dx, const Tensor *x, const Tensor *t, bool add)
{
    difference(slot, w, dx, x, t, add);
}

void cpu_excess(int slot, double w, Tensor *dx, const Tensor *x, bool add)
{
    difference(slot, w, dx, x, NULL, add);
}

void cpu_dots(int slot, const Tensor *x, int n, Tensor *const *y)
{
    Cpu *cpu = cpu_of(x->dev);
    bool lie = alike(n, (const Tensor *const *) y) &&
               alike(2, (const Tensor *[]){ x, n ? y[0] : x });
    size_t blocks = block_count(x);

    if (!cpu_goes_on(cpu))
        return;
    double *part = (double *) cpu_work(cpu, n * blocks * sizeof(double));
    if (!part)
        return;
    int team = cpu_team_moving(cpu, (double) n * blocks * BLOCK);
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t b = 0; b < blocks; b++) {
        float room[2][BLOCK];
        size_t m = block_length(x, b), e = b * BLOCK;
        const float *xb = load(x, lie, e, m, room[0]);
        for (int k = 0; k < n; k++)
            part[k * blocks + b] = cpu->kernels->dot(xb, load(y[k], lie, e, m, room[1]), m);
    }
    for (int k = 0; k < n; k++)
        cpu->slot[slot + k] = total(part + k * blocks, blocks);
}

/* sum += the terms whose coefficient is not zero, four at a time. */
static void add_terms(const Kernels *kernels, float *sum, int n, const double *a, Tensor *const *x,
                      bool lie, size_t e, size_t m)
{
    static const float nothing[BLOCK];
    float room[4][BLOCK], factor[4];
    const float *term[4];
    int terms = 0;

    for (int k = 0; k < n; k++) {
        if (a[k] != 0) {
            factor[terms] = (float) a[k];
            term[terms] = load(x[k], lie, e, m, room[terms]);
            terms++;
        }
        if (terms < 4 && (k < n - 1 || terms == 0))
            continue;
        for (; terms < 4; terms++) {
            factor[terms] = 0;
            term[terms] = nothing;
        }
        kernels->combine4(sum, factor, term, m);
        terms = 0;
    }
}

void cpu_lincomb(Tensor *y, int n, const double *a, Tensor *const *x)
{
    Cpu *cpu = cpu_of(y->dev);
    bool lie = alike(n, (const Tensor *const *) x) &&
               alike(2, (const Tensor *[]){ y, n ? x[0] : y });
    bool copy = n == 1 && a[0] == 1;
    size_t blocks = block_count(y);

    if (!cpu_goes_on(cpu))
        return;
    int team = cpu_team_moving(cpu, (double) n * blocks * BLOCK);
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t b = 0; b < blocks; b++) {
        float sum[BLOCK];
        size_t m = block_length(y, b), e = b * BLOCK;
        const float *v = sum;
        if (copy)
            v = load(x[0], lie, e, m, sum);
        else {
            memset(sum, 0, m * sizeof *sum);
            add_terms(cpu->kernels, sum, n, a, x, lie, e, m);
        }
        if (lie)
            memmove(cpu_tensor(y)->p + e, v, m * sizeof *v);
        else
            store(y, e, m, v);
    }
}

/* The factors of a block of elements, pixel by pixel, from number `plane` on. */
static void repeat(float *to, const CpuTensor *factor, size_t plane, size_t n)
{
    size_t planes = (size_t) factor->t.c;

    for (size_t i = 0; i < n; i++, plane++) {
        plane = plane < planes ? plane : 0;
        to[i] = factor->p[plane * factor->plane];
    }
}

void cpu_rectify(Tensor *y, const Tensor *x, const Tensor *scale, const Tensor *shift)
{
    Cpu *cpu = cpu_of(y->dev);
    size_t blocks = block_count(y);

    if (!cpu_goes_on(cpu))
        return;
    int team = cpu_team_moving(cpu, 2.0 * (double) blocks * BLOCK);
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t b = 0; b < blocks; b++) {
        float v[BLOCK], factor[BLOCK], offset[BLOCK];
        size_t n = block_length(y, b), e = b * BLOCK;
        load(x, false, e, n, v);
        if (scale) {
            repeat(factor, cpu_tensor(scale), e % (size_t) x->c, n);
            repeat(offset, cpu_tensor(shift), e % (size_t) x->c, n);
        }
        for (size_t i = 0; scale && i < n; i++)
            v[i] = factor[i] * v[i] + offset[i];
        cpu->kernels->rectified(v, v, v, n);
        store(y, e, n, v);
    }
}

void cpu_rectify_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *scale, bool add)
{
    Cpu *cpu = cpu_of(y->dev);
    size_t blocks = block_count(y);

    if (!cpu_goes_on(cpu))
        return;
    int team = cpu_team_moving(cpu, 3.0 * (double) blocks * BLOCK);
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t b = 0; b < blocks; b++) {
        float v[BLOCK], d[BLOCK], factor[BLOCK];
        size_t n = block_length(y, b), e = b * BLOCK;
        load(y, false, e, n, v);
        load(dy, false, e, n, d);
        cpu->kernels->rectified(d, d, v, n);
        if (scale)
            repeat(factor, cpu_tensor(scale), e % (size_t) y->c, n);
        for (size_t i = 0; scale && i < n; i++)
            d[i] *= factor[i];
        if (add)
            cpu->kernels->add(d, load(dx, false, e, n, v), n);
        store(dx, e, n, d);
    }
}

void cpu_adam(Tensor *d, Tensor *m, Tensor *v, const Tensor *g, double b1, double b2, double eps,
              int t)
{
    Cpu *cpu = cpu_of(d->dev);
    bool lie = alike(4, (const Tensor *[]){ d, m, v, g });
    const float keep[2] = { (float) b1, (float) b2 };
    const float take[2] = { (float) (1 - b1), (float) (1 - b2) };
    const float mean = (float) (1 / (1 - pow(b1, t))), square = (float) (1 / (1 - pow(b2, t)));
    size_t blocks = block_count(d);

    if (!cpu_goes_on(cpu))
        return;
    int team = cpu_team_moving(cpu, 4.0 * (double) blocks * BLOCK);
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t b = 0; b < blocks; b++) {
        float room[4][BLOCK];
        size_t n = block_length(d, b), e = b * BLOCK;
        const float *gb = load(g, lie, e, n, room[0]);
        float *mb = load(m, lie, e, n, room[1]), *vb = load(v, lie, e, n, room[2]);
        float *db = lie ? cpu_tensor(d)->p + e : room[3];
        for (size_t i = 0; i < n; i++) {
            float gi = gb[i];
            mb[i] = keep[0] * mb[i] + take[0] * gi;
            vb[i] = keep[1] * vb[i] + take[1] * gi * gi;
            db[i] = mean * mb[i] / (sqrtf(square * vb[i]) + (float) eps);
        }
        if (!lie) {
            store(m, e, n, mb);
            store(v, e, n, vb);
            store(d, e, n, db);
        }
    }
}
