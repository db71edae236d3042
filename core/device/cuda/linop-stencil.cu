/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The matting Laplacian of 3 x 3 windows as a stencil: two pixels see each other when a window
 * holds both, so at most two rows and columns apart.  Rows of L sum to zero, hence (L x)_p =
 * sum of L_pq (x_q - x_p): what is equal counts nothing, exactly.  See matting.h. */
#include "linop-private.h"

#define PAIRS 12 /* a pixel with those right of it and below, see offset_of */

/* Pair o is a pixel with that dy rows below and dx columns right of it. */
static __device__ inline void offset_of(int o, int *dy, int *dx)
{
    *dy = o < 2 ? 0 : o < 7 ? 1 : 2;
    *dx = o < 2 ? o + 1 : (o - 2) % 5 - 2;
}

/* Colour (i, j) minus the mean of the window about `at`, at = i * w + j. */
static __device__ inline void centred(double d[3], const float *image, const double mean[3],
                                      size_t n, size_t at)
{
    for (int c = 0; c < 3; c++)
        d[c] = image[c * n + at] - mean[c];
}

/* What the window about pixel `at` adds to -L between pixels p and q: 1 / 9 + d_p' S d_q, d being
 * colours minus the window's mean, S the inverse covariance divided by 9 that `inverse` holds. */
static __device__ inline double window_term(const float *image, const double *inverse, size_t n,
                                            int w, size_t at, size_t p, size_t q)
{
    const double *s = inverse + at;
    double mean[3], dp[3], dq[3];

    for (int c = 0; c < 3; c++) {
        double sum = 0;
        for (int k = 0; k < 9; k++)
            sum += image[c * n + at + (size_t) (k / 3) * w + k % 3 - w - 1];
        mean[c] = sum / 9;
    }
    centred(dp, image, mean, n, p);
    centred(dq, image, mean, n, q);
    return 1.0 / 9 + (s[0] * dp[0] + s[n] * dp[1] + s[2 * n] * dp[2]) * dq[0] +
           (s[n] * dp[0] + s[3 * n] * dp[1] + s[4 * n] * dp[2]) * dq[1] +
           (s[2 * n] * dp[0] + s[4 * n] * dp[1] + s[5 * n] * dp[2]) * dq[2];
}

static __global__ void build_stencil(float *weight, const float *image, const double *inverse,
                                     int h, int w, size_t count)
{
    size_t e = thread_number(), n = (size_t) h * w;
    int o, p, dy, dx;

    if (e >= count)
        return;
    divide(e, h * w, &o, &p);
    offset_of(o, &dy, &dx);
    int i = p / w, j = p % w, i1 = i + dy, j1 = j + dx;
    double sum = 0;
    /* Windows that hold both and lie inside the picture; p is above q, or left of it. */
    for (int a = i1 - 1; a <= i + 1; a++)
        for (int b = (j1 > j ? j1 : j) - 1; b <= (j1 < j ? j1 : j) + 1; b++)
            if (a >= 1 && a < h - 1 && b >= 1 && b < w - 1)
                sum += window_term(image, inverse, n, w, (size_t) a * w + b, (size_t) p,
                                   (size_t) i1 * w + j1);
    weight[e] = (float) -sum;
}

bool stencil_build(CudaLinop *l, const float *image, const double *stats)
{
    Cuda *cuda = cuda_of(l->l.dev);
    size_t n = (size_t) l->l.h * l->l.w, count = PAIRS * n;

    l->weight = (float *) cuda_alloc(cuda, count * sizeof *l->weight);
    double *inverse = l->weight
                          ? (double *) cuda_work(cuda, n * (6 * sizeof *stats + 3 * sizeof *image))
                          : NULL;
    if (!inverse)
        return false;
    float *colours = (float *) (inverse + 6 * n);
    if (cuda_put(cuda, inverse, stats + 3 * n, 6 * n * sizeof *stats) &&
        cuda_put(cuda, colours, image, 3 * n * sizeof *image))
        LAUNCH(cuda, build_stencil, blocks_for(count, THREADS), THREADS, l->weight, colours,
               inverse, l->l.h, l->l.w, count);
    return true;
}

/* -------------------------------------------------------------------- application */

/* sum[c] += weight (x at `to` - x at `from`), plane by plane */
template <int PLANES>
static __device__ inline void add_pair(float *sum, float weight, const View &x, int plane,
                                       const float *centre, size_t to)
{
#pragma unroll
    for (int c = 0; c < PLANES; c++)
        sum[c] = fmaf(weight, x.p[(plane + c) * x.plane + to * x.step] - centre[c], sum[c]);
}

/* y = L x, or with a right-hand side the Chebyshev step from x to y.  PLANES planes share the
 * weights; the grid has a row for each group of them. */
template <int PLANES>
static __global__ void multiply_stencil(View y, const float *weight, View x, View rhs, Step s)
{
    int pixel = (int) thread_number(), h = x.h, w = x.w, n = h * w;
    int plane = (int) blockIdx.y * PLANES;
    float sum[PLANES] = {}, centre[PLANES];

    if (pixel >= n)
        return;
    int i = pixel / w, j = pixel % w;
#pragma unroll
    for (int c = 0; c < PLANES; c++)
        centre[c] = x.p[(plane + c) * x.plane + pixel * x.step];
#pragma unroll
    for (int o = 0; o < PAIRS; o++) {
        int dy, dx;
        offset_of(o, &dy, &dx);
        int away = dy * w + dx;
        const float *pair = weight + (size_t) o * n;
        if (i + dy < h && j + dx >= 0 && j + dx < w)
            add_pair<PLANES>(sum, pair[pixel], x, plane, centre, (size_t) (pixel + away));
        if (i - dy >= 0 && j - dx >= 0 && j - dx < w)
            add_pair<PLANES>(sum, pair[pixel - away], x, plane, centre, (size_t) (pixel - away));
    }
#pragma unroll
    for (int c = 0; c < PLANES; c++) {
        float *to = y.p + (plane + c) * y.plane + pixel * y.step;
        *to = rhs.p ? chebyshev_value(s, rhs.p[(plane + c) * rhs.plane + pixel * rhs.step],
                                      centre[c], *to, sum[c])
                    : sum[c];
    }
}

static void multiply(Cuda *cuda, const View &y, const CudaLinop *l, const View &x, const View &rhs,
                     const Step &s)
{
    unsigned blocks = blocks_for(pixel_count(x), THREADS);

    if (x.c % 3 == 0)
        LAUNCH(cuda, multiply_stencil<3>, dim3(blocks, (unsigned) x.c / 3), THREADS, y, l->weight,
               x, rhs, s);
    else
        LAUNCH(cuda, multiply_stencil<1>, dim3(blocks, (unsigned) x.c), THREADS, y, l->weight, x,
               rhs, s);
}

void stencil_apply(Cuda *cuda, const View &y, const CudaLinop *l, const View &x)
{
    View none = {};
    Step plain = {};

    multiply(cuda, y, l, x, none, plain);
}

void stencil_step(Cuda *cuda, const View &next, const CudaLinop *l, const View &now,
                  const View &rhs, const Step &s)
{
    multiply(cuda, next, l, now, rhs, s);
}
