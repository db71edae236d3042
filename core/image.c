/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "image.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

bool image_size_fits(int channels, int width, int height)
{
    if (channels < 1 || width < 1 || height < 1)
        return false;
    return (size_t) width <= PTRDIFF_MAX / sizeof(float) / (size_t) channels / (size_t) height;
}

bool dps_image_init(DpsImage *image, int channels, int width, int height)
{
    *image = (DpsImage){ 0 };
    if (!image_size_fits(channels, width, height))
        return false;
    float *data = calloc((size_t) width * (size_t) height * (size_t) channels, sizeof *data);
    if (!data)
        return false;
    *image = (DpsImage){ channels, width, height, data };
    return true;
}

void dps_image_clear(DpsImage *image)
{
    free(image->data);
    *image = (DpsImage){ 0 };
}

bool image_copy(const DpsImage *in, DpsImage *out)
{
    if (!dps_image_init(out, in->channels, in->width, in->height))
        return false;
    memcpy(out->data, in->data, image_values(in) * sizeof(float));
    return true;
}

int image_threads(int threads)
{
#ifdef _OPENMP
    return threads > 0 ? threads : omp_get_num_procs();
#else
    (void) threads;
    return 1;
#endif
}

/* ----------------------------------------------------------------- resizing */

typedef enum { KERNEL_LANCZOS, KERNEL_TRIANGLE, KERNEL_AREA, KERNEL_ADAPTIVE } Kernel;

/* How one side of a picture is resampled: pixel o of the result is the sum over i < count[o] of
 * weight[o * most + i] times pixel first[o] + i of the source. */
typedef struct {
    int out, most;
    int *first, *count;
    float *weight;
} Axis;

static double sinc(double x)
{
    double t = 3.14159265358979323846 * x;
    return x == 0 ? 1 : sin(t) / t;
}

static double kernel_at(Kernel kernel, double x)
{
    if (kernel == KERNEL_LANCZOS)
        return fabs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
    return fabs(x) < 1 ? 1 - fabs(x) : 0;
}

/* The source pixels that pixel o sees: [*first, return). */
static int axis_interval(Kernel kernel, int in, int out, int o, int *first)
{
    double step = (double) in / out, centre = (o + 0.5) * step;
    double support = (kernel == KERNEL_LANCZOS ? 3 : 1) * fmax(step, 1);
    int end;
    if (kernel == KERNEL_LANCZOS || kernel == KERNEL_TRIANGLE) {
        *first = (int) fmax(0, centre - support + 0.5);
        end = (int) fmin(in, centre + support + 0.5);
    } else { /* floor and ceiling, in integers */
        *first = (int) ((long long) o * in / out);
        end = (int) (((long long) (o + 1) * in + out - 1) / out);
    }
    return end > *first ? end : *first + 1;
}

/* The weights of pixel o, which sum to one. */
static void axis_weights(Kernel kernel, int in, int out, int o, int first, int count, float *weight)
{
    double step = (double) in / out, centre = (o + 0.5) * step, narrow = 1 / fmax(step, 1);
    double sum = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < count; i++) {
            int at = first + i;
            double w = 1;
            if (kernel == KERNEL_AREA)
                w = fmax(0, fmin((o + 1) * step, at + 1) - fmax(o * step, at));
            else if (kernel != KERNEL_ADAPTIVE)
                w = kernel_at(kernel, (at + 0.5 - centre) * narrow);
            if (pass == 0)
                sum += w;
            else
                weight[i] = (float) (w / sum);
        }
}

static void axis_clear(Axis *axis)
{
    free(axis->first);
    free(axis->count);
    free(axis->weight);
    *axis = (Axis){ 0 };
}

