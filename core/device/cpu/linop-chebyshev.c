/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A stencil's product, and its Chebyshev iteration several steps at a time.
 *
 * A step reads 52 bytes of weights per pixel and computes little with them, so one pass over the
 * picture for each would wait for memory.  Instead the picture is cut into tiles; in a tile, step
 * s + 1 follows step s two rows behind, and what lies between them stays in a few rows of the
 * second cache.  About the tile, 2 pixels more are computed for every step still to come: tiles
 * share nothing, and the result does not depend on them. */
#include "linop-private.h"

#include "image/bounds.h"

#include <string.h>

#define DEPTH 6 /* steps at a time, at most */
#define RING 8  /* rows kept of each iterate: 5 are needed */
#define COLUMNS (STENCIL_STRIDE - 4 * DEPTH - 4)
#define ROWS 240

typedef struct {
    const CpuLinop *l;
    int planes, depth;               /* steps of this round */
    const float *before, *now, *rhs; /* before is NULL for a plain product */
    float *last_but_one, *last;      /* results; last_but_one may be NULL */
    float momentum[DEPTH], rate[DEPTH], shift;
} Round;

typedef struct {
    int first, end, left, right; /* rows and columns of the picture */
    int base;                    /* the leftmost column that is needed of any iterate */
    float *ring;                 /* (step, row modulo RING, plane, STENCIL_STRIDE) */
} Tile;

/* Row i of the iterate after `step` steps of the round, at column j; 0 is what it starts from. */
static float *ring_row(const Round *q, const Tile *t, int step, int i, int j)
{
    return t->ring + (size_t) (step * RING + i % RING) * q->planes * STENCIL_STRIDE + 2 + j -
           t->base;
}

static size_t pixel(const Round *q, int i, int j)
{
    return (size_t) i * q->l->l.w + j;
}

static const float *weight_row(const CpuLinop *l, int i, int j)
{
    return l->weight + (i * STENCIL_WEIGHTS * (ptrdiff_t) l->stride) + STENCIL_REACH + j;
}

/* Row i enters: the iterate's is copied, and the next row's weights are asked for. */
static void load_row(const Round *q, const Tile *t, int i)
{
    int w = q->l->l.w, right = least(t->right + 2 * q->depth, w), columns = right - t->base;
    size_t n = (size_t) q->l->l.h * w;

    for (int c = 0; c < q->planes; c++)
        memcpy(ring_row(q, t, 0, i, t->base) + c * STENCIL_STRIDE,
               q->now + c * n + pixel(q, i, t->base), columns * sizeof(float));
    for (int o = 0; o < STENCIL_WEIGHTS && i + 1 < q->l->l.h; o++)
        cpu_prefetch(weight_row(q->l, i + 1, t->base) + o * q->l->stride, columns);
}

static void compute_row(const Round *q, const Tile *t, int step, int i)
{
    const CpuLinop *l = q->l;
    int h = l->l.h, w = l->l.w, more = 2 * (q->depth - step);
    int left = most(t->left - more, 0), right = least(t->right + more, w);
    size_t n = (size_t) h * w, at = pixel(q, i, left);
    bool end = step == q->depth;
    StencilRow r = { .planes = q->planes,
                     .y = end ? q->last + at : ring_row(q, t, step, i, left),
                     .y_plane = end ? n : STENCIL_STRIDE,
                     .rhs_plane = n,
                     .weight_stride = l->stride,
                     .shift = q->shift };

    for (int u = -2; u <= 2; u++) {
        bool inside = i + u >= 0 && i + u < h; /* outside, weights are 0 */
        r.x[2 + u] = ring_row(q, t, step - 1, inside ? i + u : i, left);
        if (u <= 0)
            r.weight[2 + u] = weight_row(l, i + u, left);
    }
    if (q->before) {
        r.before = step == 1 ? q->before + at : ring_row(q, t, step - 2, i, left);
        r.before_plane = step == 1 ? n : STENCIL_STRIDE;
        r.rhs = q->rhs + at;
        r.momentum = q->momentum[step - 1];
        r.rate = q->rate[step - 1];
    }
    cpu_of(l->l.dev)->kernels->stencil_row(&r, right - left);
    if (step != q->depth - 1 || !q->last_but_one || i < t->first || i >= t->end)
        return;
    for (int c = 0; c < q->planes; c++)
        memcpy(q->last_but_one + c * n + pixel(q, i, t->left),
               ring_row(q, t, step, i, t->left) + c * STENCIL_STRIDE,
               (t->right - t->left) * sizeof(float));
}

