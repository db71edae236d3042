/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "device/quadratic.h"
#include "image/matting.h"
#include "objective.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct Objective {
    const Network *network;
    ObjectiveOptions o;
    Tape *tape;
    Linop *matting, *variation, *free_part;
    Masks *masks[NETWORK_STYLES];
    Tensor *style_target[NETWORK_STYLES], *content_target, *first;
    double style_weight[NETWORK_STYLES], content_weight, pixels;
    int style_slot[NETWORK_STYLES], content_slot, matting_slot;
};

Tape *objective_tape(const Objective *e)
{
    return e->tape;
}

const Linop *objective_matting(const Objective *e)
{
    return e->matting;
}

const Linop *objective_free_part(const Objective *e)
{
    return e->free_part;
}

void objective_free(Objective *e)
{
    if (!e)
        return;
    const Backend *be = e->network->dev->be;
    tape_free(e->tape);
    for (int i = 0; i < NETWORK_STYLES; i++) {
        if (e->masks[i])
            be->masks_drop(e->masks[i]);
        if (e->style_target[i])
            be->drop(e->style_target[i]);
    }
    if (e->content_target)
        be->drop(e->content_target);
    if (e->first)
        be->drop(e->first);
    if (e->matting)
        be->linop_drop(e->matting);
    if (e->variation)
        be->linop_drop(e->variation);
    if (e->free_part)
        be->linop_drop(e->free_part);
    free(e);
}

Losses objective_losses(const Objective *e, const double *slots)
{
    Losses l = { .total = tape_total(e->tape, slots) };

    for (int i = 0; i < e->network->styles; i++)
        l.style += e->style_weight[i] * slots[e->style_slot[i]];
    l.style /= e->o.style > 0 ? e->o.style : 1;
    l.content = e->content_weight * slots[e->content_slot] / (e->o.content > 0 ? e->o.content : 1);
    if (e->matting)
        l.matting = slots[e->matting_slot] / (e->o.paper ? 1 : e->pixels);
    return l;
}

/* ------------------------------------------------------------------ masks */

/* Masks that follow the network to a layer, through every convolution and pooling before it. */
static bool follow(const Network *n, int layer, const int *w, const int *h, DpsImage *masks)
{
    const Layer *l = &n->layer[layer];
    bool spreads = l->kind == LAYER_JOIN || (l->kind == LAYER_CONV && l->conv->shape.k > 1);

    if (l->from != NETWORK_INPUT && !follow(n, l->from, w, h, masks))
        return false;
    if (spreads && !regions_follow_convolution(masks))
        return false;
    return (masks->width == w[layer] && masks->height == h[layer]) ||
           regions_follow_pooling(masks, w[layer], h[layer]);
}

