/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* look.c - a look from samples.
 *
 * First the affine map that fits all samples best; then, at the table's nodes, what it leaves: the D that
 * makes
 *
 *     sum_i w_i |D(from_i) - (to_i - affine(from_i))|^2 + SMOOTH sum_neighbours |D_a - D_b|^2
 *
 * least, D between the nodes being trilinear and the weights summing to the number of nodes.  Without
 * samples D goes on smoothly, so the table goes on affinely.  Conjugate gradients, all three colours at
 * once. */

#include "image/affine-solve.h"
#include "image/difference.h"
#include "look-samples.h"
#include "message.h"
#include "take.h"
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = DPS_LOOK_SIDE, NODES = SIDE * SIDE * SIDE, VALUES = 3 * NODES, CORNERS = 8 };

#define SMOOTH 5
#define ROUNDS 150
#define ENOUGH 1e-5 /* of the first residual's length */
/* Of the affine fit: a photo of one colour has no slopes. */
#define AFFINE_EPS 1e-4

/* ----------------------------------------------------------------- one colour */

/* The cell's corner nearest to 0 and how far along its axes a colour lies. */
static int place(const float in[3], int side, float along[3])
{
    int at = 0;

    for (int c = 2; c >= 0; c--) {
        float v = image_clipped(in[c]) * (float) (side - 1);
        int from = (int) v < side - 2 ? (int) v : side - 2;
        along[c] = v - (float) from;
        at = at * side + from;
    }
    return at;
}

static inline int corner_node(int at, int side, int corner)
{
    return at + (corner & 1) + (corner >> 1 & 1) * side + (corner >> 2) * side * side;
}

static inline float corner_weight(const float along[3], int corner)
{
    return (corner & 1 ? along[0] : 1 - along[0]) * (corner & 2 ? along[1] : 1 - along[1]) *
           (corner & 4 ? along[2] : 1 - along[2]);
}

void dps_look_apply(const DpsLook *look, const float in[3], float out[3])
{
    float along[3], sum[3] = { 0 };
    int at = place(in, look->side, along);

    for (int k = 0; k < CORNERS; k++) {
        const float *node = look->colour + 3 * corner_node(at, look->side, k);
        for (int c = 0; c < 3; c++)
            sum[c] += corner_weight(along, k) * node[c];
    }
    memcpy(out, sum, sizeof sum);
}

void dps_look_apply_photo(const DpsLook *look, const DpsImage *photo, DpsTake take, double amount,
                          const DpsWork *work, DpsImage *out)
{
    ptrdiff_t n = (ptrdiff_t) image_pixels(photo);

#pragma omp parallel for schedule(static) num_threads(work_threads(work))
    for (ptrdiff_t i = 0; i < n; i++) {
        bool hidden = photo->channels > 3 && !(image_plane(photo, 3)[i] > 0);
        float part = hidden ? 0 : (float) amount, in[3], shown[3], colour[3];
        for (int c = 0; c < 3; c++) {
            in[c] = image_plane(photo, c)[i];
            shown[c] = image_clipped(in[c]);
        }
        dps_look_apply(look, shown, colour);
        take_over_pixel(shown, take, colour);
        for (int c = 0; c < 3; c++)
            image_plane(out, c)[i] = image_blended(shown[c], colour[c], part) + (in[c] - shown[c]);
    }
}

void dps_look_clear(DpsLook *look)
{
    free(look->colour);
    *look = (DpsLook){ 0 };
}

/* ------------------------------------------------------------- the affine map */

