/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The matting Laplacian on this device, two ways: see matting.h for the formulas.
 *
 * The image's colours are centred on the windows' own means, taken here from the colours in
 * double; S is the inverse covariance divided by n that the statistics hold. */
#include "linop-private.h"

#include <string.h>

/* ------------------------------------------------------- 3 x 3 windows as a stencil */

/* Pair o of kernels.c: the offset from a pixel to one right of it or below. */
static int pair_of(int dy, int dx)
{
    return dy == 0 ? dx - 1 : 5 * dy - 1 + dx;
}

/* -L between the pixels of window row `base` and those after them in the window about (i, j):
 * 1 / n + d_p' S d_q, d being centred colours. */
static void add_window(double *row, const CpuLinop *l, const float *image, const double *stats,
                       int i, int j, int base)
{
    int w = l->l.w;
    size_t n = (size_t) l->l.h * w, at = (size_t) i * w + j;
    const double *s = stats + 3 * n + at;
    double d[9][3], mu[3] = { 0 };

    for (int p = 0; p < 9; p++)
        for (int c = 0; c < 3; c++) {
            d[p][c] = image[c * n + at + (size_t) (p / 3) * w - w + p % 3 - 1];
            mu[c] += d[p][c] / 9;
        }
    for (int p = 3 * base; p < 9; p++)
        for (int c = 0; c < 3; c++)
            d[p][c] -= mu[c];
    for (int p = 3 * base; p < 3 * base + 3; p++) {
        const double t[3] = {
            s[0] * d[p][0] + s[n] * d[p][1] + s[2 * n] * d[p][2],
            s[n] * d[p][0] + s[3 * n] * d[p][1] + s[4 * n] * d[p][2],
            s[2 * n] * d[p][0] + s[4 * n] * d[p][1] + s[5 * n] * d[p][2],
        };
        for (int q = p + 1; q < 9; q++)
            row[pair_of(q / 3 - base, q % 3 - p % 3) * (size_t) w + j - 1 + p % 3] +=
                1.0 / 9 + t[0] * d[q][0] + t[1] * d[q][1] + t[2] * d[q][2];
    }
}

/* The last weight of a row: the sums of all that the pixels use, their own and those that pixels
 * above and to the left have for them. */
static void sum_weights(const CpuLinop *l, int i)
{
    size_t stride = l->stride, row = STENCIL_WEIGHTS * stride;
    float *own = l->weight + i * row + STENCIL_REACH, *sum = own + STENCIL_PAIRS * stride;

    for (int dy = 0, o = 0; dy <= STENCIL_REACH; dy++)
        for (int dx = dy ? -STENCIL_REACH : 1; dx <= STENCIL_REACH; dx++, o++)
            for (int j = 0; j < l->l.w; j++)
                sum[j] += own[o * stride + j] + (own - dy * row + o * stride)[j - dx];
}

bool stencil_build(const CpuLinop *l, const float *image, const double *stats)
{
    Cpu *cpu = cpu_of(l->l.dev);
    int h = l->l.h, w = l->l.w;
    size_t size = (size_t) STENCIL_PAIRS * w, row_floats = STENCIL_WEIGHTS * l->stride;
    double *work = cpu_alloc(size * sizeof(double) * cpu->threads);

    if (!work)
        return false;
    int team = cpu_team(cpu, 100.0 * w * h);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int i = 0; i < h; i++) {
        double *row = work + size * cpu_thread();
        memset(row, 0, size * sizeof *row);
        for (int centre = i - 1; centre <= i + 1; centre++)
            for (int j = 1; j < w - 1 && centre >= 1 && centre < h - 1; j++)
                add_window(row, l, image, stats, centre, j, i - centre + 1);
        /* (A x)_p = sum of L_pq (x_q - x_p), L's rows summing to zero. */
        float *to = l->weight + i * row_floats;
        memset(to, 0, row_floats * sizeof *to);
        for (int o = 0; o < STENCIL_PAIRS; o++)
            for (int j = 0; j < w; j++)
                to[o * l->stride + STENCIL_REACH + j] = (float) -row[(size_t) o * w + j];
    }
#pragma omp parallel for num_threads(team) schedule(static)
    for (int i = 0; i < h; i++)
        sum_weights(l, i);
    cpu_free(work);
    return true;
}

/* -------------------------------------------------- larger windows, from their sums */

void windows_build(const CpuLinop *l, const float *image, const double *stats)
{
    Cpu *cpu = cpu_of(l->l.dev);
    int h = l->l.h, w = l->l.w, r = l->radius, side = 2 * r + 1;
    size_t n = (size_t) h * w;

    memcpy(l->image, image, 3 * n * sizeof *image);
    memcpy(l->inverse, stats + 3 * n, 6 * n * sizeof *stats);
    memset(l->mean, 0, 3 * n * sizeof *l->mean);
    int team = cpu_team(cpu, 100.0 * w * h);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int i = r; i < h - r; i++)
        for (int c = 0; c < 3; c++)
            for (int j = r; j < w - r; j++) {
                double sum = 0;
                for (int k = 0; k < side * side; k++)
                    sum += image[c * n + (size_t) (i - r + k / side) * w + j - r + k % side];
                l->mean[c * n + (size_t) i * w + j] = sum / (side * side);
            }
}

