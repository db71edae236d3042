/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Rows of a convolution's input with the border laid on. */
#include "conv-private.h"

#include <string.h>

Strip strip_shape(int k, bool image, int channels, bool sums, int rows, int width)
{
    Strip s = { .rows = rows,
                .width = width,
                .channels = channels,
                .k = k,
                .image = image,
                .sums = sums,
                .size = (size_t) channels * (sums ? 2 : 1) * rows * width };

    s.plane = s.image ? (size_t) rows * width : 1;
    s.pixel = s.image ? 1 : (size_t) channels;
    s.row = s.pixel * width;
    return s;
}

void strip_taps(int *offset, const Strip *s)
{
    for (int t = 0; t < s->k * s->k; t++)
        for (int c = 0; c < s->channels; c++)
            *offset++ = (int) (t / s->k * s->row + t % s->k * s->pixel) + c;
}

void strip_group_taps(int *offset, const Strip *s, const CpuConv *conv)
{
    int kk = s->k * s->k, planes = s->channels;

    for (const TapGroup *g = conv->group; g < conv->group + conv->groups; g++)
        for (int i = 0; i < g->taps; i++) {
            int tap = g->tap[i], plane = tap / kk, t = tap % kk;
            if (tap >= planes * kk) {
                plane = tap - planes * kk + planes;
                t = 0;
            }
            *offset++ = (int) (plane * s->plane + t / s->k * s->row) + t % s->k;
        }
}

/* The sums of each plane over its windows: along rows, and then along columns. */
static void add_sums(float *strip, const Strip *s, const Kernels *kernels)
{
    size_t across = (size_t) s->width - s->k + 1;

    for (int c = 0; c < s->channels; c++) {
        const float *from = strip + c * s->plane;
        float *to = strip + (s->channels + c) * s->plane;
        for (int r = 0; r < s->rows; r++) {
            memcpy(to + r * s->row, from + r * s->row, across * sizeof *to);
            for (int u = 1; u < s->k; u++)
                kernels->add(to + r * s->row, from + r * s->row + u, across);
        }
        for (int r = 0; r <= s->rows - s->k; r++)
            for (int u = 1; u < s->k; u++)
                kernels->add(to + r * s->row, to + (r + u) * s->row, across);
    }
}

void strip_fill(float *to, const Strip *s, const CpuConv *c, const CpuTensor *x, int first)
{
    int h = x->t.h, w = x->t.w, pad = c->c.shape.pad;
    PadMode mode = c->c.shape.mode;

    for (int r = 0; r < s->rows; r++) {
        int i = conv_source(mode, first + r, h);
        for (int q = -pad; q < w + pad; q++) {
            int j = conv_source(mode, q, w);
            float *pixel = to + r * s->row + (q + pad) * s->pixel;
            const float *from = i < 0 || j < 0 ? c->border : x->p + ((size_t) i * w + j) * x->step;
            size_t step = from == c->border ? 1 : x->plane;
            bool inside = i >= 0 && q == 0;
            if (inside && s->image && x->step == 1) {
                for (int n = 0; n < s->channels; n++)
                    memcpy(pixel + n * s->plane, from + n * step, w * sizeof(float));
                q = w - 1;
            } else if (inside && !s->image && step == 1 && x->step == s->pixel) {
                memcpy(pixel, from, w * s->pixel * sizeof(float));
                q = w - 1;
            } else
                for (int n = 0; n < s->channels; n++)
                    pixel[n * s->plane] = from[n * step];
        }
    }
    if (s->sums)
        add_sums(to, s, cpu_of(c->c.dev)->kernels);
}
