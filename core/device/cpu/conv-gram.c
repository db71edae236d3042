/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Gram matrices of features that are never stored, and their gradient with respect to the image.
 *
 * A picture's features would fill memory many times over, and every operation on them would wait for
 * it.  To make them again from the image costs less than to fetch them: so a chunk's features are made
 * in the cache, used, and forgotten, once forward and once backward. */
#include "conv-private.h"

#include <string.h>

/* Chunks of one group at a time: the rows of the image that they see, and their features. */
typedef struct {
    const CpuConv *c;
    const CpuTensor *x;
    int h, w;
    size_t pixels;
    Strip strip; /* of a group's rows */
    const int *offset;
} Source;

static int rows_seen(const Source *s, size_t pixels)
{
    size_t rows = (pixels + s->w - 2) / s->w + 1;

    return (int) (rows < (size_t) s->h ? rows : (size_t) s->h);
}

static Source source_of(const CpuConv *c, const CpuTensor *x)
{
    const ConvShape *shape = &c->c.shape;
    Source s = { .c = c, .x = x, .h = conv_side(shape, x->t.h), .w = conv_side(shape, x->t.w) };

    s.pixels = (size_t) s.h * s.w;
    s.strip = strip_shape(shape->k, true, shape->cin, c->sums,
                          (rows_seen(&s, GROUP * CHUNK) - 1) * shape->stride + shape->k,
                          x->t.w + 2 * shape->pad);
    return s;
}

static size_t first_row(const Source *s, size_t chunk)
{
    return chunk * CHUNK / s->w;
}

/* The strip of the group that begins with a chunk. */
static void fill(const Source *s, float *strip, size_t chunk)
{
    const ConvShape *shape = &s->c->c.shape;
    size_t left = s->pixels - chunk * CHUNK, n = left < GROUP * CHUNK ? left : GROUP * CHUNK;
    size_t first = first_row(s, chunk), last = (chunk * CHUNK + n - 1) / s->w;
    Strip part = s->strip;

    part.rows = (int) (last - first) * shape->stride + shape->k;
    strip_fill(strip, &part, s->c, s->x, (int) first * shape->stride - shape->pad);
}

static int chunk_length(const Source *s, size_t chunk)
{
    size_t left = s->pixels - chunk * CHUNK;

    return left < CHUNK ? (int) left : CHUNK;
}

/* A chunk's features, pixel after pixel; `group` is the chunk that its strip begins with. */
static Features features_of(const Source *s, float *to, const float *strip, size_t group,
                            size_t chunk)
{
    int stride = s->c->c.shape.stride, outputs = s->c->c.shape.cout, n = chunk_length(s, chunk);
    size_t at = chunk * CHUNK;

    for (int done = 0, run; done < n; done += run, at += run) {
        size_t i = at / s->w - first_row(s, group), j = at % s->w;
        int left = s->w - (int) j;
        run = n - done < left ? n - done : left;
        conv_image_pixels(s->c, s->offset, strip + i * stride * s->strip.row + j * stride,
                          to + (size_t) done * outputs, (size_t) outputs, run, false);
    }
    return (Features){ to, 1, (size_t) outputs, outputs, true };
}

/* --------------------------------------------------------------------------- forward */

/* A thread's memory: strip, features, room, and of each region a sum and a total. */
typedef struct {
    size_t strip, features, room, squares, each; /* floats */
} Plan;

static Plan plan_of(const Cpu *cpu, const Source *s, int regions)
{
    int planes = s->c->c.shape.cout;
    Plan p = { .strip = cpu_aligned(s->strip.size),
               .features = cpu_aligned((size_t) CHUNK * planes),
               .room = gram_room_floats(cpu, planes),
               .squares = cpu_aligned((size_t) planes * planes) };

    p.each = p.strip + p.features + p.room + 3 * p.squares * regions;
    return p;
}

