/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "quantise.h"

#include <math.h>

/* What comes after the point of a number that isn't negative. */
static inline double fraction(double value)
{
    return value - (int) value;
}

/* Interleaved gradient noise in [0, 1): J. Jimenez, "Next Generation Post Processing in
 * Call of Duty: Advanced Warfare", SIGGRAPH 2014.  Neighbours differ much, so it looks
 * like blue noise; the shift per channel keeps it free of colour casts. */
static inline float gradient_noise(int x, int y, int channel)
{
    double along = 0.06711056 * (x + 47 * channel) + 0.00583715 * (y + 17 * channel);
    return (float) fraction(52.9829189 * fraction(along));
}

static inline float clip(float value)
{
    return value > 0 ? (value < 1 ? value : 1) : 0;
}

void quantise_row_8(const float *values, int count, int x, int y, int channel, guint8 *out,
                    int step)
{
#pragma omp simd
    for (int i = 0; i < count; i++) {
        float scaled = clip(values[i]) * 255;
        int nearest = (int) (scaled + 0.5f);
        int noisy = (int) (scaled + gradient_noise(x + i, y, channel));
        int value = fabsf(scaled - (float) nearest) < 1e-3f ? nearest : noisy;
        out[i * step] = (guint8) (value < 255 ? value : 255);
    }
}

void quantise_row_16(const float *values, int count, guint16 *out, int step)
{
#pragma omp simd
    for (int i = 0; i < count; i++)
        out[i * step] = (guint16) (clip(values[i]) * 65535 + 0.5f);
}
