/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "ldl3.h"
#include "matting.h"
#include "work.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A row of windows: of `count` windows side by side, the means of R, G and B and the six entries
 * of D, quantity after quantity. */
enum { MEAN = 0, INVERSE = 3, ROW_STATS = 9 };

typedef struct {
    const DpsImage *image;
    int radius, side, n; /* of a window: pixels from the centre, along a side, in all */
    int across, down;    /* how many windows there are */
    double eps;
} Windows;

static Windows windows_of(const DpsImage *image, int radius, double eps)
{
    int side = 2 * radius + 1;
    Windows w = {
        image, radius, side, side * side, image->width - side + 1, image->height - side + 1, eps
    };
    if (w.across < 1 || w.down < 1)
        w.across = w.down = 0;
    return w;
}

/* out[x] = mean over window x of the window row that starts at picture row y. */
static void mean_row(const Windows *w, const float *plane, int y, double *out)
{
    memset(out, 0, (size_t) w->across * sizeof *out);
    for (int i = 0; i < w->side; i++) {
        const float *row = plane + (size_t) (y + i) * (size_t) w->image->width;
        for (int j = 0; j < w->side; j++)
            for (int x = 0; x < w->across; x++)
                out[x] += (double) row[x + j];
    }
    for (int x = 0; x < w->across; x++)
        out[x] /= w->n;
}

/* out[x] = covariance of two planes within window x, from centred values. */
static void covariance_row(const Windows *w, const float *a, const double *mean_a, const float *b,
                           const double *mean_b, int y, double *restrict out)
{
    memset(out, 0, (size_t) w->across * sizeof *out);
    for (int i = 0; i < w->side; i++) {
        size_t at = (size_t) (y + i) * (size_t) w->image->width;
        for (int j = 0; j < w->side; j++) {
            const float *ra = a + at + j, *rb = b + at + j;
#pragma omp simd
            for (int x = 0; x < w->across; x++)
                out[x] += ((double) ra[x] - mean_a[x]) * ((double) rb[x] - mean_b[x]);
        }
    }
    for (int x = 0; x < w->across; x++)
        out[x] /= w->n;
}

/* The covariances become the inverses of S + eps / n. */
static void invert_row(const Windows *w, double *restrict s)
{
    size_t m = (size_t) w->across;
    double shift = w->eps / w->n;
#pragma omp simd
    for (size_t x = 0; x < m; x++) {
        Ldl3 f = ldl3(s[x] + shift, s[m + x], s[2 * m + x], s[3 * m + x] + shift, s[4 * m + x],
                      s[5 * m + x] + shift);
        double inverse[6];
        /* what ldl3 has, but rounded as every stored picture and golden vector has it */
        f.d2 = s[5 * m + x] + shift - f.l2 * s[2 * m + x] - f.l3 * f.l3 * f.d1;
        ldl3_inverse(&f, inverse);
        for (size_t k = 0; k < 6; k++)
            s[k * m + x] = inverse[k];
    }
}

/* Means and D of the windows whose first picture row is y; row has ROW_STATS * across. */
static void window_row(const Windows *w, int y, double *row)
{
    size_t m = (size_t) w->across;
    for (int c = 0; c < 3; c++)
        mean_row(w, image_plane(w->image, c), y, row + (size_t) c * m);
    double *out = row + INVERSE * m;
    for (int a = 0; a < 3; a++)
        for (int b = a; b < 3; b++, out += m)
            covariance_row(w, image_plane(w->image, a), row + (size_t) a * m,
                           image_plane(w->image, b), row + (size_t) b * m, y, out);
    invert_row(w, row + INVERSE * m);
}

bool matting_stats(const DpsImage *image, int radius, double eps, const DpsWork *work,
                   double *stats)
{
    Windows w = windows_of(image, radius, eps);
    size_t plane = image_pixels(image), m = (size_t) w.across;
    memset(stats, 0, ROW_STATS * plane * sizeof *stats);
    bool ok = true;
#pragma omp parallel num_threads(work_threads(work))
    {
        double *row = malloc((ROW_STATS * m + 1) * sizeof *row);
#pragma omp for schedule(dynamic, 4)
        for (int y = 0; y < w.down; y++) {
            if (!row)
                continue;
            window_row(&w, y, row);
            double *to = stats + (size_t) (y + radius) * (size_t) image->width + radius;
            for (size_t k = 0; k < ROW_STATS; k++)
                for (size_t x = 0; x < m; x++)
                    to[k * plane + x] = row[k * m + x] / (k < INVERSE ? 1 : w.n);
        }
        if (!row) {
#pragma omp atomic write
            ok = false;
        }
        free(row);
    }
    return ok;
}

/* ----------------------------------------------------------- explicit matrix */

typedef struct {
    int first, last; /* both belong to it */
} Span;

/* Centres of the windows that hold pixel i of a side of `size` pixels. */
static Span span_centres(int i, int size, int radius)
{
    Span s = { i - radius, i + radius };
    if (s.first < radius)
        s.first = radius;
    if (s.last > size - 1 - radius)
        s.last = size - 1 - radius;
    return s;
}

