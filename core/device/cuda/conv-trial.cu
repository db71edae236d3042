/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whether what conv-windows.cu asks of a GPU is what that GPU does: every shape of block, once, on a picture
 * so small that nobody waits for it, against one of the other ways. */
#include "conv-windows.h"

#include <math.h>
#include <stdlib.h>

#define TRIAL_PLANES 128 /* more than one chunk */
#define TRIAL_HEIGHT 9
#define TRIAL_WIDTH 11
#define TRIAL_NUMBERS (TRIAL_PLANES * TRIAL_HEIGHT * TRIAL_WIDTH)

typedef struct {
    Conv *windows, *other; /* the same, for here and for another way */
    Tensor *in, *out, *mask;
    float *expected, *found; /* TRIAL_NUMBERS each */
} Trial;

/* Any numbers, from -scale to scale. */
static void fill(float *to, size_t n, double scale)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (float) (scale * ((uint32_t) ((i + 1) * 2654435761u) / 2147483648.0 - 1));
}

static bool prepare(Cuda *cuda, Trial *t)
{
    ConvShape s = {};
    size_t n = (size_t) WINDOW_TAPS * TRIAL_PLANES * TRIAL_PLANES;
    float *number = (float *) malloc(n * sizeof *number);

    s.cin = s.cout = TRIAL_PLANES;
    s.k = 3;
    s.stride = s.pad = 1;
    if (number) {
        fill(number, n, 0.03);
        t->windows = cuda_conv_new(&cuda->dev, &s, number, number);
        cuda->warpgroups = false;
        t->other = cuda_conv_new(&cuda->dev, &s, number, number);
        cuda->warpgroups = true;
    }
    t->expected = (float *) malloc(TRIAL_NUMBERS * sizeof *t->expected);
    t->found = (float *) malloc(TRIAL_NUMBERS * sizeof *t->found);
    for (Tensor **p : { &t->in, &t->out, &t->mask })
        *p = cuda_tensor_new(&cuda->dev, TRIAL_PLANES, TRIAL_HEIGHT, TRIAL_WIDTH);
    bool good = number && t->windows && t->other && t->expected && t->found && t->in && t->out &&
                t->mask;
    if (good) {
        fill(t->found, TRIAL_NUMBERS, 1);
        cuda_upload(t->in, t->found);
        fill(t->found, TRIAL_NUMBERS, -1);
        cuda_upload(t->mask, t->found);
    }
    free(number);
    return good;
}

#define TRIAL_TOLERANCE 0.02 /* of the mean; what rounds differently is off by 0.004 */

/* Every shape of block, forward or back, against the other way. */
static bool all_shapes_agree(Cuda *cuda, const Trial *t, bool back)
{
    View in = view_of(t->in), out = view_of(t->out);
    const CudaConv *c = (const CudaConv *) t->windows;
    Windows w = back ? conv_windows_backward(out, c, in, view_of(t->mask))
                     : conv_windows_forward(out, c, in);

    for (int shape = -1; shape < BLOCK_SHAPES; shape++) {
        double difference = 0, size = 0;
        if (shape >= 0)
            conv_windows_launch(cuda, w, shape);
        else if (back)
            cuda_conv_back(t->out, t->other, t->in, t->mask, false);
        else
            cuda_conv(t->out, t->other, t->in);
        cuda_download(t->out, shape < 0 ? t->expected : t->found);
        for (size_t i = 0; shape >= 0 && i < TRIAL_NUMBERS; i++) {
            difference += fabs(t->found[i] - t->expected[i]);
            size += fabs(t->expected[i]);
        }
        if (cuda->status || (shape >= 0 && !(difference < TRIAL_TOLERANCE * size)))
            return false;
    }
    return true;
}

bool conv_windows_tried(Cuda *cuda)
{
    Trial t = {};

    cuda->warpgroups = true;
    bool good = prepare(cuda, &t) && all_shapes_agree(cuda, &t, false) &&
                all_shapes_agree(cuda, &t, true);
    cuda_conv_drop(t.windows);
    cuda_conv_drop(t.other);
    for (Tensor *p : { t.in, t.out, t.mask })
        cuda_drop(p);
    free(t.expected);
    free(t.found);
    /* Where no more than a launch was refused, other ways still go. */
    if (cuda->status == DPS_DEVICE_FAILED && !cudaStreamSynchronize(cuda->stream))
        cuda->status = DPS_OK;
    cuda->warpgroups = good;
    return good;
}