/* map[4 d ..]: for colour d the slopes and the constant. */
static void fit_affine(const LookSample *samples, int count, float map[12])
{
    double mean[SUMS] = { 0 }, all = 0;

    for (const LookSample *s = samples; s < samples + count; s++) {
        double *square = mean + SUM_SQUARE, *cross = mean + SUM_CROSS, w = (double) s->weight;
        all += w;
        for (int a = 0; a < 3; a++) {
            mean[SUM_GUIDE + a] += w * (double) s->from[a];
            mean[SUM_RESULT + a] += w * (double) s->to[a];
            for (int b = a; b < 3; b++)
                *square++ += w * (double) s->from[a] * (double) s->from[b];
            for (int b = 0; b < 3; b++)
                *cross++ += w * (double) s->from[a] * (double) s->to[b];
        }
    }
    for (int k = 0; k < SUMS; k++)
        mean[k] /= all;
    affine_solve(mean, 1, AFFINE_EPS, NULL, map, 1);
}

static float affine(const float map[12], int d, const float in[3])
{
    return map[4 * d] * in[0] + map[4 * d + 1] * in[1] + map[4 * d + 2] * in[2] + map[4 * d + 3];
}

/* ------------------------------------------------------------------- the table */

typedef struct {
    const LookSample *samples;
    int count;
    float scale; /* of the weights */
} Data;

/* out = (sum_i w_i t_i t_i' + SMOOTH L) d, t_i being a sample's trilinear weights and L the table's
 * Laplacian. */
static void multiply(const Data *data, const float *d, float *out)
{
    memset(out, 0, VALUES * sizeof *out);
    for (const LookSample *s = data->samples; s < data->samples + data->count; s++) {
        float along[3], value[3];
        int at = place(s->from, SIDE, along);
        dps_look_apply(&(DpsLook){ SIDE, (float *) d }, s->from, value);
        for (int k = 0; k < CORNERS; k++) {
            float w = data->scale * s->weight * corner_weight(along, k);
            for (int c = 0; c < 3; c++)
                out[3 * corner_node(at, SIDE, k) + c] += w * value[c];
        }
    }
    for (int axis = 0, step = 3; axis < 3; axis++, step *= SIDE)
        for (int i = 0; i < VALUES; i++)
            if (i / step % SIDE < SIDE - 1) {
                float flow = (float) SMOOTH * (d[i] - d[i + step]);
                out[i] += flow;
                out[i + step] -= flow;
            }
}

/* sum_i w_i t_i (to_i - affine(from_i)) */
static void right_side(const Data *data, const float map[12], float *out)
{
    memset(out, 0, VALUES * sizeof *out);
    for (const LookSample *s = data->samples; s < data->samples + data->count; s++) {
        float along[3];
        int at = place(s->from, SIDE, along);
        for (int k = 0; k < CORNERS; k++)
            for (int c = 0; c < 3; c++)
                out[3 * corner_node(at, SIDE, k) + c] += data->scale * s->weight *
                                                         corner_weight(along, k) *
                                                         (s->to[c] - affine(map, c, s->from));
    }
}

static double dot(const float *a, const float *b)
{
    double sum = 0;

    for (int i = 0; i < VALUES; i++)
        sum += (double) a[i] * (double) b[i];
    return sum;
}

/* d = the solution, from 0; r is the right side and is changed; p, q: room.  False: cancelled. */
static bool solve(const Data *data, float *d, float *r, float *p, float *q, const DpsWork *work)
{
    double now = dot(r, r), enough = ENOUGH * ENOUGH * now;

    memset(d, 0, VALUES * sizeof *d);
    memcpy(p, r, VALUES * sizeof *p);
    for (int round = 0; round < ROUNDS && now > enough; round++) {
        if (work_cancelled(work))
            return false;
        multiply(data, p, q);
        float step = (float) (now / dot(p, q));
        for (int i = 0; i < VALUES; i++) {
            d[i] += step * p[i];
            r[i] -= step * q[i];
        }
        double before = now;
        now = dot(r, r);
        float turn = (float) (now / before);
        for (int i = 0; i < VALUES; i++)
            p[i] = r[i] + turn * p[i];
    }
    return true;
}

