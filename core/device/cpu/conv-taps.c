/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* An image's filters, in groups that use the same taps.
 *
 * Tap t of plane c has the number c k k + t, the sum of plane c over the window cin k k + c. */
#include "conv-private.h"

#include <string.h>

static bool is_flat(const float *weight, int kk)
{
    for (int t = 1; t < kk; t++)
        if (weight[t] != *weight)
            return false;
    return kk > 1 && *weight != 0;
}

/* What output o has for a tap. */
static float weight_of(const ConvShape *s, const float *weight, int o, int tap)
{
    int kk = s->k * s->k, sum = tap - s->cin * kk, plane = sum < 0 ? tap / kk : sum;
    const float *w = weight + ((size_t) o * s->cin + plane) * kk;

    return is_flat(w, kk) ? (sum < 0 ? 0 : *w) : (sum < 0 ? w[tap % kk] : 0);
}

static bool is_used(const ConvShape *s, const float *weight, int first, int outputs, int tap)
{
    for (int o = first; o < first + outputs; o++)
        if (weight_of(s, weight, o, tap) != 0)
            return true;
    return false;
}

static int all_taps(const ConvShape *s)
{
    return s->cin * (s->k * s->k + 1);
}

/* The taps of one panel, in a group of its own or added to the last one, which ends where it begins. */
static void add_panel(CpuConv *c, const float *weight, int first, int wide, int *tap)
{
    const ConvShape *s = &c->c.shape;
    int outputs = s->cout - first < wide ? s->cout - first : wide, taps = 0;
    TapGroup *last = &c->group[c->groups - 1];

    for (int t = 0; t < all_taps(s); t++)
        if (is_used(s, weight, first, outputs, t))
            tap[taps++] = t;
    if (c->groups && last->taps == taps &&
        memcmp(last->tap, tap, (size_t) taps * sizeof *tap) == 0) {
        last->outputs += outputs;
        return;
    }
    c->group[c->groups++] =
        (TapGroup){ .first = first, .outputs = outputs, .taps = taps, .tap = tap };
    c->taps += taps;
    c->sums = c->sums || (taps && tap[taps - 1] >= s->cin * s->k * s->k);
}

static void fill_group(TapGroup *g, const ConvShape *s, const float *weight, int wide)
{
    for (int i = 0; i < g->taps; i++)
        for (int j = 0; j < g->outputs; j++) {
            float v = weight_of(s, weight, g->first + j, g->tap[i]);
            g->forward[((size_t) (j / wide) * g->taps + i) * wide + j % wide] = v;
            g->backward[(size_t) i * g->outputs + j] = v;
        }
}

bool conv_make_groups(CpuConv *c, const float *weight)
{
    const ConvShape *s = &c->c.shape;
    int wide = cpu_of(c->c.dev)->kernels->columns, panels = (s->cout + wide - 1) / wide;
    size_t outputs = (size_t) panels * wide, taps = (size_t) all_taps(s);
    size_t products = taps * outputs, numbers = cpu_aligned(2 * products + outputs + s->cin);
    size_t lists = cpu_aligned(panels * taps);
    size_t bytes = (numbers + lists) * sizeof(float) + panels * sizeof(TapGroup);
    float *forward = cpu_alloc(bytes), *backward = forward + products;

    if (!forward)
        return false;
    memset(forward, 0, bytes);
    c->own = forward;
    c->bias = backward + products;
    c->border = c->bias + outputs;
    int *tap = (int *) (forward + numbers);
    c->group = (TapGroup *) (tap + lists);
    for (int p = 0; p < panels; p++)
        add_panel(c, weight, p * wide, wide, tap + p * taps);
    for (TapGroup *g = c->group; g < c->group + c->groups; g++) {
        g->forward = forward;
        g->backward = backward;
        forward += (size_t) g->taps * ((g->outputs + wide - 1) / wide * wide);
        backward += (size_t) g->taps * g->outputs;
        fill_group(g, s, weight, wide);
    }
    return true;
}