/* Pixels that share a window with pixel i along one side. */
static Span span_pixels(int i, int size, int radius)
{
    Span s = span_centres(i, size, radius);
    return (Span){ s.first - radius, s.last + radius };
}

static int span_length(Span s)
{
    return s.last - s.first + 1;
}

static int row_entries(const Windows *w, int x, int y)
{
    return w->across == 0 ? 1
                          : span_length(span_pixels(x, w->image->width, w->radius)) *
                                span_length(span_pixels(y, w->image->height, w->radius));
}

/* Fills row->row and makes col and val. */
static DpsStatus matrix_layout(const Windows *w, MattingMatrix *matrix)
{
    if (image_pixels(w->image) >= INT_MAX)
        return DPS_BAD_INPUT;
    matrix->n = (int) image_pixels(w->image);
    matrix->row = malloc(((size_t) matrix->n + 1) * sizeof *matrix->row);
    if (!matrix->row)
        return DPS_NO_MEMORY;
    long long total = 0;
    int *row = matrix->row;
    for (int y = 0; y < w->image->height; y++)
        for (int x = 0; x < w->image->width; x++) {
            *row++ = (int) total;
            total += row_entries(w, x, y);
            if (total > INT_MAX)
                return DPS_BAD_INPUT;
        }
    *row = (int) total;
    matrix->col = malloc((size_t) total * sizeof *matrix->col);
    matrix->val = malloc((size_t) total * sizeof *matrix->val);
    return matrix->col && matrix->val ? DPS_OK : DPS_NO_MEMORY;
}

/* Adds to a row, laid out as the rectangle of columns `wide`, what the window about (cx, cy) has
 * for the pixel whose colours are `own`. */
static void matrix_window(const Windows *w, const double *stats, int cx, int cy, const double *own,
                          Span wide, Span high, double *sum)
{
    const DpsImage *image = w->image;
    size_t plane = image_pixels(image), width = (size_t) image->width;
    const double *s = stats + (size_t) cy * width + (size_t) cx;
    double mean[3], inverse[6], d[3];
    for (size_t c = 0; c < 3; c++) {
        mean[c] = s[c * plane];
        d[c] = own[c] - mean[c];
    }
    for (size_t k = 0; k < 6; k++)
        inverse[k] = s[(INVERSE + k) * plane];
    double t0 = inverse[0] * d[0] + inverse[1] * d[1] + inverse[2] * d[2];
    double t1 = inverse[1] * d[0] + inverse[3] * d[1] + inverse[4] * d[2];
    double t2 = inverse[2] * d[0] + inverse[4] * d[1] + inverse[5] * d[2];
    double constant = 1.0 / w->n - (t0 * mean[0] + t1 * mean[1] + t2 * mean[2]);
    for (int y = cy - w->radius; y <= cy + w->radius; y++) {
        const float *p = image->data + (size_t) y * width + (size_t) (cx - w->radius);
        double *to = sum + (y - high.first) * span_length(wide) + cx - w->radius - wide.first;
        for (int i = 0; i < w->side; i++)
            to[i] -= constant + t0 * (double) p[i] + t1 * (double) p[plane + (size_t) i] +
                     t2 * (double) p[2 * plane + (size_t) i];
    }
}

static void matrix_row(const Windows *w, const double *stats, int x, int y, MattingMatrix *matrix,
                       double *sum)
{
    const DpsImage *image = w->image;
    size_t i = (size_t) y * (size_t) image->width + (size_t) x;
    int *col = matrix->col + matrix->row[i];
    float *val = matrix->val + matrix->row[i];
    if (w->across == 0) {
        *col = (int) i;
        *val = 0;
        return;
    }
    Span wide = span_pixels(x, image->width, w->radius);
    Span high = span_pixels(y, image->height, w->radius);
    Span cx = span_centres(x, image->width, w->radius);
    Span cy = span_centres(y, image->height, w->radius);
    int entries = span_length(wide) * span_length(high);
    double own[3] = { (double) image->data[i], (double) image_plane(image, 1)[i],
                      (double) image_plane(image, 2)[i] };
    memset(sum, 0, (size_t) entries * sizeof *sum);
    for (int b = cy.first; b <= cy.last; b++)
        for (int a = cx.first; a <= cx.last; a++)
            matrix_window(w, stats, a, b, own, wide, high, sum);
    sum[(y - high.first) * span_length(wide) + x - wide.first] += span_length(cx) * span_length(cy);
    for (int k = 0, v = high.first; v <= high.last; v++)
        for (int u = wide.first; u <= wide.last; u++, k++) {
            col[k] = v * image->width + u;
            val[k] = (float) sum[k];
        }
}

static bool matrix_fill(const Windows *w, const double *stats, const DpsWork *work,
                        MattingMatrix *matrix)
{
    size_t reach = (size_t) (4 * w->radius + 1);
    bool ok = true;
#pragma omp parallel num_threads(work_threads(work))
    {
        double *sum = malloc(reach * reach * sizeof *sum);
#pragma omp for schedule(dynamic, 4)
        for (int y = 0; y < w->image->height; y++)
            for (int x = 0; sum && x < w->image->width; x++)
                matrix_row(w, stats, x, y, matrix, sum);
        if (!sum) {
#pragma omp atomic write
            ok = false;
        }
        free(sum);
    }
    return ok;
}

