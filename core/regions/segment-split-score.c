/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How well a division is founded in both photos. */
#include "segment.h"

#include <math.h>

#define LEAST 0.05 /* of either photo: a smaller part is none */

/* Deviations below which colours and (logarithms of) textures are noise. */
#define LEAST_COLOUR 0.03
#define LEAST_TEXTURE 0.3

double segment_share(const SegmentPicture *picture, int k)
{
    size_t n = image_pixels(&picture->small), count = 0, visible = 0;
    for (size_t i = 0; i < n; i++) {
        count += picture->label[i] == k;
        visible += picture->label[i] != SEGMENT_HIDDEN;
    }
    return visible ? (double) count / (double) visible : 0;
}

static double step(const DpsImage *feature, size_t i, size_t j)
{
    double sum = 0;
    for (int c = 0; c < SEGMENT_COLOURS; c++) {
        double d = (double) (image_plane(feature, c)[i] - image_plane(feature, c)[j]);
        sum += d * d;
    }
    return sqrt(sum);
}

/* How much more colours change across the border between a and b than elsewhere in the two. */
static double contrast(const SegmentPicture *picture, int a, int b)
{
    const DpsImage *feature = &picture->feature;
    const uint8_t *label = picture->label;
    double across = 0, within = 0;
    size_t borders = 0, inner = 0, w = (size_t) feature->width, n = image_pixels(feature);
    for (size_t i = 0; i < n; i++) {
        if (label[i] != a && label[i] != b)
            continue;
        const size_t near[] = { (i + 1) % w ? i + 1 : i, i + w < n ? i + w : i };
        for (int k = 0; k < 2; k++) {
            size_t j = near[k];
            if (j == i || (label[j] != a && label[j] != b))
                continue;
            double d = step(feature, i, j);
            if (label[j] != label[i]) {
                across += d;
                borders++;
            } else {
                within += d;
                inner++;
            }
        }
    }
    return borders ? across / (double) borders / (within / (double) (inner + !inner) + 1e-3) : 0;
}

enum { COMPARED = SEGMENT_DOWN }; /* colours and textures, not places */

/* The two parts of one picture: where their means are, feature by feature. */
typedef struct {
    const SegmentPicture *picture;
    int a, b;
    double count[2], mean[2][COMPARED];
    double unit[COMPARED]; /* one over the deviation over both */
} Parts;

/* 0 for a, 1 for b, -1 for neither. */
static int side_of(const Parts *parts, size_t i)
{
    uint8_t label = parts->picture->label[i];
    return label == parts->a ? 0 : label == parts->b ? 1 : -1;
}

static void find_means(Parts *parts, int c)
{
    const float *plane = image_plane(&parts->picture->feature, c);
    size_t n = image_pixels(&parts->picture->feature);
    double sum[2] = { 0, 0 }, square = 0;
    parts->count[0] = parts->count[1] = 0;
    for (size_t i = 0; i < n; i++) {
        int side = side_of(parts, i);
        if (side < 0)
            continue;
        sum[side] += (double) plane[i];
        square += (double) plane[i] * (double) plane[i];
        parts->count[side]++;
    }
    double all = parts->count[0] + parts->count[1], mean = (sum[0] + sum[1]) / all;
    double deviation = sqrt(fmax(0, square / all - mean * mean));
    parts->unit[c] = 1 / fmax(deviation, c < SEGMENT_COLOURS ? LEAST_COLOUR : LEAST_TEXTURE);
    for (int side = 0; side < 2; side++)
        parts->mean[side][c] = sum[side] / parts->count[side];
}

/* How far the two stand apart in one picture's colours and textures: the squared distance of the
 * means over the variance within along the line between them, all features in units of their
 * deviation over both.  12 for a smooth run of one of them that is cut in two.  Neither is empty. */
static double separation(const SegmentPicture *picture, int a, int b)
{
    Parts parts = { .picture = picture, .a = a, .b = b };
    size_t n = image_pixels(&picture->feature);
    double line[COMPARED], length = 0, within = 0;
    for (int c = 0; c < COMPARED; c++) {
        find_means(&parts, c);
        line[c] = (parts.mean[1][c] - parts.mean[0][c]) * parts.unit[c];
        length += line[c] * line[c];
    }
    for (size_t i = 0; i < n; i++) {
        int side = side_of(&parts, i);
        double along = 0;
        for (int c = 0; c < COMPARED && side >= 0; c++) {
            double v = (double) image_plane(&picture->feature, c)[i];
            along += (v - parts.mean[side][c]) * parts.unit[c] * line[c];
        }
        within += along * along;
    }
    return length * length * (parts.count[0] + parts.count[1]) / (within + 1e-9);
}

double segment_split_score(const SegmentPicture picture[2], int a, int b)
{
    double score = INFINITY;
    for (int m = 0; m < 2; m++) {
        if (segment_share(&picture[m], a) < LEAST || segment_share(&picture[m], b) < LEAST)
            return 0;
        double here = separation(&picture[m], a, b) * contrast(&picture[m], a, b);
        score = fmin(score, here);
    }
    return score;
}
