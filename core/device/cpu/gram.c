/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "gram-private.h"

#include <string.h>

#define PANEL 6144 /* floats of a panel, about */
#define PLANES_PICKED 128

/* ------------------------------------------------------------------------- panels */

static Panel panel_for(const Cpu *cpu, int c)
{
    size_t wide = cpu->kernels->columns, row = (c + wide - 1) / wide * wide;
    int rows = (int) (PANEL / row);

    if (row % 32 == 0)
        row += 16;
    return (Panel){ rows < 24 ? 24 : rows > 96 ? 96 : rows / 6 * 6, row };
}

static size_t panel_floats(const Panel *panel)
{
    return cpu_aligned(panel->rows * panel->row);
}

/* Whether a part's pixels can be multiplied where they lie. */
static bool as_it_lies(const Kernels *kernels, const Features *x, const Part *part)
{
    return part->plain && x->plane == 1 && x->planes % kernels->columns == 0;
}

static float *pixel_of(const Features *x, const CpuMasks *m, const Part *part, int i)
{
    return x->p + m->place[part->first + i] * x->step;
}

/* Pixels first .. first + n - 1 of a part, each times its mask or the mask's square, relative to
 * the usual one. */
static void pack(const Kernels *kernels, float *to, const Panel *panel, const Features *x,
                 const CpuMasks *m, const Part *part, int first, int n, bool square)
{
    for (int i = 0; i < n; i++, to += panel->row) {
        float v = m->value[part->first + first + i];
        const float *from = pixel_of(x, m, part, first + i);
        v = square ? v * v : v;
        if (x->plane == 1)
            kernels->scale(to, v, from, x->planes);
        else
            for (int c = 0; c < x->planes; c++)
                to[c] = v * from[c * x->plane];
    }
}

/* The features of a chunk of a tensor. */
static Features chunk_of(const CpuTensor *x, size_t chunk)
{
    return (Features){ x->p + chunk * CHUNK * x->step, x->plane, x->step, x->t.c, false };
}

/* ----------------------------------------------------------------------- matrices */

size_t gram_room_floats(const Cpu *cpu, int planes)
{
    Panel panel = panel_for(cpu, planes);

    return panel_floats(&panel) + 2 * cpu_aligned(panel.rows);
}

GramRoom gram_room(const Cpu *cpu, int planes, size_t step, float *memory)
{
    GramRoom r = { .kernels = cpu->kernels, .panel = panel_for(cpu, planes), .packed = memory };

    memset(memory, 0, panel_floats(&r.panel) * sizeof *memory);
    r.offset = (int *) (memory + panel_floats(&r.panel));
    r.offset_as_it_lies = r.offset + cpu_aligned(r.panel.rows);
    for (int i = 0; i < r.panel.rows; i++) {
        r.offset[i] = (int) (i * r.panel.row);
        r.offset_as_it_lies[i] = (int) (i * step);
    }
    return r;
}

/* Adds the products of the numbers before `end` with `columns` numbers from j on. */
static void multiply_part(const Kernels *kernels, float *sum, const float *rows, const int *offset,
                          int c, int n, int begin, int end, int j, int columns)
{
    kernels->product(&(Product){ .rows = end - begin,
                                 .depth = n,
                                 .columns = columns,
                                 .a = rows + begin,
                                 .a_row = 1,
                                 .offset = offset,
                                 .b = rows + j,
                                 .b_row = (size_t) offset[1],
                                 .c = sum + (size_t) begin * c + j,
                                 .c_row = c,
                                 .add = true });
}

/* sum += rows' rows.  Meanwhile `next` is asked for, which is as large, unless it is NULL. */
static void multiply(const Kernels *kernels, float *sum, const float *rows, const int *offset,
                     int c, int n, const float *next)
{
    int wide = kernels->columns, half = kernels->lanes;
    size_t part = (size_t) wide * n;

    for (int j = 0; j < c; j += wide) {
        int columns = c - j < wide ? c - j : wide, left = columns < half ? columns : half;
        if (next)
            cpu_prefetch(next + (size_t) j * n, part);
        multiply_part(kernels, sum, rows, offset, c, n, 0, j + left, j, columns);
        if (columns >
            half) /* below these rows only the panel's second half is above the diagonal */
            multiply_part(kernels, sum, rows, offset, c, n, j + half, j + columns, j + half,
                          columns - half);
    }
}

void gram_add_chunk(const GramRoom *room, float *sum, const Features *x, const CpuMasks *m,
                    int region, size_t chunk)
{
    const Part *part = &m->part[region * m->chunks + chunk];
    bool lies = as_it_lies(room->kernels, x, part);

    for (int i = 0, n; i < part->count; i += n) {
        n = part->count - i < room->panel.rows ? part->count - i : room->panel.rows;
        const float *rows = pixel_of(x, m, part, i);
        const float *next = x->cached             ? NULL
                            : lies                ? rows + n * x->step
                            : i + n < part->count ? pixel_of(x, m, part, i + n)
                                                  : rows;
        if (!lies) {
            pack(room->kernels, room->packed, &room->panel, x, m, part, i, n, false);
            rows = room->packed;
        }
        multiply(room->kernels, sum, rows, lies ? room->offset_as_it_lies : room->offset, x->planes,
                 n, next);
    }
}