static void compute_tile(const Round *q, const Tile *t)
{
    int h = q->l->l.h, top = t->first - 2 * q->depth, bottom = t->end + 2 * q->depth;

    for (int front = top; front < bottom + 2 * q->depth; front++) {
        if (front >= most(top, 0) && front < least(bottom, h))
            load_row(q, t, front);
        for (int step = 1; step <= q->depth; step++) {
            int i = front - 2 * step, more = 2 * (q->depth - step);
            if (i >= most(t->first - more, 0) && i < least(t->end + more, h))
                compute_row(q, t, step, i);
        }
    }
}

static size_t ring_floats(int planes)
{
    return (size_t) DEPTH * RING * planes * STENCIL_STRIDE;
}

static void compute_round(const Round *q)
{
    Cpu *cpu = cpu_of(q->l->l.dev);
    int h = q->l->l.h, w = q->l->l.w;
    int across = (w + COLUMNS - 1) / COLUMNS, down = most((h + ROWS - 1) / ROWS, 2);
    size_t each = ring_floats(q->planes);
    int team = cpu_team(cpu, (double) h * w * q->planes * STENCIL_PAIRS * q->depth);
    float *rings = cpu_work(cpu, each * cpu->threads * sizeof(float));

    if (!rings)
        return;
    /* Beyond the picture's left and right edge an iterate has to be finite. */
    memset(rings, 0, each * cpu->threads * sizeof(float));
#pragma omp parallel for num_threads(team) schedule(dynamic)
    for (int k = 0; k < across * down; k++) {
        int a = k % across, d = k / across;
        Tile t = { .first = (int) ((long) h * d / down),
                   .end = (int) ((long) h * (d + 1) / down),
                   .left = (int) ((long) w * a / across),
                   .right = (int) ((long) w * (a + 1) / across),
                   .ring = rings + each * cpu_thread() };
        t.base = most(t.left - 2 * q->depth, 0);
        if (cpu_goes_on(cpu))
            compute_tile(q, &t);
    }
}

void stencil_apply(float *y, const CpuLinop *l, const float *x, int planes)
{
    compute_round(&(Round){ .l = l, .planes = planes, .depth = 1, .now = x, .last = y });
}

/* Saad's algorithm 12.1 with d_k = x_(k+1) - x_k and r_k = rhs - B x_k put in:
 * x_(k+1) = x_k + rho_k rho_(k-1) (x_k - x_(k-1)) + 2 rho_k / delta (rhs - B x_k). */
void stencil_chebyshev(float *y, const CpuLinop *l, const float *x, int planes, double shift,
                       double lo, double hi, int steps, float *const scratch[3])
{
    double theta = (hi + lo) / 2, delta = (hi - lo) / 2, sigma = theta / delta, rho = 1 / sigma;
    Cpu *cpu = cpu_of(l->l.dev);
    size_t n = (size_t) planes * l->l.h * l->l.w;
    int rounds = (steps - 1 + DEPTH - 1) / DEPTH, done = 1;
    /* Each round reads one pair of vectors and writes the other; the last one's result is y. */
    float *from[2] = { scratch[0], rounds % 2 ? scratch[1] : y };
    float *to[2] = { scratch[2], rounds % 2 ? y : scratch[1] };

    int team = cpu_team_moving(cpu, (double) n);
#pragma omp parallel for num_threads(team) schedule(static)
    for (size_t i = 0; i < n; i++) {
        from[0][i] = 0;
        from[1][i] = (float) (x[i] / theta);
    }
    for (int k = 0; k < rounds && cpu_goes_on(cpu); k++) {
        Round q = { .l = l,
                    .planes = planes,
                    .before = from[0],
                    .now = from[1],
                    .rhs = x,
                    .last_but_one = k < rounds - 1 ? to[0] : NULL,
                    .last = to[1],
                    .shift = (float) shift };
        for (int end = 1 + (steps - 1) * (k + 1) / rounds; done < end; done++, q.depth++) {
            double next = 1 / (2 * sigma - rho);
            q.momentum[q.depth] = (float) (next * rho);
            q.rate[q.depth] = (float) (2 * next / delta);
            rho = next;
        }
        compute_round(&q);
        for (int i = 0; i < 2; i++) {
            float *swap = from[i];
            from[i] = to[i];
            to[i] = swap;
        }
    }
}
