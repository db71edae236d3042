/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Masked Gram matrices.  The picture is cut into chunks of pixels; each region keeps, chunk by
 * chunk, the list of its own pixels.  A few of them at a time are packed into a panel, multiplied
 * by their mask, and the panel's product with itself is summed up. */
#include "cpu-private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 256  /* pixels; their positions in a chunk fit a byte */
#define GROUP 8    /* chunks summed up in float before they go to a sum in double */
#define PANEL 6144 /* floats of a panel, about */

typedef struct {
    size_t first; /* in the lists */
    int count;
    bool plain; /* side by side, and the mask is the region's usual value */
} Part;

typedef struct {
    Masks m;
    size_t chunks;
    Part *part;     /* (region, chunk) */
    float *usual;   /* of each region: the mask's largest value */
    float *value;   /* relative to that */
    uint8_t *place; /* in the chunk */
} CpuMasks;

/* ------------------------------------------------------------------- construction */

static void fill_part(CpuMasks *m, const float *mask, int k, size_t chunk, size_t *at)
{
    size_t n = (size_t) m->m.h * m->m.w, first = chunk * CHUNK;
    Part *part = &m->part[k * m->chunks + chunk];

    *part = (Part){ .first = *at, .plain = true };
    for (size_t i = first; i < n && i < first + CHUNK; i++)
        if (mask[i] > 0) {
            m->value[*at] = mask[i] / m->usual[k];
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
    m->value = cpu_alloc(own * sizeof *m->value);
    m->place = cpu_alloc(own * sizeof *m->place);
    if (!m->part || !m->usual || !m->value || !m->place) {
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
    cpu_free(m->value);
    cpu_free(m->place);
    free(m);
}

/* ------------------------------------------------------------------------- panels */

/* Rows of a panel, and floats from one to the next: not a power of two, or the rows of a tall
 * panel would compete for the same cache lines. */
typedef struct {
    int rows;
    size_t row;
} Panel;

static Panel panel_for(const Cpu *cpu, int c)
{
    size_t wide = cpu->kernels->columns, row = (c + wide - 1) / wide * wide;
    int rows = (int) (PANEL / row);

    if (row % 32 == 0)
        row += 16;
    return (Panel){ rows < 24 ? 24 : rows > 96 ? 96 : rows / 6 * 6, row };
}

/* Whether a part's pixels can be multiplied where they lie. */
static bool as_it_lies(const CpuTensor *x, const Part *part)
{
    return part->plain && x->plane == 1 && x->t.c % cpu_of(x->t.dev)->kernels->columns == 0;
}

static float *pixel_of(const CpuTensor *x, const CpuMasks *m, const Part *part, size_t chunk, int i)
{
    return x->p + (chunk * CHUNK + m->place[part->first + i]) * x->step;
}

/* Pixels first .. first + n - 1 of a part, each times its mask or the mask's square, relative to
 * the usual one. */
static void pack(float *to, const Panel *panel, const CpuTensor *x, const CpuMasks *m,
                 const Part *part, size_t chunk, int first, int n, bool square)
{
    const Kernels *kernels = cpu_of(x->t.dev)->kernels;

    for (int i = 0; i < n; i++, to += panel->row) {
        float v = m->value[part->first + first + i];
        const float *from = pixel_of(x, m, part, chunk, first + i);
        v = square ? v * v : v;
        if (x->plane == 1)
            kernels->scale(to, v, from, x->t.c);
        else
            for (int c = 0; c < x->t.c; c++)
                to[c] = v * from[c * x->plane];
    }
}

/* ---------------------------------------------------------------------- operations */

typedef struct {
    float *panel, *sum; /* sum: the upper triangle, in float */
    double *total;
    int *offset, *offset_as_it_lies; /* of a panel's rows, and of pixels */
} GramRoom;

static size_t round_up(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* sum += rows' rows, on and above the diagonal, and some below it.  Meanwhile `next` is asked for,
 * which is as large. */
static void multiply(const Kernels *kernels, float *sum, const float *rows, const int *offset,
                     int c, int n, const float *next)
{
    size_t part = (size_t) kernels->columns * n;

    for (int j = 0; j < c; j += kernels->columns, next += part) {
        cpu_prefetch(next, part);
        int columns = c - j < kernels->columns ? c - j : kernels->columns;
        kernels->product(&(Product){ .rows = j + columns,
                                     .depth = n,
                                     .columns = columns,
                                     .a = rows,
                                     .a_row = 1,
                                     .offset = offset,
                                     .b = rows + j,
                                     .b_row = (size_t) offset[1],
                                     .c = sum + j,
                                     .c_row = c,
                                     .add = true });
    }
}

/* Adds the Gram matrix of a region's pixels in some chunks, as if the usual mask were 1, to the
 * room's total. */
static void sum_group(const GramRoom *room, const Panel *panel, const CpuTensor *x,
                      const CpuMasks *m, int k, size_t first, size_t end)
{
    const Kernels *kernels = cpu_of(x->t.dev)->kernels;
    int c = x->t.c;
    bool any = false;

    for (size_t chunk = first; chunk < end; chunk++) {
        const Part *part = &m->part[k * m->chunks + chunk];
        if (part->count && !any) {
            memset(room->sum, 0, (size_t) c * c * sizeof(float));
            any = true;
        }
        for (int i = 0, n; i < part->count; i += n) {
            n = part->count - i < panel->rows ? part->count - i : panel->rows;
            if (as_it_lies(x, part)) {
                const float *rows = pixel_of(x, m, part, chunk, i);
                multiply(kernels, room->sum, rows, room->offset_as_it_lies, c, n,
                         rows + n * x->step);
                continue;
            }
            pack(room->panel, panel, x, m, part, chunk, i, n, false);
            multiply(kernels, room->sum, room->panel, room->offset, c, n,
                     pixel_of(x, m, part, chunk, i + n < part->count ? i + n : i));
        }
    }
    for (int a = 0; any && a < c; a++)
        for (int b = a; b < c; b++)
            room->total[(size_t) a * c + b] += room->sum[(size_t) a * c + b];
}

static void put_gram(const CpuTensor *y, int k, int c, double scale, const double *const *total,
                     int threads)
{
    for (int a = 0; a < c; a++)
        for (int b = a; b < c; b++) {
            double v = 0;
            for (int t = 0; t < threads; t++)
                v += total[t][(size_t) a * c + b];
            v *= scale;
            y->p[k * y->plane + ((size_t) a * c + b) * y->step] = (float) v;
            y->p[k * y->plane + ((size_t) b * c + a) * y->step] = (float) v;
        }
}

void cpu_gram(Tensor *yt, const Tensor *xt, const Masks *masks)
{
    const CpuMasks *m = (const CpuMasks *) masks;
    const CpuTensor *x = cpu_tensor(xt);
    Cpu *cpu = cpu_of(yt->dev);
    int c = xt->c;
    Panel panel = panel_for(cpu, c);
    size_t squares = round_up((size_t) c * c), floats = round_up(panel.rows * panel.row);
    size_t each = floats + 3 * squares + 2 * round_up(panel.rows);
    GramRoom room[MAX_THREADS];
    const double *total[MAX_THREADS];

    if (!cpu_goes_on(cpu))
        return;
    float *work = cpu_work(cpu, each * cpu->threads * sizeof(float));
    if (!work)
        return;
    for (int t = 0; t < cpu->threads; t++, work += each) {
        room[t].panel = work;
        room[t].sum = work + floats;
        room[t].total = (double *) (work + floats + squares);
        room[t].offset = (int *) (work + floats + 3 * squares);
        room[t].offset_as_it_lies = room[t].offset + round_up(panel.rows);
        total[t] = room[t].total;
    }
    int team = cpu_team(cpu, (double) c * c * pixel_count(xt));
    for (int k = 0; k < masks->k; k++) {
#pragma omp parallel num_threads(team)
        {
            const GramRoom *r = &room[cpu_thread()];
            memset(r->panel, 0, floats * sizeof(float));
            memset(r->total, 0, squares * sizeof(double));
            for (int i = 0; i < panel.rows; i++) {
                r->offset[i] = (int) (i * panel.row);
                r->offset_as_it_lies[i] = (int) (i * x->step);
            }
#pragma omp for schedule(static, 1) /* a region lies at one end of the picture */
            for (size_t first = 0; first < m->chunks; first += GROUP) {
                size_t end = first + GROUP < m->chunks ? first + GROUP : m->chunks;
                if (cpu_goes_on(cpu))
                    sum_group(r, &panel, x, m, k, first, end);
            }
        }
        if (!cpu_goes_on(cpu))
            return;
        double usual = m->usual[k];
        put_gram(cpu_tensor(yt), k, c, usual * usual, total, team);
    }
}

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

typedef struct {
    const CpuTensor *dx, *x;
    const CpuMasks *m;
    Panel panel;
    const int *offset;
    const float *gradient; /* of all regions, times the square of the usual mask */
    size_t gradient_size;
    bool past;
} BackJob;

/* dx of n pixels of a part: straight where they lie side by side, or by way of `out`. */
static void back_pixels(const BackJob *job, int k, size_t chunk, int first, int n, bool add,
                        float *in, float *out)
{
    const Kernels *kernels = cpu_of(job->x->t.dev)->kernels;
    const CpuTensor *dx = job->dx;
    const Part *part = &job->m->part[k * job->m->chunks + chunk];
    const uint8_t *place = job->m->place + part->first + first;
    int c = dx->t.c;
    bool side_by_side = dx->plane == 1 && place[n - 1] - place[0] == n - 1;
    bool lies = as_it_lies(job->x, part);

    if (lies)
        in = pixel_of(job->x, job->m, part, chunk, first);
    else
        pack(in, &job->panel, job->x, job->m, part, chunk, first, n, true);
    if (side_by_side)
        out = dx->p + (chunk * CHUNK + place[0]) * dx->step;
    Product p = { .rows = n,
                  .depth = c,
                  .columns = c,
                  .a = in,
                  .a_row = lies ? job->x->step : job->panel.row,
                  .past = side_by_side && !add && job->past,
                  .offset = job->offset,
                  .b = job->gradient + k * job->gradient_size,
                  .b_row = kernels->columns,
                  .b_panel = (size_t) c * kernels->columns,
                  .c = out,
                  .c_row = side_by_side ? dx->step : (size_t) c,
                  .add = side_by_side && add };
    cpu_product(kernels, &p);
    for (int i = 0; !side_by_side && i < n; i++) {
        float *to = dx->p + (chunk * CHUNK + place[i]) * dx->step;
        for (int j = 0; j < c; j++)
            to[j * dx->plane] = out[i * c + j] + (add ? to[j * dx->plane] : 0);
    }
}

static void clear_pixels(const CpuTensor *x, size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++)
        for (int c = 0; c < x->t.c; c++)
            x->p[c * x->plane + i * x->step] = 0;
}

static void back_chunk(const BackJob *job, size_t chunk, bool add, float *in, float *out)
{
    size_t n = pixel_count(&job->x->t), left = n - chunk * CHUNK;
    int length = left < CHUNK ? (int) left : CHUNK;

    /* The first region may cover the chunk, and then there is nothing to be added to. */
    if (!add && job->m->part[chunk].count < length) {
        clear_pixels(job->dx, chunk * CHUNK, length);
        add = true;
    }
    for (int k = 0; k < job->m->m.k; k++) {
        int count = job->m->part[k * job->m->chunks + chunk].count;
        for (int i = 0, part; i < count; i += part) {
            part = count - i < job->panel.rows ? count - i : job->panel.rows;
            back_pixels(job, k, chunk, i, part, add, in, out);
        }
        add = true;
    }
}

void cpu_gram_back(Tensor *dxt, const Tensor *dyt, const Tensor *xt, const Masks *masks, bool add)
{
    Cpu *cpu = cpu_of(xt->dev);
    int c = xt->c, wide = cpu->kernels->columns;
    const CpuMasks *m = (const CpuMasks *) masks;
    BackJob job = { cpu_tensor(dxt),
                    cpu_tensor(xt),
                    m,
                    panel_for(cpu, c),
                    .gradient_size = (size_t) c * ((c + wide - 1) / wide * wide),
                    .past = cpu_goes_past(cpu, cpu_tensor(dxt)) };
    size_t floats = round_up(job.panel.rows * job.panel.row), each = 2 * floats;

    if (!cpu_goes_on(cpu))
        return;
    float *work = cpu_work(cpu, (each * cpu->threads + round_up(c) + masks->k * job.gradient_size) *
                                    sizeof(float));
    if (!work)
        return;
    int *offset = (int *) (work + each * cpu->threads);
    float *gradient = (float *) offset + round_up(c);
    for (int i = 0; i < c; i++)
        offset[i] = i;
    for (int k = 0; k < masks->k; k++)
        pack_gradient(gradient + k * job.gradient_size, cpu_tensor(dyt), k, c,
                      m->usual[k] * m->usual[k], wide);
    job.offset = offset;
    job.gradient = gradient;
    int team = cpu_team(cpu, (double) c * c * pixel_count(xt));
#pragma omp parallel for num_threads(team) schedule(dynamic, 4)
    for (size_t chunk = 0; chunk < job.m->chunks; chunk++) {
        float *in = work + each * cpu_thread();
        if (cpu_goes_on(cpu))
            back_chunk(&job, chunk, add, in, in + floats);
    }
}
