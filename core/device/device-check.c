/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* device_check: whether a device computes what the processor does, on tasks so small that nobody
 * waits for them.  A driver, a library and a GPU that don't go together show here, and not as odd
 * colours in somebody's photo. */

#include "device.h"

#include "device/cpu/cpu.h"
#include "image/random.h"
#include "message.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HEIGHT 9
#define WIDTH 11
#define PIXELS (HEIGHT * WIDTH)
#define FEATURES 8
#define REGIONS 2
#define RESULTS (3 * PIXELS + REGIONS * FEATURES * FEATURES)
#define TOLERANCE 0.05 /* relative to the largest number; TF32 is off by 0.01 at the end */

enum { IMAGE, GRADIENT, FIRST, SECOND, FEATURE_GRADIENT, BEFORE, SIGNS, GRAM, TENSORS };

typedef struct {
    Tensor *t[TENSORS];
    Conv *conv[2];
    Masks *masks;
} Task;

static void fill(float *v, size_t n, double scale, unsigned seed)
{
    Random r = { seed };

    for (size_t i = 0; i < n; i++)
        v[i] = (float) (scale * random_normal(&r));
}

static bool make(Device *dev, Task *t)
{
    static const int planes[TENSORS] = { 3, 3, FEATURES, FEATURES, FEATURES, FEATURES, FEATURES };
    const Backend *be = dev->be;
    float weight[FEATURES * FEATURES * 9], bias[FEATURES], mask[REGIONS * PIXELS];
    bool good = true;

    for (int i = 0; i < GRAM; i++)
        good = (t->t[i] = be->tensor(dev, planes[i], HEIGHT, WIDTH)) && good;
    good = (t->t[GRAM] = be->tensor(dev, REGIONS, FEATURES, FEATURES)) && good;
    fill(weight, sizeof weight / sizeof *weight, 0.2, 1);
    fill(bias, FEATURES, 0.2, 2);
    for (int i = 0; i < REGIONS * PIXELS; i++) /* the left part, and a soft right part */
        mask[i] = i < PIXELS ? i % WIDTH < 4 : 0.1f * (float) (i % WIDTH);
    for (int i = 0; i < 2; i++) {
        ConvShape s = { .cin = i ? FEATURES : 3, .cout = FEATURES, .k = 3, .stride = 1, .pad = 1 };
        s.mode = i ? PAD_CONSTANT : PAD_REFLECT;
        good = (t->conv[i] = be->conv_new(dev, &s, weight, bias)) && good;
    }
    t->masks = be->masks(dev, REGIONS, HEIGHT, WIDTH, mask);
    return good && t->masks;
}

static void drop(Device *dev, Task *t)
{
    for (int i = 0; i < TENSORS; i++)
        dev->be->drop(t->t[i]);
    for (int i = 0; i < 2; i++)
        dev->be->conv_drop(t->conv[i]);
    dev->be->masks_drop(t->masks);
}

/* Two convolutions and a Gram matrix, there and back; sum: a dot product of what comes out.  Which
 * outputs pass a gradient is given: it must not hang on rounding. */
static DpsStatus compute(Device *dev, float out[RESULTS], double *sum)
{
    const Backend *be = dev->be;
    float image[3 * PIXELS], signs[FEATURES * PIXELS];
    Task task = { .masks = NULL };
    Tensor **t = task.t;
    DpsStatus status = DPS_NO_MEMORY;

    fill(image, 3 * PIXELS, 0.5, 3);
    fill(signs, FEATURES * PIXELS, 1, 4);
    if (make(dev, &task)) {
        be->upload(t[IMAGE], image);
        be->upload(t[SIGNS], signs);
        be->conv(t[FIRST], task.conv[0], t[IMAGE]);
        be->conv(t[SECOND], task.conv[1], t[FIRST]);
        be->gram(t[GRAM], t[SECOND], task.masks);
        be->gram_back(t[FEATURE_GRADIENT], t[GRAM], t[SECOND], task.masks, false);
        be->conv_back(t[BEFORE], task.conv[1], t[FEATURE_GRADIENT], t[SIGNS], false);
        be->conv_back(t[GRADIENT], task.conv[0], t[BEFORE], t[SIGNS], false);
        be->dots(0, t[GRADIENT], 1, &t[GRADIENT]);
        be->download(t[GRADIENT], out);
        be->download(t[GRAM], out + 3 * PIXELS);
        status = be->read(dev, 0, 1, sum);
    }
    drop(dev, &task);
    return status;
}

static bool close_to(const float *a, const float *b, size_t n)
{
    double off = 0, size = 0;

    for (size_t i = 0; i < n; i++) {
        off = fmax(off, isfinite(a[i]) ? fabs((double) a[i] - b[i]) : INFINITY);
        size = fmax(size, fabs((double) b[i]));
    }
    return off <= TOLERANCE * size;
}

bool device_check(const Backend *be, DpsMessage *why)
{
    const Backend *on[2] = { be, &cpu_backend };
    const DpsWork options = { .threads = 1 };
    float out[2][RESULTS];
    double sum[2] = { 0, 0 };

    if (why)
        *why = (DpsMessage){ 0 };
    for (int i = 0; i < 2; i++) {
        Device *dev = on[i]->open(&options);
        DpsStatus status = dev ? compute(dev, out[i], &sum[i]) : DPS_NO_MEMORY;
        on[i]->close(dev);
        if (status) {
            say(why, DPS_SAY_NO_DEVICE,
                status == DPS_NO_MEMORY
                    ? N_("The device \"%s\" failed in a small test: it has not enough memory free.")
                    : N_("The device \"%s\" failed in a small test: it broke off."),
                on[i]->name);
            return false;
        }
    }
    if (close_to(out[0], out[1], 3 * PIXELS) &&
        close_to(out[0] + 3 * PIXELS, out[1] + 3 * PIXELS, RESULTS - 3 * PIXELS) &&
        fabs(sum[0] - sum[1]) <= TOLERANCE * fabs(sum[1]))
        return true;
    say(why, DPS_SAY_NO_DEVICE, N_("The device \"%s\" gave wrong results in a small test."),
        be->name);
    return false;
}
