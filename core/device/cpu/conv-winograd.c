/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "conv-winograd.h"

#include <stdlib.h>
#include <string.h>

/* Floats of a block's tiles, before and after the products: they stay in the second cache. */
#define BLOCK 250000
/* Tiles from which reading the filter for each block costs little. */
#define LEAST_TILES 48

/* One direction's filter. */
typedef struct {
    int from, to;  /* planes */
    float *filter; /* for each term panels of (from, to) */
    size_t term;   /* floats of one */
} Pass;

struct Winograd {
    bool relu;
    Pass forward, backward;
    float *bias;
    const float *zeros; /* a pixel outside the picture */
    void *own;
};

bool winograd_takes(const ConvShape *s)
{
    bool zeros = s->mode == PAD_CONSTANT;

    for (int i = 0; s->border && i < s->cin; i++)
        zeros = zeros && s->border[i] == 0;
    return zeros && s->k == 3 && s->stride == 1 && s->pad == 1 && s->cin % 16 == 0 &&
           s->cout % 16 == 0;
}

/* ------------------------------------------------------------------- construction */

/* G v: six numbers of three. */
static void into_terms(double *to, int to_step, const double *v, int step)
{
    double a = v[0], b = v[step], c = v[2 * step];

    to[0] = a / 4;
    to[to_step] = -(a + b + c) / 6;
    to[2 * to_step] = -(a - b + c) / 6;
    to[3 * to_step] = (a + 2 * b + 4 * c) / 24;
    to[4 * to_step] = (a - 2 * b + 4 * c) / 24;
    to[5 * to_step] = c;
}

/* G g G' of one filter. */
static void transform_filter(double *term, const double *g)
{
    double half[3 * WINOGRAD_IN];

    for (int i = 0; i < 3; i++)
        into_terms(half + i * WINOGRAD_IN, 1, g + 3 * i, 1);
    for (int j = 0; j < WINOGRAD_IN; j++)
        into_terms(term + j, WINOGRAD_IN, half + j, WINOGRAD_IN);
}

/* Entry (i, o) of the filter, in panels of `wide` columns. */
static void put_filter(const Pass *p, int wide, int i, int o, const double *term)
{
    float *to = p->filter + (size_t) (o / wide) * p->from * wide + (size_t) i * wide + o % wide;

    for (int k = 0; k < WINOGRAD_TERMS; k++)
        to[k * p->term] = (float) term[k];
}

static void fill(Winograd *c, const ConvShape *s, int wide, const float *weight)
{
    for (int o = 0; o < s->cout; o++)
        for (int i = 0; i < s->cin; i++) {
            double g[9], turned[9], term[WINOGRAD_TERMS];
            for (int t = 0; t < 9; t++)
                g[t] = turned[8 - t] = (double) weight[((size_t) o * s->cin + i) * 9 + t];
            transform_filter(term, g);
            put_filter(&c->forward, wide, i, o, term);
            transform_filter(term, turned);
            put_filter(&c->backward, wide, o, i, term);
        }
}

static Pass pass(int from, int to, int wide)
{
    size_t panels = ((size_t) to + wide - 1) / wide;

    return (Pass) { .from = from, .to = to, .term = panels * wide * from };
}

Winograd *winograd_new(Cpu *cpu, const ConvShape *s, const float *weight, const float *bias)
{
    Winograd *c = calloc(1, sizeof *c);
    int wide = cpu->kernels->columns, larger = s->cin > s->cout ? s->cin : s->cout;

    if (!c)
        return NULL;
    c->relu = !s->linear;
    c->forward = pass(s->cin, s->cout, wide);
    c->backward = pass(s->cout, s->cin, wide);
    size_t terms = WINOGRAD_TERMS * (c->forward.term + c->backward.term);
    float *own = c->own = cpu_alloc((terms + s->cout + larger) * sizeof(float));
    if (!own) {
        free(c);
        return NULL;
    }
    memset(own, 0, (terms + s->cout + larger) * sizeof(float));
    c->forward.filter = own;
    c->backward.filter = own + WINOGRAD_TERMS * c->forward.term;
    c->bias = own + terms;
    c->zeros = c->bias + s->cout;
    memcpy(c->bias, bias, s->cout * sizeof(float));
    fill(c, s, wide, weight);
    return c;
}

void winograd_drop(Winograd *c)
{
    if (!c)
        return;
    cpu_free(c->own);
    free(c);
}

/* --------------------------------------------------------------------- operations */

typedef struct {
    const Winograd *c;
    const Pass *pass;
    const CpuTensor *x, *gate, *y; /* gate: NULL without */
    const float *bias;
    bool relu, add;
    int across, tiles, block; /* tiles in a row, in all, at once */
} Job;