/* Adds a group's pixels, region by region, to the totals. */
static void add_group(const Source *s, const Plan *p, const GramRoom *room, const CpuMasks *m,
                      size_t group, float *memory)
{
    float *features = memory + p->strip, *sum = features + p->features + p->room;
    double *total = (double *) (sum + p->squares * m->m.k);
    size_t end = group + GROUP < m->chunks ? group + GROUP : m->chunks;
    int planes = s->c->c.shape.cout;

    fill(s, memory, group);
    for (int k = 0; k < m->m.k; k++)
        if (gram_has(m, k, group, end))
            memset(sum + k * p->squares, 0, p->squares * sizeof *sum);
    for (size_t chunk = group; chunk < end; chunk++) {
        Features f = features_of(s, features, memory, group, chunk);
        for (int k = 0; k < m->m.k; k++)
            gram_add_chunk(room, sum + k * p->squares, &f, m, k, chunk);
    }
    for (int k = 0; k < m->m.k; k++)
        if (gram_has(m, k, group, end))
            gram_add_up(total + k * p->squares, sum + k * p->squares, planes);
}

void cpu_conv_gram(Tensor *y, const Conv *conv, const Tensor *x, const Masks *masks)
{
    const CpuMasks *m = (const CpuMasks *) masks;
    Cpu *cpu = cpu_of(y->dev);
    Source s = source_of((const CpuConv *) conv, cpu_tensor(x));
    Plan p = plan_of(cpu, &s, masks->k);
    int planes = conv->shape.cout;
    size_t offsets = cpu_aligned(s.c->taps);

    if (!cpu_goes_on(cpu))
        return;
    float *work = cpu_work(cpu, (offsets + p.each * cpu->threads) * sizeof(float));
    if (!work)
        return;
    strip_group_taps((int *) work, &s.strip, s.c);
    s.offset = (int *) work;
    work += offsets;
    int team = cpu_team(cpu, (double) planes * planes * s.pixels);
    size_t first_total = p.strip + p.features + p.room + p.squares * masks->k;
#pragma omp parallel num_threads(team)
    {
        float *own = work + p.each * cpu_thread();
        GramRoom room = gram_room(cpu, planes, planes, own + p.strip + p.features);
        memset(own + first_total, 0, 2 * p.squares * masks->k * sizeof *own);
#pragma omp for schedule(static, 1) /* a region lies at one end of the picture */
        for (size_t group = 0; group < m->chunks; group += GROUP)
            if (cpu_goes_on(cpu))
                add_group(&s, &p, &room, m, group, own);
    }
    for (int k = 0; k < masks->k && cpu_goes_on(cpu); k++) {
        const double *total[MAX_THREADS];
        for (int t = 0; t < team; t++)
            total[t] = (double *) (work + p.each * t + first_total) + k * p.squares;
        gram_put(cpu_tensor(y), k, m, total, team);
    }
}

/* -------------------------------------------------------------------------- backward */

typedef struct {
    Source s;
    GramBack gram;
    ImageBack image;
    const Held *held; /* NULL: to nothing */
    double *part;     /* of each block: what is held */
    float *thread;
    size_t strip, features, each; /* floats of a thread's memory: strip, features, gradient, room */
} BackJob;

/* Asks for what a chunk is held to, which is needed after its products. */
static void fetch(const Held *held, size_t chunk, int n)
{
    const CpuTensor *t = cpu_tensor(held->target);

    if (t->plane == 1)
        cpu_prefetch(t->p + chunk * CHUNK * t->step, n * t->step);
}

/* Adds the gradient of what is held to that of a chunk; returns the squared distance. */
static double hold(const Held *held, const Features *dx, const Features *x, size_t chunk, int n)
{
    const CpuTensor *t = cpu_tensor(held->target);
    size_t at = chunk * CHUNK;
    float w = (float) (2 * held->weight);
    double sum = 0;

    if (t->plane == 1)
        return cpu_of(t->t.dev)->kernels->difference_rows(dx->p + held->first, w,
                                                          x->p + held->first, x->step,
                                                          t->p + at * t->step, t->step, n, t->t.c);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < t->t.c; c++) {
            size_t e = i * x->step + held->first + c;
            float d = x->p[e] - t->p[c * t->plane + (at + i) * t->step];
            sum += (double) d * d;
            dx->p[e] += w * d;
        }
    return sum;
}

