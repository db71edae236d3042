/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "quantise.h"

#include <math.h>

/* Interleaved gradient noise in [0, 1): J. Jimenez, "Next Generation Post Processing in
 * Call of Duty: Advanced Warfare", SIGGRAPH 2014.  Neighbours differ much, so it looks
 * like blue noise; the shift per channel keeps it free of colour casts. */
static float gradient_noise(int x, int y, int channel)
{
    double along = 0.06711056 * (x + 47 * channel) + 0.00583715 * (y + 17 * channel);
    double noise = 52.9829189 * (along - floor(along));
    return (float) (noise - floor(noise));
}

static float clip(float value)
{
    return value > 0 ? fminf(value, 1) : 0;
}

guint8 quantise_8(float value, int x, int y, int channel)
{
    float scaled = clip(value) * 255;
    float nearest = floorf(scaled + 0.5f);
    if (fabsf(scaled - nearest) < 1e-3f)
        return (guint8) nearest;
    return (guint8) CLAMP(floorf(scaled + gradient_noise(x, y, channel)), 0, 255);
}

guint16 quantise_16(float value)
{
    return (guint16) (clip(value) * 65535 + 0.5f);
}