static bool axis_init(Axis *axis, Kernel kernel, int in, int out)
{
    *axis = (Axis){ .out = out };
    axis->first = malloc((size_t) out * sizeof *axis->first);
    axis->count = malloc((size_t) out * sizeof *axis->count);
    if (!axis->first || !axis->count) {
        axis_clear(axis);
        return false;
    }
    for (int o = 0; o < out; o++) {
        axis->count[o] = axis_interval(kernel, in, out, o, &axis->first[o]) - axis->first[o];
        axis->most = axis->count[o] > axis->most ? axis->count[o] : axis->most;
    }
    axis->weight = calloc((size_t) out * (size_t) axis->most, sizeof *axis->weight);
    if (!axis->weight) {
        axis_clear(axis);
        return false;
    }
    for (int o = 0; o < out; o++)
        axis_weights(kernel, in, out, o, axis->first[o], axis->count[o],
                     axis->weight + (size_t) o * (size_t) axis->most);
    return true;
}

static inline float clip(float v)
{
    return v > 0 ? (v < 1 ? v : 1) : 0;
}

static inline float round8(float v)
{
    return floorf(clip(v) * 255 + 0.5f) / 255;
}

static void row_across(const Axis *x, const float *in, float *out)
{
    for (int o = 0; o < x->out; o++) {
        const float *weight = x->weight + (size_t) o * (size_t) x->most, *from = in + x->first[o];
        int count = x->count[o];
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int i = 0; i < count; i++)
            sum += weight[i] * from[i];
        out[o] = sum;
    }
}

/* Adds the weighted rows, four at a time so that `out` is read and written less often. */
static void row_down(int width, int count, const float *weight, float *const *row, float *out)
{
    memset(out, 0, (size_t) width * sizeof *out);
    int i = 0;
    for (; i + 4 <= count; i += 4) {
        const float *a = row[i], *b = row[i + 1], *c = row[i + 2], *d = row[i + 3];
        float wa = weight[i], wb = weight[i + 1], wc = weight[i + 2], wd = weight[i + 3];
#pragma omp simd
        for (int x = 0; x < width; x++)
            out[x] += wa * a[x] + wb * b[x] + (wc * c[x] + wd * d[x]);
    }
    for (; i < count; i++) {
        const float *a = row[i];
        float wa = weight[i];
#pragma omp simd
        for (int x = 0; x < width; x++)
            out[x] += wa * a[x];
    }
}

typedef struct {
    const Axis *x, *y;
    bool clip, round;
} Resize;

static void row_finish(const Resize *rs, bool last, float *row)
{
    if (rs->round)
        for (int x = 0; x < rs->x->out; x++)
            row[x] = round8(row[x]);
    else if (last && rs->clip)
        for (int x = 0; x < rs->x->out; x++)
            row[x] = clip(row[x]);
}

/* Rows [begin, end) of one plane.  ring: y->most rows that hold the source's rows, already resampled
 * across, row i at i modulo y->most; order: room for y->most pointers. */
static void resize_rows(const Resize *rs, const float *in, int in_width, float *out, int begin,
                        int end, float *ring, float **order)
{
    const Axis *y = rs->y;
    int width = rs->x->out, ready = y->first[begin];
    for (int o = begin; o < end; o++) {
        for (int last = y->first[o] + y->count[o]; ready < last; ready++) {
            float *row = ring + (size_t) (ready % y->most) * (size_t) width;
            row_across(rs->x, in + (size_t) ready * (size_t) in_width, row);
            row_finish(rs, false, row);
        }
        for (int i = 0; i < y->count[o]; i++)
            order[i] = ring + (size_t) ((y->first[o] + i) % y->most) * (size_t) width;
        float *to = out + (size_t) o * (size_t) width;
        row_down(width, y->count[o], y->weight + (size_t) o * (size_t) y->most, order, to);
        row_finish(rs, true, to);
    }
}

/* Across, then down, both at once in a ring of rows, so that no picture in between is held. */
static bool resize_planes(const Resize *rs, const DpsImage *in, int threads, DpsImage *out)
{
    int workers = image_threads(threads), height = out->height;
    int parts = (2 * workers + in->channels - 1) / in->channels;
    parts = parts < height ? parts : height;
    bool ok = true;
#pragma omp parallel num_threads(workers)
    {
        size_t most = (size_t) rs->y->most;
        float *ring = malloc(most * (size_t) out->width * sizeof *ring);
        float **order = malloc(most * sizeof *order);
        bool mine = ring && order;
#pragma omp for schedule(dynamic)
        for (int job = 0; job < parts * in->channels; job++) {
            int channel = job / parts, part = job % parts;
            int begin = (int) ((long long) height * part / parts);
            int end = (int) ((long long) height * (part + 1) / parts);
            if (mine)
                resize_rows(rs, image_plane(in, channel), in->width, image_plane(out, channel),
                            begin, end, ring, order);
        }
        if (!mine) {
#pragma omp atomic write
            ok = false;
        }
        free(ring);
        free(order);
    }
    return ok;
}