static void back_block(const BackJob *job, size_t block, float *memory)
{
    const Source *s = &job->s;
    float *features = memory + job->strip, *gradient = features + job->features;
    size_t per_block = job->image.block / CHUNK, first = block * per_block;
    size_t end = first + per_block < job->gram.m->chunks ? first + per_block : job->gram.m->chunks;
    double sum = 0;

    conv_image_back_clear(&job->image, block);
    for (size_t chunk = first; chunk < end; chunk++) {
        size_t group = first + (chunk - first) / GROUP * GROUP;
        int n = chunk_length(s, chunk);
        if (chunk == group)
            fill(s, memory, group);
        if (job->held)
            fetch(job->held, chunk, n);
        Features x = features_of(s, features, memory, group, chunk), dx = x;
        dx.p = gradient;
        gram_back_chunk(&job->gram, chunk, n, &dx, &x, false, gradient + job->features);
        if (job->held)
            sum += hold(job->held, &dx, &x, chunk, n);
        conv_image_back_pixels(&job->image, block, chunk * CHUNK, n, &dx, &x);
    }
    job->part[block] = sum;
}

/* Lays the job out in the workspace; false when memory is short. */
static bool begin(BackJob *job, Cpu *cpu, const CpuTensor *dx, const CpuTensor *dy,
                  const Masks *masks)
{
    const CpuConv *c = job->s.c;
    int planes = c->c.shape.cout;
    size_t offsets = cpu_aligned(c->taps), grams = gram_back_floats(cpu, masks, planes), pieces;

    job->strip = cpu_aligned(job->s.strip.size);
    job->features = cpu_aligned((size_t) CHUNK * planes);
    job->each = job->strip + 2 * job->features + gram_back_thread_floats(cpu, planes);
    job->image = conv_image_back_plan(dx, c, job->s.h, job->s.w, &pieces);
    size_t parts = cpu_aligned(2 * job->image.blocks), threads = job->each * cpu->threads;
    float *work = cpu_work(cpu, (offsets + grams + parts + threads + pieces) * sizeof(float));
    if (!work)
        return false;
    strip_group_taps((int *) work, &job->s.strip, c);
    job->s.offset = (int *) work;
    work += offsets;
    job->part = (double *) work;
    job->gram = gram_back_begin(cpu, dy, masks, work + parts);
    job->thread = work + parts + grams;
    conv_image_back_begin(&job->image, job->thread + threads);
    return true;
}

void cpu_conv_gram_back(Tensor *dx, const Tensor *dy, const Conv *conv, const Tensor *x,
                        const Masks *masks, const Held *held, bool add)
{
    Cpu *cpu = cpu_of(dx->dev);
    BackJob job = { .s = source_of((const CpuConv *) conv, cpu_tensor(x)), .held = held };
    double sum = 0;

    if (!cpu_goes_on(cpu) || !begin(&job, cpu, cpu_tensor(dx), cpu_tensor(dy), masks))
        return;
    int team = cpu_team(cpu, (double) conv->shape.cout * conv->shape.cout * job.s.pixels);
#pragma omp parallel for num_threads(team) schedule(dynamic)
    for (size_t b = 0; b < job.image.blocks; b++)
        if (cpu_goes_on(cpu))
            back_block(&job, b, job.thread + job.each * cpu_thread());
    if (!cpu_goes_on(cpu))
        return;
    conv_image_back_end(&job.image, team, add);
    for (size_t b = 0; b < job.image.blocks && held; b++)
        sum += job.part[b];
    if (held)
        cpu->slot[held->slot] = sum;
}
