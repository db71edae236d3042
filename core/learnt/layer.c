/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "layer.h"

#include <string.h>

/* y += sum over k of a[k step] x[k]; x: rows of n numbers.  Four rows at a time: y is read and written less. */
static void add(float *restrict y, const float *a, size_t step, size_t count,
                const float *restrict x, size_t n)
{
    size_t k = 0;

    for (; k + 4 <= count; k += 4, a += 4 * step, x += 4 * n)
        for (size_t i = 0; i < n; i++)
            y[i] += a[0] * x[i] + a[step] * x[n + i] + a[2 * step] * x[2 * n + i] +
                    a[3 * step] * x[3 * n + i];
    for (; k < count; k++, a += step, x += n)
        for (size_t i = 0; i < n; i++)
            y[i] += a[0] * x[i];
}

static inline float dot(const float *x, const float *y, size_t n)
{
    float sum[8] = { 0 }, all = 0;
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++)
            sum[k] += x[i + k] * y[i + k];
    for (; i < n; i++)
        all += x[i] * y[i];
    for (size_t k = 0; k < 8; k++)
        all += sum[k];
    return all;
}

/* Each tap's pixels in a row: room[tap][pixel], and back, where they are added to x. */
static void taps(const ConvLayer *l, float *x, float *room, bool back)
{
    int side = l->side, half = l->k / 2, out = side / l->stride;

    for (int c = 0; c < l->in; c++)
        for (int t = 0; t < l->k * l->k; t++)
            for (int y = 0; y < out; y++) {
                int row = y * l->stride + t / l->k - half, column = t % l->k - half;
                float *plane = x + (size_t) (c * side * side);
                for (int i = 0; i < out; i++, room++, column += l->stride) {
                    bool inside = row >= 0 && row < side && column >= 0 && column < side;
                    if (!back)
                        *room = inside ? plane[row * side + column] : 0;
                    else if (inside)
                        plane[row * side + column] += *room;
                }
            }
}

void layer_forward(const ConvLayer *l, const float *weight, const float *x, float *room, float *y)
{
    size_t n = layer_pixels(l), all = (size_t) (l->in * l->k * l->k);
    const float *constant = weight + (size_t) l->out * all;

    taps(l, (float *) x, room, false);
    for (int o = 0; o < l->out; o++, y += n) {
        for (size_t i = 0; i < n; i++)
            y[i] = constant[o];
        add(y, weight + (size_t) o * all, 1, all, room, n);
        for (size_t i = 0; l->relu && i < n; i++)
            y[i] = y[i] > 0 ? y[i] : 0;
    }
}

void layer_back(const ConvLayer *l, const float *weight, const float *x, const float *y, float *dy,
                float *room, float *dweight, float *dx)
{
    size_t n = layer_pixels(l), all = (size_t) (l->in * l->k * l->k), out = (size_t) l->out;

    for (size_t i = 0; l->relu && i < out * n; i++)
        dy[i] = y[i] > 0 ? dy[i] : 0;
    taps(l, (float *) x, room, false);
    for (size_t o = 0; o < out; o++) {
        for (size_t t = 0; t < all; t++)
            dweight[o * all + t] += dot(dy + o * n, room + t * n, n);
        for (size_t i = 0; i < n; i++)
            dweight[out * all + o] += dy[o * n + i];
    }
    if (!dx)
        return;
    memset(room, 0, layer_room(l) * sizeof *room);
    for (size_t t = 0; t < all; t++)
        add(room + t * n, weight + t, all, out, dy, n);
    memset(dx, 0, (size_t) (l->in * l->side * l->side) * sizeof *dx);
    taps(l, dx, room, true);
}