/* Adds the affine map to what it leaves. */
static void complete(const float map[12], float *colour)
{
    for (int i = 0; i < NODES; i++) {
        float in[3] = { (float) (i % SIDE), (float) (i / SIDE % SIDE), (float) (i / SIDE / SIDE) };
        for (int c = 0; c < 3; c++)
            in[c] /= SIDE - 1;
        for (int c = 0; c < 3; c++)
            colour[3 * i + c] = image_clipped(colour[3 * i + c] + affine(map, c, in));
    }
}

static DpsStatus fit(const LookSample *samples, int count, const DpsWork *work, DpsLook *look)
{
    float *room = malloc(4 * (size_t) VALUES * sizeof *room), map[12];
    double all = 0;

    if (!room)
        return DPS_NO_MEMORY;
    for (int i = 0; i < count; i++)
        all += (double) samples[i].weight;
    const Data data = { samples, count, (float) (NODES / all) };
    fit_affine(samples, count, map);
    right_side(&data, map, room + VALUES);
    if (!solve(&data, room, room + VALUES, room + 2 * VALUES, room + 3 * VALUES, work)) {
        free(room);
        return DPS_CANCELLED;
    }
    complete(map, room);
    float *less = realloc(room, VALUES * sizeof *room);
    *look = (DpsLook){ SIDE, less ? less : room };
    return DPS_OK;
}

DpsStatus dps_look_fit(const DpsImage *content, const DpsImage *result, const DpsImage *mask,
                       const DpsWork *work, DpsLook *look, DpsMessage *message)
{
    int count;

    *look = (DpsLook){ 0 };
    if (content->channels < 3 || result->channels < 3 || content->width != result->width ||
        content->height != result->height) {
        say(message, DPS_SAY_BAD_PICTURE,
            N_("The photo has %d x %d pixels and its result %d x %d; a look is made from pictures "
               "of "
               "the same size."),
            content->width, content->height, result->width, result->height);
        return DPS_BAD_INPUT;
    }
    LookSample *samples = look_samples(content, result, mask, &count);
    DpsStatus status = samples ? DPS_OK : DPS_NO_MEMORY;
    if (samples && !count) {
        say(message, DPS_SAY_BAD_REGIONS, N_("The mask covers nothing of the photo."));
        status = DPS_BAD_INPUT;
    }
    if (!status)
        status = fit(samples, count, work, look);
    if (status == DPS_CANCELLED)
        say(message, DPS_SAY_CANCELLED, N_("Cancelled."));
    else if (status == DPS_NO_MEMORY)
        say(message, DPS_SAY_NO_MEMORY, N_("There is not enough memory for a look."));
    free(samples);
    return status;
}

/* ------------------------------------------------------------------- the loss */

/* What the looks make of a sample; false where no mask covers it. */
static bool blend(const LookSample *s, const DpsImage *content, int looks, const DpsLook *look,
                  const DpsImage *const *mask, float out[3])
{
    float all = 0, sum[3] = { 0 };

    for (int k = 0; k < looks; k++) {
        float w = mask && mask[k]
                      ? look_mask_at(mask[k], s->x, s->y, content->width, content->height)
                      : 1;
        float colour[3];
        dps_look_apply(&look[k], s->from, colour);
        for (int c = 0; c < 3; c++)
            sum[c] += w * colour[c];
        all += w;
    }
    for (int c = 0; c < 3; c++)
        out[c] = sum[c] / all;
    return all > 0;
}

double dps_looks_difference(const DpsImage *content, const DpsImage *result, int looks,
                            const DpsLook *look, const DpsImage *const *mask)
{
    double sum = 0, all = 0;
    int count;
    LookSample *samples = look_samples(content, result, NULL, &count);

    for (const LookSample *s = samples; samples && s < samples + count; s++) {
        float colour[3];
        double have[3], want[3];
        if (!blend(s, content, looks, look, mask, colour))
            continue;
        difference_lab(colour, have);
        difference_lab(s->to, want);
        sum += (double) s->weight * difference_2000(have, want);
        all += (double) s->weight;
    }
    free(samples);
    return all > 0 ? sum / all : 0;
}