bool gram_has(const CpuMasks *m, int region, size_t first, size_t end)
{
    for (size_t chunk = first; chunk < end; chunk++)
        if (m->part[region * m->chunks + chunk].count)
            return true;
    return false;
}

void gram_add_up(double *total, const float *sum, int planes)
{
    for (int a = 0; a < planes; a++)
        for (int b = a; b < planes; b++)
            total[(size_t) a * planes + b] += sum[(size_t) a * planes + b];
}

void gram_put(const CpuTensor *y, int region, const CpuMasks *m, const double *const *total,
              int threads)
{
    double usual = m->usual[region];
    int c = y->t.h;

    for (int a = 0; a < c; a++)
        for (int b = a; b < c; b++) {
            double v = 0;
            for (int t = 0; t < threads; t++)
                v += total[t][(size_t) a * c + b];
            v *= usual * usual;
            y->p[region * y->plane + ((size_t) a * c + b) * y->step] = (float) v;
            y->p[region * y->plane + ((size_t) b * c + a) * y->step] = (float) v;
        }
}

/* Adds the Gram matrix of a region's pixels in some chunks to total. */
static void add_group(const GramRoom *room, double *total, float *sum, const CpuTensor *x,
                      const CpuMasks *m, int k, size_t first, size_t end)
{
    if (!gram_has(m, k, first, end))
        return;
    memset(sum, 0, (size_t) x->t.c * x->t.c * sizeof *sum);
    for (size_t chunk = first; chunk < end; chunk++) {
        Features f = chunk_of(x, chunk);
        gram_add_chunk(room, sum, &f, m, k, chunk);
    }
    gram_add_up(total, sum, x->t.c);
}

void cpu_gram(Tensor *yt, const Tensor *xt, const Masks *masks)
{
    const CpuMasks *m = (const CpuMasks *) masks;
    const CpuTensor *x = cpu_tensor(xt);
    Cpu *cpu = cpu_of(yt->dev);
    int c = xt->c;
    size_t squares = cpu_aligned((size_t) c * c), floats = gram_room_floats(cpu, c);
    size_t each = floats + 3 * squares;
    const double *total[MAX_THREADS];

    if (!cpu_goes_on(cpu))
        return;
    float *work = cpu_work(cpu, each * cpu->threads * sizeof(float));
    if (!work)
        return;
    int team = cpu_team(cpu, (double) c * c * pixel_count(xt));
    for (int t = 0; t < team; t++)
        total[t] = (double *) (work + t * each + floats);
    for (int k = 0; k < masks->k; k++) {
#pragma omp parallel num_threads(team)
        {
            float *own = work + cpu_thread() * each;
            GramRoom room = gram_room(cpu, c, x->step, own);
            double *sum = (double *) (own + floats);
            memset(sum, 0, squares * sizeof *sum);
#pragma omp for schedule(static, 1) /* a region lies at one end of the picture */
            for (size_t first = 0; first < m->chunks; first += GROUP) {
                size_t end = first + GROUP < m->chunks ? first + GROUP : m->chunks;
                if (cpu_goes_on(cpu))
                    add_group(&room, sum, own + floats + 2 * squares, x, m, k, first, end);
            }
        }
        if (!cpu_goes_on(cpu))
            return;
        gram_put(cpu_tensor(yt), k, m, total, team);
    }
}

/* ----------------------------------------------------------------------- gradients */

/* D = (dy + dy') scale, in panels. */
static void pack_gradient(float *to, const CpuTensor *dy, int k, int c, float scale, int wide)
{
    const float *from = dy->p + k * dy->plane;

    for (int j = 0; j < c; j += wide)
        for (int a = 0; a < c; a++)
            for (int b = j; b < j + wide; b++)
                *to++ = b < c ? scale * (from[((size_t) a * c + b) * dy->step] +
                                         from[((size_t) b * c + a) * dy->step])
                              : 0;
}

static size_t gradient_size(const Cpu *cpu, int c)
{
    size_t wide = cpu->kernels->columns;

    return c * ((c + wide - 1) / wide * wide);
}

size_t gram_back_floats(const Cpu *cpu, const Masks *masks, int planes)
{
    return cpu_aligned(planes) + cpu_aligned(masks->k * gradient_size(cpu, planes));
}

size_t gram_back_thread_floats(const Cpu *cpu, int planes)
{
    Panel panel = panel_for(cpu, planes);

    return 2 * panel_floats(&panel);
}

GramBack gram_back_begin(const Cpu *cpu, const CpuTensor *dy, const Masks *masks, float *memory)
{
    int c = dy->t.h, *offset = (int *) memory;
    float *gradient = memory + cpu_aligned(c);
    GramBack back = { .kernels = cpu->kernels,
                      .m = (const CpuMasks *) masks,
                      .panel = panel_for(cpu, c),
                      .offset = offset,
                      .gradient = gradient,
                      .gradient_size = gradient_size(cpu, c) };

    for (int i = 0; i < c; i++)
        offset[i] = i;
    for (int k = 0; k < masks->k; k++)
        pack_gradient(gradient + k * back.gradient_size, dy, k, c,
                      back.m->usual[k] * back.m->usual[k], cpu->kernels->columns);
    return back;
}

