/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The gradient of a convolution with respect to an image of few planes.
 *
 * A product with so few columns would leave most of a register empty.  So the gradient is turned
 * into planes, which makes pixels the columns; W dy then has a row for each tap of each plane, and
 * those rows are added up, each shifted by its tap.  Blocks of rows overlap where taps reach over:
 * every block has a piece of its own, and pieces are added up in order at the end. */
#include "conv-private.h"

#include <string.h>

#define BLOCK_ROWS 8
#define TILE 128 /* pixels whose products are shifted at once: whole panels */

typedef struct {
    const CpuConv *c;
    const CpuTensor *dx, *dy, *y;
    int width, rows; /* of a piece: the image with its border, and what a block of rows reaches */
    float *piece;
    const int *offset; /* 0, 1, 2, .. */
} Job;

static float *piece_row(const Job *job, int block, int row, int plane)
{
    int cin = job->c->c.shape.cin;

    return job->piece + (((size_t) block * job->rows + row) * cin + plane) * job->width;
}

/* to[c * wide + j]: n <= wide pixels of row i, beginning with j0, where y is positive. */
static void turn(const Job *job, float *to, int wide, int i, int j0, int n)
{
    const CpuTensor *dy = job->dy, *y = job->y;
    size_t at = (size_t) i * y->t.w + j0;
    const float *d = dy->p + at * dy->step, *v = y->p + at * y->step;

    if (dy->plane == 1 && y->plane == 1) {
        cpu_prefetch(d + wide * dy->step, wide * dy->step);
        cpu_prefetch(v + wide * y->step, wide * y->step);
        cpu_of(job->c->c.dev)
            ->kernels->rectified_planes(to, wide, d, dy->step, v, y->step, n, y->t.c);
        return;
    }
    for (int c = 0; c < y->t.c; c++)
        for (int j = 0; j < n; j++)
            to[c * wide + j] = v[c * y->plane + j * y->step] > 0 ? d[c * dy->plane + j * dy->step]
                                                                 : 0;
}

/* Adds the products of n pixels of row i, beginning with j0, to the piece's rows. */
static void shift(const Job *job, const float *z, int block, int row, int j0, int n)
{
    const ConvShape *s = &job->c->c.shape;
    const Kernels *kernels = cpu_of(job->c->c.dev)->kernels;

    for (int c = 0; c < s->cin; c++)
        for (int t = 0; t < s->k * s->k; t++, z += TILE) {
            float *to = piece_row(job, block, row * s->stride + t / s->k, c) + j0 * s->stride +
                        t % s->k;
            if (s->stride == 1)
                kernels->add(to, z, n);
            else
                for (int j = 0; j < n; j++)
                    to[j * s->stride] += z[j];
        }
}

/* z[tap * TILE + j]: the products of n <= TILE pixels, a panel's width turned at a time. */
static void multiply(const Job *job, float *z, float *turned, int i, int j0, int n)
{
    const ConvShape *s = &job->c->c.shape;
    const Kernels *kernels = cpu_of(job->c->c.dev)->kernels;
    int wide = kernels->columns;

    for (int j = 0; j < n; j += wide) {
        int columns = n - j < wide ? n - j : wide;
        turn(job, turned, wide, i, j0 + j, columns);
        kernels->product(&(Product){ .rows = s->cin * s->k * s->k,
                                     .depth = s->cout,
                                     .columns = wide,
                                     .a = job->c->backward,
                                     .a_row = s->cout,
                                     .offset = job->offset,
                                     .b = turned,
                                     .b_row = wide,
                                     .c = z + j,
                                     .c_row = TILE });
    }
}

