/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions of an image of few planes, and their gradient with respect to it.
 *
 * Backwards, a product with so few columns would leave most of a register empty.  So the gradient is
 * turned into planes, which makes pixels the columns; W dy then has a row for each tap of each plane,
 * and those rows are added up, each shifted by its tap.  Blocks of pixels overlap where taps reach
 * over: every block has a piece of its own, and pieces are added up in order at the end. */
#include "conv-private.h"

#include <string.h>

#define TILE 128 /* pixels whose products are shifted at once: whole panels */
#define LEAST_BLOCK 2048
#define MOST_BLOCK 8192

void conv_image_pixels(const CpuConv *c, const int *offset, const float *from, float *to,
                       size_t to_row, int n, bool past)
{
    const Kernels *kernels = cpu_of(c->c.dev)->kernels;
    size_t wide = kernels->columns;

    for (const TapGroup *g = c->group; g < c->group + c->groups; offset += g->taps, g++)
        cpu_product(kernels, &(Product){ .rows = n,
                                         .depth = g->taps,
                                         .columns = g->outputs,
                                         .a = from,
                                         .a_row = c->c.shape.stride,
                                         .offset = offset,
                                         .b = g->forward,
                                         .b_row = wide,
                                         .b_panel = g->taps * wide,
                                         .bias = c->bias + g->first,
                                         .c = to + g->first,
                                         .c_row = to_row,
                                         .relu = !c->c.shape.linear,
                                         .past = past });
}

/* --------------------------------------------------------------------------- pieces */

/* The first row of the image with its border that a block reaches. */
static int first_row(const ImageBack *b, size_t block)
{
    return (int) (block * b->block / b->w) * b->c->c.shape.stride;
}

static float *piece_row(const ImageBack *b, size_t block, int row, int plane)
{
    return b->piece + ((block * b->rows + row) * b->dx->t.c + plane) * b->width;
}

ImageBack conv_image_back_plan(const CpuTensor *dx, const CpuConv *c, int h, int w, size_t *floats)
{
    const ConvShape *s = &c->c.shape;
    Cpu *cpu = cpu_of(c->c.dev);
    ImageBack b = { .c = c, .dx = dx, .h = h, .w = w, .width = dx->t.w + 2 * s->pad };
    size_t pixels = (size_t) h * w, fair = pixels / (4 * (size_t) cpu->threads);

    b.block = fair < LEAST_BLOCK ? LEAST_BLOCK : fair > MOST_BLOCK ? MOST_BLOCK : fair;
    b.block = (b.block + CHUNK - 1) / CHUNK * CHUNK;
    b.blocks = (pixels + b.block - 1) / b.block;
    size_t across = (b.block + w - 2) / w + 1, rows = across < (size_t) h ? across : (size_t) h;
    b.rows = (int) (rows - 1) * s->stride + s->k;
    b.thread_floats =
        cpu_aligned((size_t) s->cout * cpu->kernels->columns + (size_t) c->taps * TILE);
    *floats = cpu_aligned(s->cout) + b.thread_floats * cpu->threads +
              b.blocks * b.rows * s->cin * b.width;
    return b;
}

void conv_image_back_begin(ImageBack *b, float *memory)
{
    const Cpu *cpu = cpu_of(b->c->c.dev);
    int outputs = b->c->c.shape.cout, *offset = (int *) memory;

    for (int k = 0; k < outputs; k++)
        offset[k] = k;
    b->offset = offset;
    b->thread = memory + cpu_aligned(outputs);
    b->piece = b->thread + b->thread_floats * cpu->threads;
    memset(b->thread, 0, b->thread_floats * cpu->threads * sizeof(float));
}

void conv_image_back_clear(const ImageBack *b, size_t block)
{
    memset(piece_row(b, block, 0, 0), 0, (size_t) b->rows * b->dx->t.c * b->width * sizeof(float));
}

/* --------------------------------------------------------------------------- pixels */

