/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The style loss: Gram matrices, or means and deviations, layer by layer and region by region, against the
 * style's. */

#include "objective-private.h"

#include <math.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ masks */

/* Masks that follow the network to a layer, through every convolution and pooling before it. */
static bool follow(const Network *n, int layer, const int *w, const int *h, const DpsWork *work,
                   DpsImage *masks)
{
    const Layer *l = &n->layer[layer];
    bool spreads = l->kind == LAYER_JOIN || (l->conv && l->conv->shape.k > 1);

    if (l->from != NETWORK_INPUT && !follow(n, l->from, w, h, work, masks))
        return false;
    if (spreads && !regions_follow_convolution(masks))
        return false;
    return (masks->width == w[layer] && masks->height == h[layer]) ||
           regions_follow_pooling(masks, w[layer], h[layer], work);
}

/* The masks at a layer, whose node gives the size. */
static bool masks_at(const Objective *e, const DpsImage *masks, Node *const *node, int layer,
                     const DpsWork *work, DpsImage *out)
{
    int w[NETWORK_LAYERS], h[NETWORK_LAYERS];

    for (int i = 0; i < e->network->layers; i++) {
        w[i] = node_shape(node[i])->w;
        h[i] = node_shape(node[i])->h;
    }
    if (e->o.weighting.masks == MASKS_SHRINK)
        return regions_shrink(masks, w[layer], h[layer], work, out);
    if (!image_copy(masks, out))
        return false;
    if (follow(e->network, layer, w, h, work, out))
        return true;
    dps_image_clear(out);
    return false;
}

static double plane_sum(const DpsImage *masks, int k)
{
    const float *m = image_plane(masks, k);
    double sum = 0;

    for (size_t i = 0; i < image_pixels(masks); i++)
        sum += m[i];
    return sum;
}

static double plane_squares(const DpsImage *masks, int k)
{
    const float *m = image_plane(masks, k);
    double sum = 0;

    for (size_t i = 0; i < image_pixels(masks); i++)
        sum += (double) m[i] * (double) m[i];
    return sum;
}

/* Weight of a region's |G - T|^2 within a layer. */
static double region_share(const Objective *e, const DpsImage *masks, int k)
{
    double n = plane_sum(masks, k), least = e->o.min_region_pixels;

    if (e->o.weighting.share == SHARE_BY_AREA)
        return n / (double) image_pixels(masks);
    return n < least ? n / least : 1;
}

/* Scales each plane so that diag(m^2) carries the normalisation and the square root of the region's
 * weight: the loss is then a plain squared difference. */
static void fold_scale(const Objective *e, DpsImage *masks, int planes, const double *share)
{
    bool moments = e->o.statistics == DPS_STATISTICS_MOMENTS;
    double each = e->o.weighting.normalise == NORMALISE_BY_COUNT ? planes : 1;

    for (int k = 0; k < masks->channels; k++) {
        double sum = moments ? plane_squares(masks, k) : plane_sum(masks, k) * each;
        float scale = sum > 0 ? (float) sqrt(sqrt(share[k]) / sum) : 0;
        float *m = image_plane(masks, k);
        for (size_t i = 0; i < image_pixels(masks); i++)
            m[i] *= scale;
    }
}

/* The masks of one style layer, scaled, on the device; share[k] is filled from the content's masks
 * and used for both pictures. */
static Masks *layer_masks(const Objective *e, const DpsImage *masks, Node *const *node, int layer,
                          const DpsWork *work, double *share, bool fill)
{
    const Network *n = e->network;
    DpsImage at;

    if (!masks_at(e, masks, node, layer, work, &at))
        return NULL;
    for (int k = 0; fill && k < at.channels; k++)
        share[k] = region_share(e, &at, k);
    fold_scale(e, &at, node_shape(node[layer])->c, share);
    Masks *m = n->dev->be->masks(n->dev, at.channels, at.height, at.width, at.data);
    dps_image_clear(&at);
    return m;
}

/* ------------------------------------------------------------------ targets */

/* The style's statistics become the targets; what a layer is divided by follows from their size. */
static DpsStatus keep_targets(const Objective *e, Node *const *style, Term *term)
{
    const Network *n = e->network;
    Device *dev = n->dev;
    double norm[NETWORK_STYLES], shares = 0;

    for (int i = 0; i < n->styles; i++) {
        if (!(term[i].target = objective_copy(node_value(style[i]))))
            return DPS_NO_MEMORY;
        dev->be->dots(i, term[i].target, 1, &term[i].target);
        shares += n->share[i];
    }
    DpsStatus status = dev->be->read(dev, 0, n->styles, norm);
    for (int i = 0; i < n->styles && !status; i++) {
        const Tensor *target = term[i].target;
        double numbers = (double) target->h * target->w;
        bool count = e->o.weighting.normalise == NORMALISE_BY_COUNT;
        term[i].share = n->share[i];
        term[i].weight *= n->share[i];
        term[i].normaliser = count ? numbers : shares * norm[i];
    }
    return status;
}

static DpsStatus make_targets(const Objective *e, const Sources *s, double *share, Term *term)
{
    const Network *n = e->network;
    const DpsImage *style = s->style;
    Tape *tape = tape_new(n->dev, 3, style->height, style->width, false);
    Masks *m[NETWORK_STYLES] = { 0 };
    Node *node[NETWORK_LAYERS], *statistics[NETWORK_STYLES];
    DpsStatus status = DPS_NO_MEMORY;
    bool ok = tape != NULL;

    if (ok)
        network_record(n, n->layers, tape, node);
    for (int i = 0; i < n->styles && ok; i++) {
        double *of_layer = share + i * s->style_masks.channels;
        m[i] = layer_masks(e, &s->style_masks, node, n->style[i], s->work, of_layer, false);
        ok = m[i] && (statistics[i] = objective_statistics(e, tape, node[n->style[i]], m[i]));
    }
    if (ok)
        status = objective_forward(tape, style);
    if (!status)
        status = keep_targets(e, statistics, term);
    tape_free(tape);
    for (int i = 0; i < n->styles; i++)
        if (m[i])
            n->dev->be->masks_drop(m[i]);
    return status;
}

/* ------------------------------------------------------------------ the terms */

DpsStatus style_loss_terms(Objective *e, const Sources *s)
{
    const Network *n = e->network;
    int regions = s->content_masks.channels;
    double *share = calloc((size_t) n->styles * regions + 1, sizeof *share);
    Term *term = &e->term[e->terms];
    DpsStatus status = share ? DPS_OK : DPS_NO_MEMORY;

    for (int i = 0; i < n->styles && !status; i++) {
        Term *t = objective_add_term(e, LOSS_STYLE, 0);
        t->x = s->node[n->style[i]];
        t->masks = layer_masks(e, &s->content_masks, s->node, n->style[i], s->work,
                               share + i * regions, true);
        status = t->masks ? DPS_OK : DPS_NO_MEMORY;
    }
    if (!status)
        status = make_targets(e, s, share, term);
    free(share);
    return status;
}