DpsStatus matting_matrix(const DpsImage *image, int radius, double eps, const DpsWork *work,
                         MattingMatrix *matrix)
{
    *matrix = (MattingMatrix){ 0 };
    Windows w = windows_of(image, radius, eps);
    DpsStatus status = matrix_layout(&w, matrix);
    double *stats = NULL;
    if (status == DPS_OK) {
        stats = malloc(ROW_STATS * image_pixels(image) * sizeof *stats);
        if (!stats || !matting_stats(image, radius, eps, work, stats) ||
            !matrix_fill(&w, stats, work, matrix))
            status = DPS_NO_MEMORY;
    }
    free(stats);
    if (status != DPS_OK)
        matting_matrix_clear(matrix);
    return status;
}

void matting_matrix_clear(MattingMatrix *matrix)
{
    free(matrix->row);
    free(matrix->col);
    free(matrix->val);
    *matrix = (MattingMatrix){ 0 };
}

/* -------------------------------------------------------------------- energy */

/* Room for what one row of windows needs: its stats, and of p the mean, the covariances with the
 * image, which become the affine map a = D c, and the energies. */
enum { ENERGY_MEAN = ROW_STATS, ENERGY_MAP, ENERGY_SUM = ENERGY_MAP + 3, ENERGY_ROWS };

/* map = D map, window by window. */
static void map_row(size_t m, const double *d, double *restrict map)
{
#pragma omp simd
    for (size_t x = 0; x < m; x++) {
        double c0 = map[x], c1 = map[m + x], c2 = map[2 * m + x];
        map[x] = d[x] * c0 + d[m + x] * c1 + d[2 * m + x] * c2;
        map[m + x] = d[m + x] * c0 + d[3 * m + x] * c1 + d[4 * m + x] * c2;
        map[2 * m + x] = d[2 * m + x] * c0 + d[4 * m + x] * c1 + d[5 * m + x] * c2;
    }
}

/* sum[x] += squared residuals of p - pbar - a . (I - mu) in window x. */
static void residual_row(const Windows *w, const float *p, int y, const double *room,
                         double *restrict sum)
{
    size_t m = (size_t) w->across, plane = image_pixels(w->image);
    const double *mean = room, *pbar = room + ENERGY_MEAN * m, *a = room + ENERGY_MAP * m;
    for (int i = 0; i < w->side; i++)
        for (int j = 0; j < w->side; j++) {
            size_t at = (size_t) (y + i) * (size_t) w->image->width + (size_t) j;
            const float *r = w->image->data + at, *g = r + plane, *b = g + plane, *q = p + at;
#pragma omp simd
            for (size_t x = 0; x < m; x++) {
                double e = (double) q[x] - pbar[x] - a[x] * ((double) r[x] - mean[x]) -
                           a[m + x] * ((double) g[x] - mean[m + x]) -
                           a[2 * m + x] * ((double) b[x] - mean[2 * m + x]);
                sum[x] += e * e;
            }
        }
}

static double energy_row(const Windows *w, const DpsImage *p, int y, double *room)
{
    size_t m = (size_t) w->across;
    double *pbar = room + ENERGY_MEAN * m, *a = room + ENERGY_MAP * m;
    double *sum = room + ENERGY_SUM * m, energy = 0;
    window_row(w, y, room);
    memset(sum, 0, m * sizeof *sum);
    for (int k = 0; k < p->channels; k++) {
        const float *plane = image_plane(p, k);
        mean_row(w, plane, y, pbar);
        for (int c = 0; c < 3; c++)
            covariance_row(w, image_plane(w->image, c), room + (size_t) c * m, plane, pbar, y,
                           a + (size_t) c * m);
        map_row(m, room + INVERSE * m, a);
        residual_row(w, plane, y, room, sum);
        for (size_t x = 0; x < m; x++)
            sum[x] += w->eps * (a[x] * a[x] + a[m + x] * a[m + x] + a[2 * m + x] * a[2 * m + x]);
    }
    for (size_t x = 0; x < m; x++)
        energy += sum[x];
    return energy;
}

bool matting_energy(const DpsImage *image, const DpsImage *p, int radius, double eps,
                    const DpsWork *work, double *energy)
{
    Windows w = windows_of(image, radius, eps);
    double *rows = calloc((size_t) w.down + 1, sizeof *rows);
    bool ok = rows != NULL;
    *energy = 0;
#pragma omp parallel num_threads(work_threads(work))
    {
        double *room = malloc((ENERGY_ROWS * (size_t) w.across + 1) * sizeof *room);
#pragma omp for schedule(dynamic, 4)
        for (int y = 0; y < w.down; y++)
            if (rows && room)
                rows[y] = energy_row(&w, p, y, room);
        if (!room) {
#pragma omp atomic write
            ok = false;
        }
        free(room);
    }
    for (int y = 0; ok && y < w.down; y++)
        *energy += rows[y];
    free(rows);
    return ok;
}
