/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "predictor.h"

#include "image/luma.h"
#include "image/random.h"
#include "layer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST, SECOND, THIRD, WHOLE, BOTH, MAPS, LAYERS };

enum { CELLS = GRID_SIDE * GRID_SIDE, PICTURES = 6 * PREDICTOR_SIDE * PREDICTOR_SIDE };

static const ConvLayer layer[LAYERS] = {
    [FIRST] = { 6, 16, 3, 2, PREDICTOR_SIDE, true },
    [SECOND] = { 16, 32, 3, 2, PREDICTOR_SIDE / 2, true },
    [THIRD] = { 32, 32, 3, 1, GRID_SIDE, true },
    [WHOLE] = { 64, 32, 1, 1, 1, true },
    [BOTH] = { 64, 32, 1, 1, GRID_SIDE, true },
    [MAPS] = { 32, GRID_CELL, 1, 1, GRID_SIDE, false },
};

/* Outputs and their gradients.  `both` is the third's output with the whole's spread out behind it. */
typedef struct {
    float first[16 * 4 * CELLS], second[32 * CELLS], both[64 * CELLS], about[32 + PREDICTOR_CLASSES],
        whole[32], last[32 * CELLS], maps[GRID_VALUES];
} Values;

struct Predictor {
    Values y, dy;
    float grid[GRID_VALUES];
    float room[32 * 9 * CELLS]; /* the most that a layer wants */
};

Predictor *predictor_new(void)
{
    return calloc(1, sizeof(Predictor));
}

void predictor_free(Predictor *p)
{
    free(p);
}

/* Where each layer's weights begin. */
static void find_weights(size_t at[LAYERS])
{
    at[0] = 0;
    for (int i = 1; i < LAYERS; i++)
        at[i] = at[i - 1] + layer_weights(&layer[i - 1]);
}

void predictor_draw(unsigned seed, float weight[PREDICTOR_WEIGHTS])
{
    Random random = { seed };
    size_t at[LAYERS];

    find_weights(at);
    memset(weight, 0, PREDICTOR_WEIGHTS * sizeof *weight);
    for (int i = 0; i < MAPS; i++) {
        int taps = layer[i].in * layer[i].k * layer[i].k;
        for (int k = 0; k < layer[i].out * taps; k++)
            weight[at[i] + (size_t) k] = (float) (sqrt(2.0 / taps) * random_normal(&random));
    }
}

static bool draw_small(const DpsImage *picture, const DpsWork *work, float *out)
{
    DpsImage small;

    if (!image_resize_area(picture, PREDICTOR_SIDE, PREDICTOR_SIDE, work, &small))
        return false;
    for (size_t i = 0; i < image_values(&small); i++)
        out[i] = small.data[i] - 0.5f;
    dps_image_clear(&small);
    return true;
}

/* The colours of a small picture less 1/2, by brightness. */
static void sort_colours(const float *small, float classes[PREDICTOR_CLASSES])
{
    const int n = PREDICTOR_SIDE * PREDICTOR_SIDE;

    memset(classes, 0, PREDICTOR_CLASSES * sizeof *classes);
    for (int i = 0; i < n; i++) {
        const float colour[3] = { small[i] + 0.5f, small[n + i] + 0.5f, small[2 * n + i] + 0.5f };
        float at = image_clipped(luma_601(colour[0], colour[1], colour[2])) * (GRID_DEPTH - 1);
        int from = (int) at < GRID_DEPTH - 2 ? (int) at : GRID_DEPTH - 2;
        for (int k = 0; k < 2; k++) {
            float share = (k ? at - (float) from : (float) from + 1 - at) / (float) n;
            float *class = classes + 4 * (from + k), grey = (float) (from + k) / (GRID_DEPTH - 1);
            class[0] += share;
            for (int c = 0; c < 3; c++)
                class[1 + c] += share * (colour[c] - grey);
        }
    }
}

bool predictor_look(const DpsImage *content, const DpsImage *guess, const DpsWork *work,
                    float input[PREDICTOR_INPUTS])
{
    float *second = input + PICTURES / 2;

    if (!draw_small(content, work, input) || !draw_small(guess, work, second))
        return false;
    sort_colours(second, input + PICTURES);
    return true;
}

/* out[cell][plane] = in[plane][cell], or with the two numbers changed the way back. */
static void transpose(const float *in, int rows, int columns, float *out)
{
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++)
            out[c * rows + r] = in[r * columns + c];
}

const float *predictor_forward(Predictor *p, const float weight[PREDICTOR_WEIGHTS],
                               const float input[PREDICTOR_INPUTS])
{
    Values *y = &p->y;
    size_t at[LAYERS];

    find_weights(at);
    layer_forward(&layer[FIRST], weight + at[FIRST], input, p->room, y->first);
    layer_forward(&layer[SECOND], weight + at[SECOND], y->first, p->room, y->second);
    layer_forward(&layer[THIRD], weight + at[THIRD], y->second, p->room, y->both);
    for (int k = 0; k < 32; k++) {
        y->about[k] = 0;
        for (int i = 0; i < CELLS; i++)
            y->about[k] += y->both[k * CELLS + i] / CELLS;
    }
    memcpy(y->about + 32, input + PICTURES, PREDICTOR_CLASSES * sizeof *input);
    layer_forward(&layer[WHOLE], weight + at[WHOLE], y->about, p->room, y->whole);
    for (int i = 0; i < 32 * CELLS; i++)
        y->both[32 * CELLS + i] = y->whole[i / CELLS];
    layer_forward(&layer[BOTH], weight + at[BOTH], y->both, p->room, y->last);
    layer_forward(&layer[MAPS], weight + at[MAPS], y->last, p->room, y->maps);
    transpose(y->maps, GRID_CELL, CELLS, p->grid);
    return p->grid;
}

void predictor_back(Predictor *p, const float weight[PREDICTOR_WEIGHTS],
                    const float input[PREDICTOR_INPUTS], const float dgrid[GRID_VALUES],
                    float dweight[PREDICTOR_WEIGHTS])
{
    Values *y = &p->y, *dy = &p->dy;
    size_t at[LAYERS];

    find_weights(at);
    transpose(dgrid, CELLS, GRID_CELL, dy->maps);
    layer_back(&layer[MAPS], weight + at[MAPS], y->last, y->maps, dy->maps, p->room,
               dweight + at[MAPS], dy->last);
    layer_back(&layer[BOTH], weight + at[BOTH], y->both, y->last, dy->last, p->room,
               dweight + at[BOTH], dy->both);
    memset(dy->whole, 0, sizeof dy->whole);
    for (int i = 0; i < 32 * CELLS; i++)
        dy->whole[i / CELLS] += dy->both[32 * CELLS + i];
    layer_back(&layer[WHOLE], weight + at[WHOLE], y->about, y->whole, dy->whole, p->room,
               dweight + at[WHOLE], dy->about);
    for (int i = 0; i < 32 * CELLS; i++)
        dy->both[i] += dy->about[i / CELLS] / CELLS;
    layer_back(&layer[THIRD], weight + at[THIRD], y->second, y->both, dy->both, p->room,
               dweight + at[THIRD], dy->second);
    layer_back(&layer[SECOND], weight + at[SECOND], y->first, y->second, dy->second, p->room,
               dweight + at[SECOND], dy->first);
    layer_back(&layer[FIRST], weight + at[FIRST], input, y->first, dy->first, p->room,
               dweight + at[FIRST], NULL);
}
