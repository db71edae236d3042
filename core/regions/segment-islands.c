/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Pixels that hang together, and islands too small to be a place of their own. */
#include "segment.h"

#include <stdlib.h>

/* What is added to a label once it has been looked at. */
enum { DONE = 128 };

/* The pixels that share a side with pixel i; where there is none, i itself. */
static void neighbours(const SegmentPicture *picture, size_t i, size_t near[4])
{
    size_t width = (size_t) picture->small.width, n = image_pixels(&picture->small), x = i % width;
    near[0] = x > 0 ? i - 1 : i;
    near[1] = x + 1 < width ? i + 1 : i;
    near[2] = i >= width ? i - width : i;
    near[3] = i + width < n ? i + width : i;
}

size_t segment_flood(SegmentPicture *picture, size_t start, uint8_t mark, size_t *stack)
{
    uint8_t *label = picture->label, own = label[start];
    size_t found = 1, near[4];
    stack[0] = start;
    label[start] = mark;
    for (size_t next = 0; next < found; next++) {
        neighbours(picture, stack[next], near);
        for (int k = 0; k < 4; k++)
            if (label[near[k]] == own) {
                label[near[k]] = mark;
                stack[found++] = near[k];
            }
    }
    return found;
}

/* The label that most often stands beside `count` pixels, which have label own + DONE; own: none does. */
static uint8_t surroundings(const SegmentPicture *picture, uint8_t own, const size_t *pixel,
                            size_t count)
{
    size_t beside[DONE] = { 0 }, near[4];
    uint8_t most = own;
    for (size_t i = 0; i < count; i++) {
        neighbours(picture, pixel[i], near);
        for (int k = 0; k < 4; k++) {
            uint8_t label = picture->label[near[k]] % DONE;
            if (label != own && label != SEGMENT_HIDDEN && ++beside[label] > beside[most])
                most = label;
        }
    }
    return most;
}

bool segment_drown_islands(SegmentPicture *picture)
{
    size_t n = image_pixels(&picture->small), *stack = malloc(n * sizeof *stack);
    uint8_t *label = picture->label;
    if (!stack)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint8_t own = label[i];
        if (own >= DONE || own == SEGMENT_HIDDEN)
            continue;
        size_t count = segment_flood(picture, i, (uint8_t) (own + DONE), stack);
        if ((double) count >= SEGMENT_ISLAND * (double) n)
            continue;
        uint8_t around = surroundings(picture, own, stack, count);
        for (size_t k = 0; k < count; k++)
            label[stack[k]] = (uint8_t) (around + DONE);
    }
    for (size_t i = 0; i < n; i++)
        label[i] = (uint8_t) (label[i] % DONE);
    free(stack);
    return true;
}
