/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The resizing of image.h: tables of weights for both sides, and passes across and down. */
#include "image.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum { KERNEL_LANCZOS, KERNEL_TRIANGLE, KERNEL_AREA, KERNEL_ADAPTIVE } Kernel;

/* How one side of a picture is resampled: pixel o of the result is the sum over i < count[o] of
 * weight[o * most + i] times pixel first[o] + i of the source.  fixed: the weights times 2^22. */
typedef struct {
    int out, most;
    int *first, *count;
    float *weight;
    int *fixed;
} Axis;

enum { FIXED_BITS = 22 };

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
static void axis_weights(Kernel kernel, int in, int out, int o, Axis *axis)
{
    int first = axis->first[o], count = axis->count[o];
    size_t row = (size_t) o * (size_t) axis->most;
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
            axis->weight[row + (size_t) i] = (float) (w / sum);
            axis->fixed[row + (size_t) i] = (int) round(w / sum * (1 << FIXED_BITS));
        }
}

static void axis_clear(Axis *axis)
{
    free(axis->first);
    free(axis->count);
    free(axis->weight);
    free(axis->fixed);
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
    axis->weight = malloc((size_t) out * (size_t) axis->most * sizeof *axis->weight);
    axis->fixed = malloc((size_t) out * (size_t) axis->most * sizeof *axis->fixed);
    if (!axis->weight || !axis->fixed) {
        axis_clear(axis);
        return false;
    }
    for (int o = 0; o < out; o++)
        axis_weights(kernel, in, out, o, axis);
    return true;
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
    bool clip;
} Resize;

/* Rows [begin, end) of one plane.  ring: y->most rows that hold the source's rows, already
 * resampled across, row i at i modulo y->most; order: room for y->most pointers. */
static void resize_rows(const Resize *rs, const float *in, int in_width, float *out, int begin,
                        int end, float *ring, float **order)
{
    const Axis *y = rs->y;
    int width = rs->x->out, ready = y->first[begin];
    for (int o = begin; o < end; o++) {
        for (int last = y->first[o] + y->count[o]; ready < last; ready++) {
            float *row = ring + (size_t) (ready % y->most) * (size_t) width;
            row_across(rs->x, in + (size_t) ready * (size_t) in_width, row);
        }
        for (int i = 0; i < y->count[o]; i++)
            order[i] = ring + (size_t) ((y->first[o] + i) % y->most) * (size_t) width;
        float *to = out + (size_t) o * (size_t) width;
        row_down(width, y->count[o], y->weight + (size_t) o * (size_t) y->most, order, to);
        for (int x = 0; rs->clip && x < width; x++)
            to[x] = image_clipped(to[x]);
    }
}