static Features after(const Features *x, int pixels)
{
    Features f = *x;

    f.p += pixels * x->step;
    return f;
}

/* to[c * wide + j]: n <= wide pixels of dy where it passes. */
static void turn(const ImageBack *b, float *to, int wide, const Features *dy, const Features *y,
                 int n)
{
    bool all = b->c->c.shape.linear;

    if (dy->plane == 1 && y->plane == 1 && !all) {
        cpu_of(b->c->c.dev)
            ->kernels->rectified_planes(to, wide, dy->p, dy->step, y->p, y->step, n, y->planes);
        return;
    }
    for (int c = 0; c < y->planes; c++)
        for (int j = 0; j < n; j++)
            to[c * wide + j] = all || y->p[c * y->plane + j * y->step] > 0
                                   ? dy->p[c * dy->plane + j * dy->step]
                                   : 0;
}

/* z[i * TILE + j]: a group's taps' products with n <= wide pixels. */
static void multiply(const ImageBack *b, const TapGroup *g, float *z, const float *turned)
{
    const Kernels *kernels = cpu_of(b->c->c.dev)->kernels;
    int wide = kernels->columns;

    kernels->product(&(Product){ .rows = g->taps,
                                 .depth = g->outputs,
                                 .columns = wide,
                                 .a = g->backward,
                                 .a_row = g->outputs,
                                 .offset = b->offset,
                                 .b = turned + (size_t) g->first * wide,
                                 .b_row = wide,
                                 .c = z,
                                 .c_row = TILE });
}

static void add_shifted(const ImageBack *b, float *to, const float *z, int n)
{
    int stride = b->c->c.shape.stride;

    if (stride == 1)
        cpu_of(b->c->c.dev)->kernels->add(to, z, n);
    else
        for (int j = 0; j < n; j++)
            to[j * stride] += z[j];
}

/* Adds a group's products with n pixels to the piece, whose row `row` and column `column` the first
 * pixel's window begins with. */
static void shift(const ImageBack *b, const TapGroup *g, const float *z, size_t block, int row,
                  int column, int n)
{
    const ConvShape *s = &b->c->c.shape;
    int kk = s->k * s->k;

    for (int i = 0; i < g->taps; i++, z += TILE) {
        int tap = g->tap[i], sum = tap - s->cin * kk, plane = sum < 0 ? tap / kk : sum;
        for (int t = sum < 0 ? tap % kk : 0; t < (sum < 0 ? tap % kk + 1 : kk); t++)
            add_shifted(b, piece_row(b, block, row + t / s->k, plane) + column + t % s->k, z, n);
    }
}

/* TILE pixels of one row at most; their first one's window begins at `row` and `column` of the piece. */
static void add_run(const ImageBack *b, size_t block, int row, int column, int n,
                    const Features *dy, const Features *y)
{
    int wide = cpu_of(b->c->c.dev)->kernels->columns;
    float *turned = b->thread + cpu_thread() * b->thread_floats;
    float *products = turned + (size_t) y->planes * wide, *z = products;

    for (int j = 0; j < n; j += wide, z = products + j) {
        Features d = after(dy, j), v = after(y, j);
        turn(b, turned, wide, &d, &v, n - j < wide ? n - j : wide);
        for (int g = 0; g < b->c->groups; z += b->c->group[g++].taps * TILE)
            multiply(b, &b->c->group[g], z, turned);
    }
    z = products;
    for (int g = 0; g < b->c->groups; z += b->c->group[g++].taps * TILE)
        shift(b, &b->c->group[g], z, block, row, column, n);
}

void conv_image_back_pixels(const ImageBack *b, size_t block, size_t at, int n, const Features *dy,
                            const Features *y)
{
    int stride = b->c->c.shape.stride, first = first_row(b, block);

    for (int done = 0, run; done < n; done += run, at += run) {
        int i = (int) (at / b->w), j = (int) (at % b->w), left = b->w - j;
        Features d = after(dy, done), v = after(y, done);
        run = n - done < left ? n - done : left;
        run = run < TILE ? run : TILE;
        add_run(b, block, i * stride - first, j * stride, run, &d, &v);
    }
}