/* Rectified features are often 0, and those of neighbours together: their terms are left out, a few rows
 * at a time, unless the right factor is too large to be read anew for each few. */
static void multiply_rows(const Kernels *kernels, const Product *p)
{
    int used[PLANES_PICKED];
    Product q = *p;

    if (p->depth > PLANES_PICKED || cpu_is_large(p) || p->past) {
        cpu_product(kernels, p);
        return;
    }
    q.pick = true;
    q.offset = used;
    for (int left = p->rows; left > 0; left -= q.rows) {
        q.rows = left < PRODUCT_ROWS ? left : PRODUCT_ROWS;
        q.depth = kernels->columns_used(used, q.a, q.a_row, q.rows, p->depth);
        kernels->product(&q);
        q.a += q.rows * q.a_row;
        q.c += q.rows * q.c_row;
    }
}

/* dx of n pixels of a part: straight where they lie side by side, or by way of `out`. */
static void back_pixels(const GramBack *job, int k, size_t chunk, int first, int n,
                        const Features *dx, const Features *x, bool add, float *in, float *out)
{
    const Kernels *kernels = job->kernels;
    const Part *part = &job->m->part[k * job->m->chunks + chunk];
    const uint8_t *place = job->m->place + part->first + first;
    int c = dx->planes;
    bool side_by_side = dx->plane == 1 && place[n - 1] - place[0] == n - 1;
    bool lies = as_it_lies(kernels, x, part);

    if (lies)
        in = pixel_of(x, job->m, part, first);
    else
        pack(kernels, in, &job->panel, x, job->m, part, first, n, true);
    if (side_by_side)
        out = dx->p + place[0] * dx->step;
    Product p = { .rows = n,
                  .depth = c,
                  .columns = c,
                  .a = in,
                  .a_row = lies ? x->step : job->panel.row,
                  .past = side_by_side && !add && job->past,
                  .offset = job->offset,
                  .b = job->gradient + k * job->gradient_size,
                  .b_row = kernels->columns,
                  .b_panel = (size_t) c * kernels->columns,
                  .c = out,
                  .c_row = side_by_side ? dx->step : (size_t) c,
                  .add = side_by_side && add };
    multiply_rows(kernels, &p);
    for (int i = 0; !side_by_side && i < n; i++) {
        float *to = dx->p + place[i] * dx->step;
        for (int j = 0; j < c; j++)
            to[j * dx->plane] = out[i * c + j] + (add ? to[j * dx->plane] : 0);
    }
}

static void clear_pixels(const Features *x, int n)
{
    for (int i = 0; i < n; i++)
        if (x->plane == 1)
            memset(x->p + i * x->step, 0, (size_t) x->planes * sizeof(float));
        else
            for (int c = 0; c < x->planes; c++)
                x->p[c * x->plane + i * x->step] = 0;
}

void gram_back_chunk(const GramBack *job, size_t chunk, int length, const Features *dx,
                     const Features *x, bool add, float *memory)
{
    float *out = memory + panel_floats(&job->panel);

    /* The first region may cover the chunk, and then there is nothing to be added to. */
    if (!add && job->m->part[chunk].count < length) {
        clear_pixels(dx, length);
        add = true;
    }
    for (int k = 0; k < job->m->m.k; k++) {
        int count = job->m->part[k * job->m->chunks + chunk].count;
        for (int i = 0, n; i < count; i += n) {
            n = count - i < job->panel.rows ? count - i : job->panel.rows;
            back_pixels(job, k, chunk, i, n, dx, x, add, memory, out);
        }
        add = true;
    }
}

void cpu_gram_back(Tensor *dxt, const Tensor *dyt, const Tensor *xt, const Masks *masks, bool add)
{
    Cpu *cpu = cpu_of(xt->dev);
    int c = xt->c;
    size_t each = gram_back_thread_floats(cpu, c), pixels = pixel_count(xt);

    if (!cpu_goes_on(cpu))
        return;
    float *work = cpu_work(cpu,
                           (each * cpu->threads + gram_back_floats(cpu, masks, c)) * sizeof(float));
    if (!work)
        return;
    GramBack job = gram_back_begin(cpu, cpu_tensor(dyt), masks, work + each * cpu->threads);
    job.past = cpu_goes_past(cpu, cpu_tensor(dxt));
    int team = cpu_team(cpu, (double) c * c * pixels);
#pragma omp parallel for num_threads(team) schedule(dynamic, 4)
    for (size_t chunk = 0; chunk < job.m->chunks; chunk++) {
        size_t left = pixels - chunk * CHUNK;
        Features dx = chunk_of(cpu_tensor(dxt), chunk), x = chunk_of(cpu_tensor(xt), chunk);
        if (cpu_goes_on(cpu))
            gram_back_chunk(&job, chunk, left < CHUNK ? (int) left : CHUNK, &dx, &x, add,
                            work + each * cpu_thread());
    }
}