static void fill_piece(const Job *job, int block, float *turned)
{
    const ConvShape *s = &job->c->c.shape;
    int h = job->y->t.h, w = job->y->t.w, first = block * BLOCK_ROWS;
    float *z = turned + (size_t) s->cout * cpu_of(job->c->c.dev)->kernels->columns;

    memset(piece_row(job, block, 0, 0), 0,
           (size_t) job->rows * s->cin * job->width * sizeof(float));
    for (int row = 0; row < BLOCK_ROWS && first + row < h; row++)
        for (int j = 0; j < w; j += TILE) {
            int n = w - j < TILE ? w - j : TILE;
            multiply(job, z, turned, first + row, j, n);
            shift(job, z, block, row, j, n);
        }
}

/* Adds all that belongs to row i of plane c: the pieces' rows that are its own, and those of the
 * border that were copies of it. */
static void gather_row(const Job *job, int i, int c, bool add)
{
    const ConvShape *s = &job->c->c.shape;
    const CpuTensor *dx = job->dx;
    const Kernels *kernels = cpu_of(job->c->c.dev)->kernels;
    int h = dx->t.h, w = dx->t.w, step = BLOCK_ROWS * s->stride;
    int blocks = (job->y->t.h + BLOCK_ROWS - 1) / BLOCK_ROWS;
    float *to = dx->p + c * dx->plane + (size_t) i * w * dx->step;

    for (int j = 0; !add && j < w; j++)
        to[j * dx->step] = 0;
    for (int e = 0; e < h + 2 * s->pad; e++) {
        if (conv_source(s->mode, e - s->pad, h) != i)
            continue;
        for (int b = e / step; b >= 0 && b * step + job->rows > e; b--) {
            if (b >= blocks)
                continue;
            const float *row = piece_row(job, b, e - b * step, c);
            if (dx->step == 1)
                kernels->add(to, row + s->pad, w);
            else
                for (int j = 0; j < w; j++)
                    to[j * dx->step] += row[s->pad + j];
            for (int q = 0; q < s->pad; q++) {
                int left = conv_source(s->mode, q - s->pad, w),
                    right = conv_source(s->mode, w + q, w);
                if (left >= 0)
                    to[left * dx->step] += row[q];
                if (right >= 0)
                    to[right * dx->step] += row[s->pad + w + q];
            }
        }
    }
}

void conv_image_back(const CpuTensor *dx, const CpuConv *c, const CpuTensor *dy, const CpuTensor *y,
                     bool add)
{
    const ConvShape *s = &c->c.shape;
    Cpu *cpu = cpu_of(c->c.dev);
    int blocks = (y->t.h + BLOCK_ROWS - 1) / BLOCK_ROWS, taps = s->cin * s->k * s->k;
    size_t each = (size_t) s->cout * cpu->kernels->columns + (size_t) taps * TILE + ALIGN;
    Job job = {
        c, dx, dy, y, .width = dx->t.w + 2 * s->pad, .rows = (BLOCK_ROWS - 1) * s->stride + s->k
    };
    size_t pieces = (size_t) blocks * job.rows * s->cin * job.width;
    size_t offsets = ((size_t) s->cout + ALIGN - 1) / ALIGN * ALIGN;

    float *work = cpu_work(cpu, (offsets + each * cpu->threads + pieces) * sizeof(float));
    if (!work)
        return;
    int *offset = (int *) work;
    for (int k = 0; k < s->cout; k++)
        offset[k] = k;
    job.offset = offset;
    work += offsets;
    job.piece = work + each * cpu->threads;
    memset(work, 0, each * cpu->threads * sizeof(float));
    int team = cpu_team(cpu, (double) taps * s->cout * y->t.h * y->t.w);
#pragma omp parallel for num_threads(team) schedule(dynamic)
    for (int b = 0; b < blocks; b++)
        if (cpu_goes_on(cpu))
            fill_piece(&job, b, work + each * cpu_thread());
    if (!cpu_goes_on(cpu))
        return;
#pragma omp parallel for num_threads(team) schedule(static)
    for (int i = 0; i < dx->t.h; i++)
        for (int p = 0; p < s->cin; p++)
            gather_row(&job, i, p, add);
}
