/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Halves by height: the zenith and the horizon of a sky, the far and the near of a plain.
 *
 * Where regions are right, halves of equal shares do no harm: what the two halves of the style have
 * together, its mean and its scatter, is what the region had.  Where the photos' light changes from
 * top to bottom they keep it from being mixed, and where a region holds several things (a vault, pews
 * and a floor) height is the best guess at which is which. */
#include "segment.h"

#include <math.h>

void segment_halve(SegmentPicture picture[2], int region, int other)
{
    for (int m = 0; m < 2; m++) {
        size_t n = image_pixels(&picture[m].small), count = 0, above = 0;
        uint8_t *label = picture[m].label;
        for (size_t i = 0; i < n; i++)
            count += label[i] == region;
        for (size_t i = 0; i < n; i++)
            if (label[i] == region && ++above > count / 2)
                label[i] = (uint8_t) other;
    }
}

double segment_change(const SegmentPicture *picture, int a, int b)
{
    size_t n = image_pixels(&picture->small), count[2] = { 0, 0 };
    double sum[2][3] = { { 0 } }, change = 0;
    for (size_t i = 0; i < n; i++) {
        int side = picture->label[i] == a ? 0 : picture->label[i] == b ? 1 : -1;
        if (side < 0)
            continue;
        count[side]++;
        for (int c = 0; c < 3; c++)
            sum[side][c] += (double) image_plane(&picture->small, c)[i];
    }
    if (!count[0] || !count[1])
        return 0;
    for (int c = 0; c < 3; c++) {
        double d = sum[0][c] / (double) count[0] - sum[1][c] / (double) count[1];
        change += d * d / 3;
    }
    return sqrt(change);
}