/* Across, then down, both at once in a ring of rows, so that no picture in between is held. */
static bool resize_planes(const Resize *rs, const DpsImage *in, const DpsWork *work, DpsImage *out)
{
    /* what takes less than a millisecond is not worth waiting for a second thread */
    int workers = image_values(in) < 200000 ? 1 : work_threads(work), height = out->height;
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

static bool resize(const DpsImage *in, int width, int height, Kernel kernel, const DpsWork *work,
                   DpsImage *out)
{
    *out = (DpsImage){ 0 };
    Axis x = { 0 }, y = { 0 };
    Resize rs = { &x, &y, kernel == KERNEL_LANCZOS };
    bool ok = image_size_fits(in->channels, width, height) &&
              axis_init(&x, kernel, in->width, width) &&
              axis_init(&y, kernel, in->height, height) &&
              dps_image_init(out, in->channels, width, height) && resize_planes(&rs, in, work, out);
    axis_clear(&x);
    axis_clear(&y);
    if (!ok)
        dps_image_clear(out);
    return ok;
}

bool image_resize_lanczos(const DpsImage *in, int width, int height, const DpsWork *work,
                          DpsImage *out)
{
    return resize(in, width, height, KERNEL_LANCZOS, work, out);
}

bool image_resize_bilinear(const DpsImage *in, int width, int height, const DpsWork *work,
                           DpsImage *out)
{
    return resize(in, width, height, KERNEL_TRIANGLE, work, out);
}

bool image_resize_area(const DpsImage *in, int width, int height, const DpsWork *work,
                       DpsImage *out)
{
    return resize(in, width, height, KERNEL_AREA, work, out);
}

bool image_resize_adaptive(const DpsImage *in, int width, int height, const DpsWork *work,
                           DpsImage *out)
{
    return resize(in, width, height, KERNEL_ADAPTIVE, work, out);
}

bool image_resize_mask(const DpsImage *in, int width, int height, const DpsWork *work,
                       DpsImage *out)
{
    bool shrinks = width <= in->width && height <= in->height;
    return resize(in, width, height, shrinks ? KERNEL_ADAPTIVE : KERNEL_TRIANGLE, work, out);
}

/* ------------------------------------------------------------- Pillow's arithmetic */

static unsigned char to_byte(float v)
{
    return (unsigned char) (image_clipped(v) * 255 + 0.5f);
}

/* The value of a sum of bytes times fixed weights, with its half already added. */
static unsigned char from_fixed(int sum)
{
    int v = sum >> FIXED_BITS;
    return (unsigned char) (v < 0 ? 0 : v > 255 ? 255 : v);
}

static void bytes_across(const Axis *x, const unsigned char *in, unsigned char *out)
{
    for (int o = 0; o < x->out; o++) {
        const int *weight = x->fixed + (size_t) o * (size_t) x->most;
        const unsigned char *from = in + x->first[o];
        int sum = 1 << (FIXED_BITS - 1);
        for (int i = 0; i < x->count[o]; i++)
            sum += weight[i] * from[i];
        out[o] = from_fixed(sum);
    }
}

/* Row o of the result; sum: room for a row. */
static void bytes_down(const Axis *y, int o, const unsigned char *in, size_t width, int *sum,
                       float *out)
{
    const int *weight = y->fixed + (size_t) o * (size_t) y->most;
    for (size_t x = 0; x < width; x++)
        sum[x] = 1 << (FIXED_BITS - 1);
    for (int i = 0; i < y->count[o]; i++) {
        const unsigned char *row = in + (size_t) (y->first[o] + i) * width;
        for (size_t x = 0; x < width; x++)
            sum[x] += weight[i] * row[x];
    }
    for (size_t x = 0; x < width; x++)
        out[x] = (float) from_fixed(sum[x]) / 255;
}

/* One plane.  across: room for in_height rows of out's width. */
static bool resize_bytes(const Axis *x, const Axis *y, const float *in, int in_width, int in_height,
                         const DpsWork *work, unsigned char *across, float *out)
{
    size_t width = (size_t) x->out;
    bool ok = true;
#pragma omp parallel num_threads(work_threads(work))
    {
        unsigned char *bytes = malloc((size_t) in_width);
        int *sum = malloc(width * sizeof *sum);
        bool mine = bytes && sum;
#pragma omp for schedule(static)
        for (int r = 0; r < in_height; r++) {
            const float *row = in + (size_t) r * (size_t) in_width;
            for (int i = 0; mine && i < in_width; i++)
                bytes[i] = to_byte(row[i]);
            if (mine)
                bytes_across(x, bytes, across + (size_t) r * width);
        }
#pragma omp for schedule(static)
        for (int o = 0; o < y->out; o++)
            if (mine)
                bytes_down(y, o, across, width, sum, out + (size_t) o * width);
        if (!mine) {
#pragma omp atomic write
            ok = false;
        }
        free(bytes);
        free(sum);
    }
    return ok;
}

bool image_resize_lanczos8(const DpsImage *in, int width, int height, const DpsWork *work,
                           DpsImage *out)
{
    *out = (DpsImage){ 0 };
    Axis x = { 0 }, y = { 0 };
    unsigned char *across = NULL;
    bool ok = axis_init(&x, KERNEL_LANCZOS, in->width, width) &&
              axis_init(&y, KERNEL_LANCZOS, in->height, height) &&
              dps_image_init(out, in->channels, width, height) &&
              (across = malloc((size_t) in->height * (size_t) width));
    for (int c = 0; ok && c < in->channels; c++)
        ok = resize_bytes(&x, &y, image_plane(in, c), in->width, in->height, work, across,
                          image_plane(out, c));
    free(across);
    axis_clear(&x);
    axis_clear(&y);
    if (!ok)
        dps_image_clear(out);
    return ok;
}
