/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Means and deviations of features by regions.  Sums are of doubles: a variance is what is left of two
 * large numbers. */
#include "gram-private.h"

#define LANE_CHANNELS 32 /* channels of a block; its other threads share a batch's rows */
#define ROW_GROUPS (THREADS / LANE_CHANNELS)

/* part: (batch, 2, C): the sums of w f and of w f^2 over a batch's rows. */
static __global__ void sum_rows(double *part, View x, const int *pixel, const float *value)
{
    __shared__ double sums[2][ROW_GROUPS][LANE_CHANNELS];
    int lane = (int) threadIdx.x % LANE_CHANNELS, group = (int) threadIdx.x / LANE_CHANNELS;
    int c = (int) blockIdx.y * LANE_CHANNELS + lane;
    size_t first = (size_t) blockIdx.x * BATCH;
    double sum[2] = {};

    for (int row = group; row < BATCH && c < x.c; row += ROW_GROUPS) {
        int at = pixel[first + row];
        if (at < 0)
            continue;
        double v = x.p[c * x.plane + at * x.step], w = value[first + row];
        sum[0] += w * w * v;
        sum[1] += w * w * v * v;
    }
    sums[0][group][lane] = sum[0];
    sums[1][group][lane] = sum[1];
    __syncthreads();
    if (group > 1 || c >= x.c)
        return;
    double all = 0;
    for (int g = 0; g < ROW_GROUPS; g++)
        all += sums[group][g][lane];
    part[((size_t) blockIdx.x * 2 + group) * x.c + c] = all;
}

/* Region k of y, whose batches are first .. end - 1. */
static __global__ void finish_moments(View y, int k, double weight, const double *part, int first,
                                      int end)
{
    int c = (int) thread_number(), planes = y.w;
    double sum[2] = {};

    if (c >= planes)
        return;
    for (int b = first; b < end; b++) {
        sum[0] += part[((size_t) b * 2) * planes + c];
        sum[1] += part[((size_t) b * 2 + 1) * planes + c];
    }
    double mean = weight > 0 ? sum[0] / weight : 0;
    double variance = weight > 0 ? sum[1] / weight - mean * mean : 0;
    y.p[index_of(y, { k, c })] = (float) sum[0];
    y.p[index_of(y, { k, planes + c })] =
        (float) (weight * sqrt((variance > 0 ? variance : 0) + MOMENTS_EPS));
}

void cuda_moments(Tensor *yt, const Tensor *xt, const Masks *masks)
{
    const CudaMasks *m = (const CudaMasks *) masks;
    Cuda *cuda = cuda_of(yt->dev);
    View x = view_of(xt), y = view_of(yt);
    size_t batches = m->first[masks->k] / BATCH;

    if (!cuda_goes_on(cuda))
        return;
    double *part = (double *) cuda_work(cuda, (batches * 2 * x.c + 1) * sizeof *part);
    if (!part)
        return;
    if (batches > 0)
        LAUNCH(cuda, sum_rows, dim3((unsigned) batches, blocks_for((size_t) x.c, LANE_CHANNELS)),
               THREADS, part, x, m->pixel, m->value);
    for (int k = 0; k < masks->k; k++)
        LAUNCH(cuda, finish_moments, blocks_for((size_t) x.c, THREADS), THREADS, y, k, m->weight[k],
               part, (int) (m->first[k] / BATCH), (int) (m->first[k + 1] / BATCH));
}

/* ----------------------------------------------------------------------- backward */

/* Adds what one region's rows have; no pixel is in it twice. */
static __global__ void add_moments(View dx, View dy, View y, View x, int k, float weight,
                                   const int *pixel, const float *value, size_t n)
{
    size_t e = thread_number();
    int row, c;

    if (e >= n)
        return;
    divide(e, x.c, &row, &c);
    int at = pixel[row];
    size_t mean = index_of(y, { k, c }), deviation = index_of(y, { k, x.c + c });
    float slope = dy.p[index_of(dy, { k, x.c + c })] / y.p[deviation];
    float v = weight * x.p[c * x.plane + at * x.step] - y.p[mean], w = value[row] * value[row];
    dx.p[c * dx.plane + at * dx.step] += w * (dy.p[index_of(dy, { k, c })] + slope * v);
}

void cuda_moments_back(Tensor *dxt, const Tensor *dyt, const Tensor *yt, const Tensor *xt,
                       const Masks *masks, bool add)
{
    const CudaMasks *m = (const CudaMasks *) masks;
    Cuda *cuda = cuda_of(dxt->dev);
    View dx = view_of(dxt), dy = view_of(dyt), y = view_of(yt), x = view_of(xt);

    if (!cuda_goes_on(cuda))
        return;
    if (!add)
        cuda_clear(cuda, dx);
    for (int k = 0; k < masks->k; k++) {
        size_t n = m->own[k] * x.c;
        if (n > 0 && m->weight[k] > 0)
            LAUNCH(cuda, add_moments, blocks_for(n, THREADS), THREADS, dx, dy, y, x, k,
                   (float) m->weight[k], m->pixel + m->first[k], m->value + m->first[k], n);
    }
}
