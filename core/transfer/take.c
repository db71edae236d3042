/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "image/luma.h"
#include "take.h"
#include "work.h"

#include <math.h>

/* out = y + s (v - v's luma) with the largest s <= 1 that stays within [low, high]; y lies there. */
static void lay_over(const float v[3], float y, float low, float high, float out[3])
{
    float from = luma_709(v[0], v[1], v[2]), s = 1;

    for (int c = 0; c < 3; c++) {
        float d = v[c] - from;
        if (s * d > high - y)
            s = (high - y) / d;
        else if (s * d < low - y)
            s = (low - y) / d;
    }
    for (int c = 0; c < 3; c++)
        out[c] = y + s * (v[c] - from);
}

void take_over_pixel(const float c[3], DpsTake take, float r[3])
{
    float out[3], low = 0, high = 1;

    if (take == DPS_TAKE_ALL)
        return;
    for (int k = 0; k < 3; k++) {
        low = fminf(low, c[k]);
        high = fmaxf(high, c[k]);
    }
    if (take == DPS_TAKE_COLOUR)
        lay_over(r, luma_709(c[0], c[1], c[2]), low, high, out);
    else
        lay_over(c, fminf(fmaxf(luma_709(r[0], r[1], r[2]), low), high), low, high, out);
    for (int k = 0; k < 3; k++)
        r[k] = out[k];
}

void take_over(const DpsImage *content, DpsTake take, const DpsWork *work, DpsImage *result)
{
    ptrdiff_t n = (ptrdiff_t) image_pixels(content);

    if (take == DPS_TAKE_ALL)
        return;
#pragma omp parallel for schedule(static) num_threads(work_threads(work))
    for (ptrdiff_t i = 0; i < n; i++) {
        float c[3], r[3];
        for (int k = 0; k < 3; k++) {
            c[k] = image_plane(content, k)[i];
            r[k] = image_plane(result, k)[i];
        }
        take_over_pixel(c, take, r);
        for (int k = 0; k < 3; k++)
            image_plane(result, k)[i] = r[k];
    }
}