/* The pixels of a tile; NULL, or zeros, where it reaches past the picture. */
static void tile_pixels(float **pixel, const Job *job, const CpuTensor *x, int tile, int side,
                        int before, float *outside)
{
    int top = tile / job->across * WINOGRAD_OUT - before;
    int left = tile % job->across * WINOGRAD_OUT - before;

    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            int r = top + i, q = left + j;
            bool inside = r >= 0 && r < x->t.h && q >= 0 && q < x->t.w;
            pixel[i * side + j] = inside ? x->p + ((size_t) r * x->t.w + q) * x->step : outside;
        }
}

static void read_tiles(float *to, const Job *job, const Kernels *kernels, int first, int n)
{
    size_t next = (size_t) n * job->pass->from;
    float *pixel[WINOGRAD_TERMS], *gate[WINOGRAD_TERMS], *zeros = (float *) job->c->zeros;

    for (int t = 0; t < n; t++) {
        tile_pixels(pixel, job, job->x, first + t, WINOGRAD_IN, 1, zeros);
        if (job->gate)
            tile_pixels(gate, job, job->gate, first + t, WINOGRAD_IN, 1, zeros);
        kernels->winograd_input(to + (size_t) t * job->pass->from, next,
                                (const float *const *) pixel,
                                job->gate ? (const float *const *) gate : NULL, job->pass->from);
    }
}

static void write_tiles(const float *from, const Job *job, const Kernels *kernels, int first, int n)
{
    size_t next = (size_t) n * job->pass->to;
    float *pixel[WINOGRAD_OUT * WINOGRAD_OUT];

    for (int t = 0; t < n; t++) {
        tile_pixels(pixel, job, job->y, first + t, WINOGRAD_OUT, 0, NULL);
        kernels->winograd_output(pixel, from + (size_t) t * job->pass->to, next, job->bias,
                                 job->relu, job->add, job->pass->to);
    }
}

/* The product of each term, for n tiles. */
static void multiply(float *to, const float *from, const Job *job, const Kernels *kernels,
                     const int *offset, int n)
{
    const Pass *p = job->pass;

    for (int k = 0; k < WINOGRAD_TERMS; k++)
        cpu_product(kernels, &(Product) { .rows = n,
                                          .depth = p->from,
                                          .columns = p->to,
                                          .a = from + (size_t) k * n * p->from,
                                          .a_row = p->from,
                                          .offset = offset,
                                          .b = p->filter + k * p->term,
                                          .b_row = kernels->columns,
                                          .b_panel = (size_t) p->from * kernels->columns,
                                          .c = to + (size_t) k * n * p->to,
                                          .c_row = p->to });
}

/* Tiles at once: as many as stay in the cache, or so many that the filter is not read too often, but enough
 * blocks for every thread. */
static int block_tiles(const Cpu *cpu, const Pass *p, int tiles)
{
    int n = BLOCK / (WINOGRAD_TERMS * (p->from + p->to)),
        fair = (tiles + cpu->threads - 1) / cpu->threads;

    n = n < LEAST_TILES ? LEAST_TILES : n;
    return n < fair ? n : fair;
}

static void run(Cpu *cpu, Job *job)
{
    const Pass *p = job->pass;
    int h = job->y->t.h, w = job->y->t.w;

    job->across = (w + WINOGRAD_OUT - 1) / WINOGRAD_OUT;
    job->tiles = (h + WINOGRAD_OUT - 1) / WINOGRAD_OUT * job->across;
    job->block = block_tiles(cpu, p, job->tiles);
    size_t in = cpu_aligned((size_t) WINOGRAD_TERMS * job->block * p->from);
    size_t each = in + cpu_aligned((size_t) WINOGRAD_TERMS * job->block * p->to);
    size_t offsets = cpu_aligned((size_t) p->from);
    float *work = cpu_work(cpu, (offsets + each * cpu->threads) * sizeof(float));
    if (!work)
        return;
    int *offset = (int *) work;
    for (int k = 0; k < p->from; k++)
        offset[k] = k;
    work += offsets;
    int team = cpu_team(cpu, 2.25 * p->from * p->to * h * w);
#pragma omp parallel for num_threads(team) schedule(dynamic)
    for (int first = 0; first < job->tiles; first += job->block) {
        float *from = work + each * cpu_thread(), *to = from + in;
        int n = job->tiles - first < job->block ? job->tiles - first : job->block;
        if (!cpu_goes_on(cpu))
            continue;
        read_tiles(from, job, cpu->kernels, first, n);
        multiply(to, from, job, cpu->kernels, offset, n);
        write_tiles(to, job, cpu->kernels, first, n);
    }
}

void winograd_conv(Cpu *cpu, const Winograd *c, const CpuTensor *y, const CpuTensor *x)
{
    run(cpu,
        &(Job) { .c = c, .pass = &c->forward, .x = x, .y = y, .bias = c->bias, .relu = c->relu });
}

void winograd_conv_back(Cpu *cpu, const Winograd *c, const CpuTensor *dx, const CpuTensor *dy,
                        const CpuTensor *y, bool add)
{
    run(cpu, &(Job) { .c = c,
                      .pass = &c->backward,
                      .x = dy,
                      .gate = c->relu ? y : NULL,
                      .y = dx,
                      .add = add });
}
