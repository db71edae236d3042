/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The matting Laplacian of windows of any size, matrix-free: every window's best affine guess at x
 * from the colours, then for every pixel what the guesses of its windows leave.  In double: see
 * backend.h.  For radius 1 there is the stencil. */
#include "linop-private.h"

static __global__ void window_means(double *mean, const float *image, int h, int w, int r)
{
    size_t at = thread_number(), n = (size_t) h * w;

    if (at >= n)
        return;
    int i = (int) at / w, j = (int) at % w, side = 2 * r + 1;
    bool inside = i >= r && i < h - r && j >= r && j < w - r;
    for (int c = 0; c < 3; c++) {
        double sum = 0;
        for (int k = 0; inside && k < side * side; k++)
            sum += image[c * n + (size_t) (i - r + k / side) * w + j - r + k % side];
        mean[c * n + at] = sum / (side * side);
    }
}

bool windows_build(CudaLinop *l, const float *image, const double *stats)
{
    Cuda *cuda = cuda_of(l->l.dev);
    size_t n = (size_t) l->l.h * l->l.w;

    l->image = (float *) cuda_alloc(cuda, 3 * n * sizeof *image);
    l->mean = (double *) cuda_alloc(cuda, 3 * n * sizeof *stats);
    l->inverse = (double *) cuda_alloc(cuda, 6 * n * sizeof *stats);
    if (!l->image || !l->mean || !l->inverse)
        return false;
    if (cuda_put(cuda, l->image, image, 3 * n * sizeof *image) &&
        cuda_put(cuda, l->inverse, stats + 3 * n, 6 * n * sizeof *stats))
        LAUNCH(cuda, window_means, blocks_for(n, THREADS), THREADS, l->mean, l->image, l->l.h,
               l->l.w, l->radius);
    return true;
}

/* The guess a' I + b of the window about each pixel; guess: (4, h, w), b last. */
static __global__ void fit_windows(double *guess, const double *mean, const double *inverse,
                                   const float *image, View x, int plane, int r)
{
    size_t at = thread_number(), n = (size_t) x.h * x.w;
    int h = x.h, w = x.w;

    if (at >= n)
        return;
    int i = (int) at / w, j = (int) at % w, side = 2 * r + 1;
    if (i < r || i >= h - r || j < r || j >= w - r)
        return; /* no window: nobody asks */
    double sum = 0, cov[3] = { 0, 0, 0 };
    for (int k = 0; k < side * side; k++) {
        size_t q = (size_t) (i - r + k / side) * w + j - r + k % side;
        double v = x.p[plane * x.plane + q * x.step];
        sum += v;
        for (int c = 0; c < 3; c++)
            cov[c] += (image[c * n + q] - mean[c * n + at]) * v;
    }
    const double *s = inverse + at;
    double a0 = s[0] * cov[0] + s[n] * cov[1] + s[2 * n] * cov[2];
    double a1 = s[n] * cov[0] + s[3 * n] * cov[1] + s[4 * n] * cov[2];
    double a2 = s[2 * n] * cov[0] + s[4 * n] * cov[1] + s[5 * n] * cov[2];
    guess[at] = a0;
    guess[n + at] = a1;
    guess[2 * n + at] = a2;
    guess[3 * n + at] = sum / (side * side) - a0 * mean[at] - a1 * mean[n + at] -
                        a2 * mean[2 * n + at];
}

static __global__ void subtract_guesses(View y, const double *guess, const float *image, View x,
                                        int plane, int r)
{
    size_t at = thread_number(), n = (size_t) x.h * x.w;
    int h = x.h, w = x.w;

    if (at >= n)
        return;
    int i = (int) at / w, j = (int) at % w;
    double v = x.p[plane * x.plane + at * x.step], sum = 0;
    for (int a = i - r; a <= i + r; a++)
        for (int b = j - r; b <= j + r; b++)
            if (a >= r && a < h - r && b >= r && b < w - r) {
                const double *g = guess + (size_t) a * w + b;
                sum += v - (g[0] * image[at] + g[n] * image[n + at] + g[2 * n] * image[2 * n + at] +
                            g[3 * n]);
            }
    y.p[plane * y.plane + at * y.step] = (float) sum;
}

void windows_apply(Cuda *cuda, const View &y, const CudaLinop *l, const View &x)
{
    size_t n = pixel_count(x);
    double *guess = (double *) cuda_work(cuda, 4 * n * sizeof *guess);

    for (int c = 0; guess && c < x.c; c++) {
        LAUNCH(cuda, fit_windows, blocks_for(n, THREADS), THREADS, guess, l->mean, l->inverse,
               l->image, x, c, l->radius);
        LAUNCH(cuda, subtract_guesses, blocks_for(n, THREADS), THREADS, y, guess, l->image, x, c,
               l->radius);
    }
}