/* to[j] = column[j - r] + .. + column[j + r], what lies outside counting nothing. */
static void sum_along(double *to, const double *column, int w, int r)
{
    for (int j = 0; j < w; j++) {
        int first = j - r > 0 ? j - r : 0, last = j + r < w ? j + r : w - 1;
        double sum = 0;
        for (int q = first; q <= last; q++)
            sum += column[q];
        to[j] = sum;
    }
}

/* The windows about row i: coefficients a of their best affine guess at x, and mean of x; in
 * coefficient[4][w]. */
static void fit_row(double *coefficient, const CpuLinop *l, const float *x, int i, double *room)
{
    int w = l->l.w, r = l->radius;
    size_t n = (size_t) l->l.h * w;
    double size = (2 * r + 1) * (2 * r + 1), *column = room, *sum = room + w;

    memset(coefficient, 0, 4 * (size_t) w * sizeof *coefficient);
    for (int c = 3; c >= 0; c--) { /* first the mean of x, then the covariances with the colours */
        memset(column, 0, w * sizeof *column);
        for (int u = i - r; u <= i + r; u++)
            for (int j = 0; j < w; j++)
                column[j] += c == 3 ? x[(size_t) u * w + j]
                                    : (double) l->image[c * n + (size_t) u * w + j] *
                                          x[(size_t) u * w + j];
        sum_along(sum, column, w, r);
        for (int j = r; j < w - r; j++)
            coefficient[c * (size_t) w + j] =
                c == 3 ? sum[j] / size
                       : sum[j] - size * l->mean[c * n + (size_t) i * w + j] *
                                      coefficient[3 * (size_t) w + j];
    }
    for (int j = r; j < w - r; j++) {
        const double *s = l->inverse + (size_t) i * w + j;
        double *a = coefficient + j, b[3] = { a[0], a[w], a[2 * w] };
        a[0] = s[0] * b[0] + s[n] * b[1] + s[2 * n] * b[2];
        a[w] = s[n] * b[0] + s[3 * n] * b[1] + s[4 * n] * b[2];
        a[2 * w] = s[2 * n] * b[0] + s[4 * n] * b[1] + s[5 * n] * b[2];
        /* What the guess is where all colours are zero. */
        for (int c = 0; c < 3; c++)
            a[3 * w] -= a[c * w] * l->mean[c * n + (size_t) i * w + j];
    }
}

/* y = (windows about the pixel) x - sum over them of a' I + b. */
static void residual_row(float *y, const CpuLinop *l, const float *x, const double *coefficient,
                         int i, double *room)
{
    int h = l->l.h, w = l->l.w, r = l->radius;
    size_t n = (size_t) h * w;
    double *column = room, *sum = room + w, *total = room + 2 * w;
    int first = i - r > r ? i - r : r, last = i + r < h - r ? i + r : h - r - 1;

    for (int j = 0; j < w; j++) {
        int left = j - r > r ? j - r : r, right = j + r < w - r ? j + r : w - r - 1;
        double windows = last >= first && right >= left
                             ? (double) (last - first + 1) * (right - left + 1)
                             : 0;
        total[j] = windows * x[(size_t) i * w + j];
    }
    for (int c = 0; c < 4; c++) {
        memset(column, 0, w * sizeof *column);
        for (int u = first; u <= last; u++)
            for (int j = 0; j < w; j++)
                column[j] += coefficient[((size_t) u * 4 + c) * w + j];
        sum_along(sum, column, w, r);
        for (int j = 0; j < w; j++)
            total[j] -= sum[j] * (c == 3 ? 1 : l->image[c * n + (size_t) i * w + j]);
    }
    for (int j = 0; j < w; j++)
        y[(size_t) i * w + j] = (float) total[j];
}

bool windows_apply(float *y, const CpuLinop *l, const float *x)
{
    Cpu *cpu = cpu_of(l->l.dev);
    int h = l->l.h, w = l->l.w, r = l->radius;
    size_t room = 3 * (size_t) w, coefficients = 4 * (size_t) h * w;
    double *work = (double *) cpu_work(cpu, (room * cpu->threads + coefficients) * sizeof(double));

    if (!work)
        return false;
    double *coefficient = work + room * cpu->threads;
    int team = cpu_team(cpu, 100.0 * w * h);
#pragma omp parallel for num_threads(team) schedule(static)
    for (int i = r; i < h - r; i++)
        if (cpu_goes_on(cpu))
            fit_row(coefficient + (size_t) i * 4 * w, l, x, i, work + room * cpu_thread());
#pragma omp parallel for num_threads(team) schedule(static)
    for (int i = 0; i < h; i++)
        if (cpu_goes_on(cpu))
            residual_row(y, l, x, coefficient, i, work + room * cpu_thread());
    return true;
}
