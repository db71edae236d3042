/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Losses, dot products, combinations and rectification: element by element over tensors of one shape.
 *
 * Sums go block by block into an array of doubles, and one more block adds those up in order. */
#include "cuda-private.h"

#include <math.h>

#define MOST_BLOCKS 512 /* of a sum: enough for any GPU */
#define MOST_TERMS 64   /* vectors that one launch takes, by value */

typedef struct {
    View v[MOST_TERMS];
    float factor[MOST_TERMS];
    int n;
} Terms;

/* Where element e of `order` lies in v. */
static __device__ inline size_t element(const View &v, const View &order, bool alike, size_t e)
{
    return alike ? e : index_of(v, place_of(order, e));
}

/* The sum of every thread's value, in thread 0. */
static __device__ inline double block_sum(double value)
{
    __shared__ double part[THREADS];

    part[threadIdx.x] = value;
    __syncthreads();
    for (unsigned half = THREADS / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    return part[0];
}

static unsigned sum_blocks(size_t n)
{
    unsigned blocks = blocks_for(n, 4 * THREADS);

    return blocks < MOST_BLOCKS ? blocks : MOST_BLOCKS;
}

/* slot[k] = the sum of part[k][0 .. n - 1]; a block for each k. */
static __global__ void total(double *slot, const double *part, int n)
{
    double sum = 0;

    for (int i = (int) threadIdx.x; i < n; i += THREADS)
        sum += part[(size_t) blockIdx.x * n + i];
    sum = block_sum(sum);
    if (threadIdx.x == 0)
        slot[blockIdx.x] = sum;
}

/* ------------------------------------------------------------------------- losses */

/* d = x - t, or what x has outside [0, 1] where t has no numbers; dx = w2 d. */
static __global__ void difference(double *part, float w2, View dx, View x, View t, bool alike,
                                  bool add, size_t n)
{
    double sum = 0;

    for (size_t e = thread_number(); e < n; e += (size_t) gridDim.x * THREADS) {
        size_t at = element(dx, x, alike, e);
        float v = x.p[element(x, x, alike, e)];
        float d = t.p ? v - t.p[element(t, x, alike, e)] : v < 0 ? v : v > 1 ? v - 1 : 0;
        dx.p[at] = w2 * d + (add ? dx.p[at] : 0);
        sum += (double) d * d;
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0)
        part[blockIdx.x] = sum;
}

static __device__ inline float four_sum(const float4 &v)
{
    return v.x + v.y + v.z + v.w;
}

/* The same for features, four channels at once, where t has numbers. */
static __global__ void difference_fours(double *part, float w2, View dx, View x, View t, bool add,
                                        size_t n)
{
    double sum = 0;

    for (size_t e = thread_number(); e < n; e += (size_t) gridDim.x * THREADS) {
        int pixel, c;
        divide(e, x.c / 4, &pixel, &c);
        float4 v = ((const float4 *) (x.p + pixel * x.step))[c];
        float4 u = ((const float4 *) (t.p + pixel * t.step))[c];
        float4 *to = (float4 *) (dx.p + pixel * dx.step) + c;
        float4 d = make_float4(v.x - u.x, v.y - u.y, v.z - u.z, v.w - u.w);
        float4 before = add ? *to : make_float4(0, 0, 0, 0);
        *to = make_float4(fmaf(w2, d.x, before.x), fmaf(w2, d.y, before.y), fmaf(w2, d.z, before.z),
                          fmaf(w2, d.w, before.w));
        sum += (double) four_sum(make_float4(d.x * d.x, d.y * d.y, d.z * d.z, d.w * d.w));
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0)
        part[blockIdx.x] = sum;
}

static void loss(int slot, double w, Tensor *dx, const Tensor *x, const Tensor *t, bool add)
{
    Cuda *cuda = cuda_of(x->dev);
    View vx = view_of(x), vdx = view_of(dx), vt = {};
    size_t n = element_count(vx);
    unsigned blocks = sum_blocks(n);

    if (t)
        vt = view_of(t);
    bool alike = lie_alike(vx, vdx) && (!t || lie_alike(vx, vt));
    if (!cuda_goes_on(cuda))
        return;
    double *part = (double *) cuda_work(cuda, blocks * sizeof *part);
    if (!part)
        return;
    if (t && in_fours(vx) && in_fours(vt) && in_fours(vdx))
        LAUNCH(cuda, difference_fours, blocks, THREADS, part, (float) (2 * w), vdx, vx, vt, add,
               n / 4);
    else
        LAUNCH(cuda, difference, blocks, THREADS, part, (float) (2 * w), vdx, vx, vt, alike, add,
               n);
    LAUNCH(cuda, total, 1, THREADS, cuda->slot + slot, part, (int) blocks);
}

void cuda_sqdiff(int slot, double w, Tensor *dx, const Tensor *x, const Tensor *t, bool add)
{
    loss(slot, w, dx, x, t, add);
}

void cuda_excess(int slot, double w, Tensor *dx, const Tensor *x, bool add)
{
    loss(slot, w, dx, x, NULL, add);
}

/* ------------------------------------------------------------------- dot products */

/* part[k][block]; the grid has a row for each vector. */
static __global__ void products(double *part, View x, Terms y, bool alike, size_t n)
{
    View v = y.v[blockIdx.y];
    double sum = 0;

    for (size_t e = thread_number(); e < n; e += (size_t) gridDim.x * THREADS)
        sum += (double) x.p[element(x, x, alike, e)] * v.p[element(v, x, alike, e)];
    sum = block_sum(sum);
    if (threadIdx.x == 0)
        part[(size_t) blockIdx.y * gridDim.x + blockIdx.x] = sum;
}

void cuda_dots(int slot, const Tensor *x, int n, Tensor *const *y)
{
    Cuda *cuda = cuda_of(x->dev);
    View vx = view_of(x);
    size_t elements = element_count(vx);
    unsigned blocks = sum_blocks(elements);

    for (int first = 0; first < n && cuda_goes_on(cuda); first += MOST_TERMS) {
        Terms terms = {};
        bool alike = true;
        for (int i = first; i < n && terms.n < MOST_TERMS; i++) {
            terms.v[terms.n++] = view_of(y[i]);
            alike = alike && lie_alike(vx, view_of(y[i]));
        }
        double *part = (double *) cuda_work(cuda, (size_t) terms.n * blocks * sizeof *part);
        if (!part)
            return;
        LAUNCH(cuda, products, dim3(blocks, (unsigned) terms.n), THREADS, part, vx, terms, alike,
               elements);
        LAUNCH(cuda, total, (unsigned) terms.n, THREADS, cuda->slot + slot + first, part,
               (int) blocks);
    }
}

/* ------------------------------------------------------------------- combinations */

/* y = the sum of the terms, and of y itself when add is set. */
static __global__ void combine(View y, Terms x, bool alike, bool add, size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
    size_t at = element(y, y, alike, e);
    float sum = add ? y.p[at] : 0;
    for (int k = 0; k < x.n; k++)
        sum = fmaf(x.factor[k], x.v[k].p[element(x.v[k], y, alike, e)], sum);
    y.p[at] = sum;
}

static void add_term(Terms *terms, double factor, const View &v)
{
    terms->factor[terms->n] = (float) factor;
    terms->v[terms->n++] = v;
}

static void combine_terms(Cuda *cuda, const View &y, Terms *terms, bool add)
{
    size_t n = element_count(y);
    bool alike = is_whole(y);

    for (int k = 0; k < terms->n; k++)
        alike = alike && lie_alike(y, terms->v[k]);
    LAUNCH(cuda, combine, blocks_for(n, THREADS), THREADS, y, *terms, alike, add, n);
    terms->n = 0;
}

/* What is not y itself goes to further launches, if there are so many, after y has been read. */
void cuda_lincomb(Tensor *y, int n, const double *a, Tensor *const *x)
{
    Cuda *cuda = cuda_of(y->dev);
    View vy = view_of(y);
    double own = 0; /* how often y itself */
    Terms terms = {};
    bool add = false;

    if (!cuda_goes_on(cuda))
        return;
    for (int k = 0; k < n; k++)
        if (view_of(x[k]).p == vy.p)
            own += a[k];
    if (own != 0)
        add_term(&terms, own, vy);
    for (int k = 0; k < n; k++) {
        if (a[k] == 0 || view_of(x[k]).p == vy.p)
            continue;
        if (terms.n == MOST_TERMS) {
            combine_terms(cuda, vy, &terms, add);
            add = true;
        }
        add_term(&terms, a[k], view_of(x[k]));
    }
    if (terms.n > 0 || !add)
        combine_terms(cuda, vy, &terms, add);
}

/* ------------------------------------------------------------------ rectification */

/* y = relu(scale x + shift); scale and shift without numbers: 1 and 0. */
static __global__ void rectify_values(View y, View x, View scale, View shift, bool alike, size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
    int c = place_of(y, e).c;
    float v = x.p[element(x, y, alike, e)];
    if (scale.p)
        v = scale.p[c * scale.plane] * v + shift.p[c * shift.plane];
    y.p[element(y, y, alike, e)] = v > 0 ? v : 0;
}

void cuda_rectify(Tensor *y, const Tensor *x, const Tensor *scale, const Tensor *shift)
{
    Cuda *cuda = cuda_of(y->dev);
    View vy = view_of(y), vx = view_of(x), none = {};
    size_t n = element_count(vy);

    if (cuda_goes_on(cuda))
        LAUNCH(cuda, rectify_values, blocks_for(n, THREADS), THREADS, vy, vx,
               scale ? view_of(scale) : none, shift ? view_of(shift) : none, lie_alike(vx, vy), n);
}

/* dx = scale dy where y > 0 */
static __global__ void rectify_gradient(View dx, View dy, View y, View scale, bool alike, bool add,
                                        size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
    size_t to = element(dx, dx, alike, e);
    float d = y.p[element(y, dx, alike, e)] > 0 ? dy.p[element(dy, dx, alike, e)] : 0;
    if (scale.p)
        d *= scale.p[place_of(dx, e).c * scale.plane];
    dx.p[to] = d + (add ? dx.p[to] : 0);
}

void cuda_rectify_back(Tensor *dx, const Tensor *dy, const Tensor *y, const Tensor *scale, bool add)
{
    Cuda *cuda = cuda_of(y->dev);
    View vdx = view_of(dx), vdy = view_of(dy), vy = view_of(y), none = {};
    size_t n = element_count(vdx);

    if (cuda_goes_on(cuda))
        LAUNCH(cuda, rectify_gradient, blocks_for(n, THREADS), THREADS, vdx, vdy, vy,
               scale ? view_of(scale) : none, lie_alike(vdx, vdy) && lie_alike(vdx, vy), add, n);
}

/* -------------------------------------------------------------------------- Adam */

/* keep: what stays of the two moments; take: what the gradient adds; mean, square: corrections. */
typedef struct {
    float keep[2], take[2], mean, square, eps;
} Adam;

static __global__ void adam_step(View d, View m, View v, View g, Adam a, bool alike, size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
    float *mean = m.p + element(m, d, alike, e), *square = v.p + element(v, d, alike, e);
    float gradient = g.p[element(g, d, alike, e)];
    *mean = a.keep[0] * *mean + a.take[0] * gradient;
    *square = a.keep[1] * *square + a.take[1] * gradient * gradient;
    d.p[element(d, d, alike, e)] = a.mean * *mean / (sqrtf(a.square * *square) + a.eps);
}

void cuda_adam(Tensor *d, Tensor *m, Tensor *v, const Tensor *g, double b1, double b2, double eps,
               int t)
{
    Cuda *cuda = cuda_of(d->dev);
    View vd = view_of(d), vm = view_of(m), vv = view_of(v), vg = view_of(g);
    bool alike = lie_alike(vd, vm) && lie_alike(vd, vv) && lie_alike(vd, vg);
    size_t n = element_count(vd);
    Adam a = { { (float) b1, (float) b2 },
               { (float) (1 - b1), (float) (1 - b2) },
               (float) (1 / (1 - pow(b1, t))),
               (float) (1 / (1 - pow(b2, t))),
               (float) eps };

    if (cuda_goes_on(cuda))
        LAUNCH(cuda, adam_step, blocks_for(n, THREADS), THREADS, vd, vm, vv, vg, a, alike, n);
}
