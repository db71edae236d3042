/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* layer.h - a convolution with the gradients of its weights, on the processor: for networks so small that they are
 * trained here.
 *
 * The devices' convolutions (device/backend.h) know only the gradient of the picture. */

#ifndef LAYER_H
#define LAYER_H

#include <stdbool.h>
#include <stddef.h>

/* k x k convolution, k odd, with zeros beyond the border, of `in` planes of side x side every `stride` pixels,
 * which divides the side; then, with relu, max(0, y).  Its weights are out x in x k x k numbers and `out` constants
 * behind them. */
typedef struct {
    int in, out, k, stride, side;
    bool relu;
} ConvLayer;

static inline size_t layer_weights(const ConvLayer *l)
{
    return (size_t) l->out * ((size_t) (l->in * l->k * l->k) + 1);
}

/* Pixels of a plane of its output. */
static inline size_t layer_pixels(const ConvLayer *l)
{
    return (size_t) (l->side / l->stride) * (size_t) (l->side / l->stride);
}

/* Numbers of `room`, below. */
static inline size_t layer_room(const ConvLayer *l)
{
    return (size_t) (l->in * l->k * l->k) * layer_pixels(l);
}

/* x: in planes; y: out planes. */
void layer_forward(const ConvLayer *, const float *weight, const float *x, float *room, float *y);

/* dy: the gradient of a loss with respect to y, which is changed.  dweight: that with respect to the weights is added
 * to it; dx (may be NULL) becomes that with respect to x. */
void layer_back(const ConvLayer *, const float *weight, const float *x, const float *y, float *dy,
                float *room, float *dweight, float *dx);

#endif