static bool resize(const DpsImage *in, int width, int height, Kernel kernel, bool round,
                   int threads, DpsImage *out)
{
    *out = (DpsImage){ 0 };
    Axis x = { 0 }, y = { 0 };
    Resize rs = { &x, &y, kernel == KERNEL_LANCZOS, round };
    bool ok = image_size_fits(in->channels, width, height) &&
              axis_init(&x, kernel, in->width, width) &&
              axis_init(&y, kernel, in->height, height) &&
              dps_image_init(out, in->channels, width, height) &&
              resize_planes(&rs, in, threads, out);
    axis_clear(&x);
    axis_clear(&y);
    if (!ok)
        dps_image_clear(out);
    return ok;
}

bool image_resize_lanczos(const DpsImage *in, int width, int height, int threads, DpsImage *out)
{
    return resize(in, width, height, KERNEL_LANCZOS, false, threads, out);
}

bool image_resize_lanczos8(const DpsImage *in, int width, int height, int threads, DpsImage *out)
{
    return resize(in, width, height, KERNEL_LANCZOS, true, threads, out);
}

bool image_resize_bilinear(const DpsImage *in, int width, int height, int threads, DpsImage *out)
{
    return resize(in, width, height, KERNEL_TRIANGLE, false, threads, out);
}

bool image_resize_area(const DpsImage *in, int width, int height, int threads, DpsImage *out)
{
    return resize(in, width, height, KERNEL_AREA, false, threads, out);
}

bool image_resize_adaptive(const DpsImage *in, int width, int height, int threads, DpsImage *out)
{
    return resize(in, width, height, KERNEL_ADAPTIVE, false, threads, out);
}

bool image_resize_mask(const DpsImage *in, int width, int height, int threads, DpsImage *out)
{
    bool shrinks = width <= in->width && height <= in->height;
    return resize(in, width, height, shrinks ? KERNEL_ADAPTIVE : KERNEL_TRIANGLE, false, threads,
                  out);
}

static int fit_side(int side, double k)
{
    double fitted = rint(side * k); /* halves to even */
    return fitted < 1 ? 1 : (int) fmin(fitted, INT_MAX);
}

void image_fit(int width, int height, int size, bool enlarge, int *out_width, int *out_height)
{
    double k = (double) size / (width > height ? width : height);
    bool keep = k > 1 && !enlarge;
    *out_width = keep ? width : fit_side(width, k);
    *out_height = keep ? height : fit_side(height, k);
}

/* ------------------------------------------------------------------- values */

void image_clip(DpsImage *image)
{
    size_t n = image_values(image);
    for (size_t i = 0; i < n; i++)
        image->data[i] = clip(image->data[i]);
}

void image_round8(DpsImage *image)
{
    size_t n = image_values(image);
    for (size_t i = 0; i < n; i++)
        image->data[i] = round8(image->data[i]);
}

void image_blend(const DpsImage *a, const DpsImage *b, double amount, DpsImage *out)
{
    size_t n = image_values(out);
    float t = (float) amount;
    for (size_t i = 0; i < n; i++)
        out->data[i] = (1 - t) * a->data[i] + t * b->data[i];
}

bool image_is_finite(const DpsImage *image)
{
    size_t n = image_values(image);
    bool finite = true;
    for (size_t i = 0; i < n && finite; i += 4096) {
        size_t end = n - i < 4096 ? n : i + 4096;
        float sum = 0; /* 0 * x is 0 for every finite x and NaN otherwise */
#pragma omp simd reduction(+ : sum)
        for (size_t j = i; j < end; j++)
            sum += 0 * image->data[j];
        finite = sum == 0;
    }
    return finite;
}