/* The masks at a layer, whose node gives the size. */
static bool masks_at(const Objective *e, const DpsImage *masks, Node *const *node, int layer,
                     DpsImage *out)
{
    int w[NETWORK_LAYERS], h[NETWORK_LAYERS];

    for (int i = 0; i < e->network->layers; i++) {
        w[i] = node_value(node[i])->w;
        h[i] = node_value(node[i])->h;
    }
    if (!e->o.paper)
        return regions_shrink(masks, w[layer], h[layer], out);
    if (!image_copy(masks, out))
        return false;
    if (follow(e->network, layer, w, h, out))
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

/* Weight of a region's |G - T|^2 within a layer: in the paper's weighting its share of the picture; in the
 * relative one 1 where the layer has enough of the region's pixels to say something of it. */
static double region_share(const Objective *e, const DpsImage *masks, int k)
{
    double n = plane_sum(masks, k);

    if (e->o.paper)
        return n / (double) image_pixels(masks);
    return n < e->o.enough ? n / e->o.enough : 1;
}

/* Scales each plane so that diag(m^2) carries the Gram matrix's normalisation and the square root
 * of the region's weight: the loss is then a plain squared difference. */
static void fold_scale(const Objective *e, DpsImage *masks, int planes, const double *share)
{
    for (int k = 0; k < masks->channels; k++) {
        double sum = plane_sum(masks, k) * (e->o.paper ? planes : 1);
        float scale = sum > 0 ? (float) sqrt(sqrt(share[k]) / sum) : 0;
        float *m = image_plane(masks, k);
        for (size_t i = 0; i < image_pixels(masks); i++)
            m[i] *= scale;
    }
}

/* The masks of one style layer, scaled, on the device; share[k] is filled from the content's masks
 * and used for both pictures. */
static Masks *layer_masks(const Objective *e, const DpsImage *masks, Node *const *node, int layer,
                          double *share, bool fill)
{
    const Network *n = e->network;
    DpsImage at;

    if (!masks_at(e, masks, node, layer, &at))
        return NULL;
    for (int k = 0; fill && k < at.channels; k++)
        share[k] = region_share(e, &at, k);
    fold_scale(e, &at, node_value(node[layer])->c, share);
    Masks *m = n->dev->be->masks(n->dev, at.channels, at.height, at.width, at.data);
    dps_image_clear(&at);
    return m;
}

/* ------------------------------------------------------------------ targets */

static Tensor *copy_of(const Tensor *x)
{
    const Backend *be = x->dev->be;
    Tensor *y = be->tensor(x->dev, x->c, x->h, x->w);

    if (y)
        be->lincomb(y, 1, (double[]){ 1 }, (Tensor *[]){ (Tensor *) x });
    return y;
}

/* Features of a picture: forward only. */
static DpsStatus forward(Tape *tape, const DpsImage *image)
{
    Device *dev = tape_device(tape);
    Tensor *x = dev->be->tensor(dev, 3, image->height, image->width);

    if (!x)
        return DPS_NO_MEMORY;
    dev->be->upload(x, image->data);
    tape_forward(tape, x);
    dev->be->drop(x);
    return DPS_OK;
}

/* The style's Gram matrices become the targets; a layer's weight follows from their size. */
static DpsStatus take_targets(Objective *e, Node *const *gram)
{
    Device *dev = e->network->dev;
    double norm[NETWORK_STYLES], shares = 0;

    for (int i = 0; i < e->network->styles; i++) {
        if (!(e->style_target[i] = copy_of(node_value(gram[i]))))
            return DPS_NO_MEMORY;
        dev->be->dots(i, e->style_target[i], 1, &e->style_target[i]);
        shares += e->network->share[i];
    }
    DpsStatus status = dev->be->read(dev, 0, e->network->styles, norm);
    for (int i = 0; i < e->network->styles && !status; i++) {
        double c = e->style_target[i]->h, style = e->o.style * e->network->share[i];
        if (e->o.paper)
            e->style_weight[i] = style / (c * c);
        else
            e->style_weight[i] = norm[i] > 0 ? style / (shares * norm[i]) : 0;
    }
    return status;
}

static DpsStatus style_targets(Objective *e, const DpsImage *style, const DpsImage *masks,
                               double *share)
{
    const Network *n = e->network;
    Tape *tape = tape_new(n->dev, 3, style->height, style->width, false);
    Masks *m[NETWORK_STYLES] = { 0 };
    Node *node[NETWORK_LAYERS], *gram[NETWORK_STYLES];
    DpsStatus status = DPS_NO_MEMORY;
    bool ok = tape != NULL;

    if (ok)
        network_record(n, tape, node);
    ok = ok && tape_ok(tape);
    for (int i = 0; i < n->styles && ok; i++) {
        m[i] = layer_masks(e, masks, node, n->style[i], share + i * masks->channels, false);
        ok = m[i] && (gram[i] = tape_gram(tape, node[n->style[i]], m[i]));
    }
    if (ok)
        status = forward(tape, style);
    if (!status)
        status = take_targets(e, gram);
    tape_free(tape);
    for (int i = 0; i < n->styles; i++)
        if (m[i])
            n->dev->be->masks_drop(m[i]);
    return status;
}

static DpsStatus content_target(Objective *e, const DpsImage *content, const Node *features)
{
    const Backend *be = e->network->dev->be;
    double norm;
    DpsStatus status = forward(e->tape, content);

    if (status)
        return status;
    const Tensor *f = node_value(features);
    if (!(e->content_target = copy_of(f)))
        return DPS_NO_MEMORY;
    be->dots(0, e->content_target, 1, &e->content_target);
    status = be->read(e->network->dev, 0, 1, &norm);
    if (e->o.paper)
        e->content_weight = e->o.content / ((double) f->c * f->h * f->w);
    else
        e->content_weight = norm > 0 ? e->o.content / norm : 0;
    return status;
}

/* ------------------------------------------------------------------ operators */

static DpsStatus make_matting(Objective *e, const DpsImage *content)
{
    Device *dev = e->network->dev;
    double *stats = malloc(9 * image_pixels(content) * sizeof *stats);
    double eps = e->o.eps > 0 ? e->o.eps : MATTING_EPS;

    if (stats && matting_stats(content, e->o.window_radius, eps, e->o.threads, stats))
        e->matting = dev->be->matting(dev, content->height, content->width, e->o.window_radius,
                                      content->data, stats);
    free(stats);
    return e->matting ? DPS_OK : DPS_NO_MEMORY;
}

static DpsStatus take_guess(Objective *e)
{
    const Backend *be = e->network->dev->be;
    const DpsImage *first = e->o.first;

    if ((e->first = be->tensor(e->network->dev, 3, first->height, first->width)))
        be->upload(e->first, first->data);
    return e->first ? DPS_OK : DPS_NO_MEMORY;
}

static DpsStatus make_free_part(Objective *e, const DpsImage *content, const RegionSet *set)
{
    size_t n = image_pixels(content);
    float *part = malloc(n * sizeof *part);

    if (part) {
        regions_free_part(set, part);
        e->free_part = quadratic_diagonal(e->network->dev, content->height, content->width, part);
    }
    free(part);
    return e->free_part ? DPS_OK : DPS_NO_MEMORY;
}

/* ------------------------------------------------------------------ recording */

static DpsStatus record_losses(Objective *e, Node *const *node, Node *features)
{
    const Network *n = e->network;
    Node *x = tape_input(e->tape);

    if (e->matting)
        e->matting_slot = tape_quad(e->tape, x, e->matting,
                                    e->o.matting / (e->o.paper ? 1 : e->pixels));
    if (e->variation)
        tape_quad(e->tape, x, e->variation, e->o.variation);
    if (!e->o.paper && e->o.gamut > 0)
        tape_excess(e->tape, x, e->o.gamut / e->pixels);
    if (e->first)
        tape_sqdiff(e->tape, x, e->first, e->o.guess / (3 * e->pixels));
    e->content_slot = tape_sqdiff(e->tape, features, e->content_target, e->content_weight);
    for (int i = 0; i < n->styles; i++) {
        Node *gram = tape_gram(e->tape, node[n->style[i]], e->masks[i]);
        if (gram)
            e->style_slot[i] = tape_sqdiff(e->tape, gram, e->style_target[i], e->style_weight[i]);
    }
    return tape_ok(e->tape) ? DPS_OK : DPS_NO_MEMORY;
}

static DpsStatus build(Objective *e, const DpsImage *content, const DpsImage *style,
                       const RegionSet *set, const DpsImage *content_masks,
                       const DpsImage *style_masks, double *share)
{
    const Network *n = e->network;
    int k = content_masks->channels;
    Node *node[NETWORK_LAYERS];

    if (!(e->tape = tape_new(n->dev, 3, content->height, content->width, true)))
        return DPS_NO_MEMORY;
    network_record(n, e->tape, node);
    if (!tape_ok(e->tape))
        return DPS_NO_MEMORY;
    Node *features = tape_slice(e->tape, node[n->content], n->content_from,
                                n->content_to - n->content_from);
    if (!features)
        return DPS_NO_MEMORY;
    for (int i = 0; i < n->styles; i++)
        if (!(e->masks[i] = layer_masks(e, content_masks, node, n->style[i], share + i * k, true)))
            return DPS_NO_MEMORY;
    DpsStatus status = style_targets(e, style, style_masks, share);
    if (!status)
        status = content_target(e, content, features);
    if (!status && e->o.matting > 0)
        status = make_matting(e, content);
    if (!status && e->o.paper && e->o.variation > 0)
        if (!(e->variation = quadratic_variation(n->dev, content->height, content->width)))
            status = DPS_NO_MEMORY;
    if (!status && e->o.first && e->o.guess > 0)
        status = take_guess(e);
    if (!status && !e->o.paper && set->matched < set->count)
        status = make_free_part(e, content, set);
    return status ? status : record_losses(e, node, features);
}

DpsStatus objective_new(const Network *n, const DpsImage *content, const DpsImage *style,
                        const RegionSet *set, const ObjectiveOptions *o, Objective **objective)
{
    Objective *e = calloc(1, sizeof *e);
    DpsImage cm = { 0 }, sm = { 0 };
    double *share = calloc((size_t) n->styles * set->matched + 1, sizeof *share);
    DpsStatus status = DPS_NO_MEMORY;

    if (e) {
        e->network = n;
        e->o = *o;
    }
    if (e && share && regions_matched(set, &cm, &sm)) {
        e->pixels = (double) image_pixels(content);
        status = build(e, content, style, set, &cm, &sm, share);
    }
    free(share);
    dps_image_clear(&cm);
    dps_image_clear(&sm);
    if (status && e) {
        objective_free(e);
        e = NULL;
    }
    *objective = e;
    return status;
}

double objective_bytes_per_pixel(double network_floats, int regions)
{
    /* values and gradients of the features and the image, the first guess, masks of the five layers
     * with their lists of pixels, and the Laplacian's coefficients or statistics */
    return sizeof(float) * (2 * (network_floats + 3) + 3 + 2 * 1.34 * regions + 24);
}