/* ------------------------------------------------------------------------ gathering */

/* Adds row e of the image with its border, of plane c, to the image's row that it is a copy of. */
static void gather_border_row(const ImageBack *b, float *to, int e, int c)
{
    const ConvShape *s = &b->c->c.shape;
    size_t step = b->dx->step, last = ((size_t) (e / s->stride) * b->w + b->w - 1) / b->block;
    int w = b->dx->t.w;

    last = last < b->blocks ? last : b->blocks - 1;
    for (size_t k = last + 1; k-- > 0 && first_row(b, k) + b->rows > e;) {
        if (first_row(b, k) > e)
            continue;
        const float *row = piece_row(b, k, e - first_row(b, k), c);
        if (step == 1)
            cpu_of(b->c->c.dev)->kernels->add(to, row + s->pad, w);
        else
            for (int j = 0; j < w; j++)
                to[j * step] += row[s->pad + j];
        for (int q = 0; q < s->pad; q++) {
            int left = conv_source(s->mode, q - s->pad, w), right = conv_source(s->mode, w + q, w);
            if (left >= 0)
                to[left * step] += row[q];
            if (right >= 0)
                to[right * step] += row[s->pad + w + q];
        }
    }
}

/* Adds all that belongs to row i of plane c: its own row, and those of the border that were copies of
 * it. */
static void gather_row(const ImageBack *b, int i, int c, bool add)
{
    const ConvShape *s = &b->c->c.shape;
    int h = b->dx->t.h, w = b->dx->t.w;
    float *to = b->dx->p + c * b->dx->plane + (size_t) i * w * b->dx->step;

    for (int j = 0; !add && j < w; j++)
        to[j * b->dx->step] = 0;
    gather_border_row(b, to, i + s->pad, c);
    for (int q = 0; q < s->pad; q++) {
        if (conv_source(s->mode, q - s->pad, h) == i)
            gather_border_row(b, to, q, c);
        if (conv_source(s->mode, h + q, h) == i)
            gather_border_row(b, to, s->pad + h + q, c);
    }
}

void conv_image_back_end(const ImageBack *b, int team, bool add)
{
#pragma omp parallel for num_threads(team) schedule(static)
    for (int i = 0; i < b->dx->t.h; i++)
        for (int p = 0; p < b->dx->t.c; p++)
            gather_row(b, i, p, add);
}

void conv_image_back(const CpuTensor *dx, const CpuConv *c, const CpuTensor *dy, const CpuTensor *y,
                     bool add)
{
    const ConvShape *s = &c->c.shape;
    Cpu *cpu = cpu_of(c->c.dev);
    size_t floats, pixels = pixel_count(&y->t);
    ImageBack b = conv_image_back_plan(dx, c, y->t.h, y->t.w, &floats);

    float *work = cpu_work(cpu, floats * sizeof(float));
    if (!work)
        return;
    conv_image_back_begin(&b, work);
    int team = cpu_team(cpu, (double) s->k * s->k * s->cin * s->cout * pixels);
#pragma omp parallel for num_threads(team) schedule(dynamic)
    for (size_t k = 0; k < b.blocks; k++) {
        size_t first = k * b.block, left = pixels - first;
        Features d = { dy->p + first * dy->step, dy->plane, dy->step, dy->t.c, false };
        Features v = { y->p + first * y->step, y->plane, y->step, y->t.c, false };
        if (!cpu_goes_on(cpu))
            continue;
        conv_image_back_clear(&b, k);
        conv_image_back_pixels(&b, k, first, left < b.block ? (int) left : (int) b.block, &d, &v);
    }
    if (cpu_goes_on(cpu))
        conv_image_back_end(&b, team, add);
}
