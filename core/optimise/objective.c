/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "device/quadratic.h"
#include "image/matting.h"
#include "objective-private.h"

#include <stdlib.h>
#include <string.h>

/* Steps between neighbours of less than this contrast are no edges (QUALITY.md, experiment 39). */
#define FLAT_CONTRAST (4.0 / 255)

Tape *objective_tape(const Objective *e)
{
    return e->tape;
}

const Linop *objective_matting(const Objective *e)
{
    for (int i = 0; i < e->terms; i++)
        if (e->term[i].loss == LOSS_MATTING)
            return e->term[i].a;
    return NULL;
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
    for (const Term *t = e->term; t < e->term + e->terms; t++) {
        if (t->target)
            be->drop(t->target);
        if (t->masks)
            be->masks_drop(t->masks);
        if (t->a)
            be->linop_drop(t->a);
    }
    if (e->free_part)
        be->linop_drop(e->free_part);
    free(e);
}

bool objective_reweigh(Objective *e, const double weight[LOSSES])
{
    for (int i = 0; i < LOSSES; i++)
        if ((weight[i] > 0) != (e->o.weight[i] > 0))
            return false;
    for (Term *t = e->term; t < e->term + e->terms; t++) {
        t->weight = weight[t->loss] * t->share;
        tape_weigh(e->tape, t->slot, term_scale(t));
    }
    memcpy(e->o.weight, weight, sizeof e->o.weight);
    return true;
}

DpsLosses objective_losses(const Objective *e, const double *slots)
{
    double sum[LOSSES] = { 0 };

    for (const Term *t = e->term; t < e->term + e->terms; t++)
        sum[t->loss] += term_scale(t) * slots[t->slot];
    for (int i = 0; i < LOSSES; i++)
        sum[i] /= e->o.weight[i] > 0 ? e->o.weight[i] : 1;
    return (DpsLosses){ .total = tape_total(e->tape, slots),
                        .style = sum[LOSS_STYLE],
                        .content = sum[LOSS_CONTENT],
                        .matting = sum[LOSS_MATTING] };
}

/* ------------------------------------------------------------ tools of the terms */

Term *objective_add_term(Objective *e, Loss loss, double normaliser)
{
    Term *t = &e->term[e->terms++];

    *t = (Term){ .loss = loss, .weight = e->o.weight[loss], .share = 1, .normaliser = normaliser };
    return t;
}

double term_scale(const Term *t)
{
    return t->normaliser > 0 ? t->weight / t->normaliser : 0;
}

Tensor *objective_copy(const Tensor *x)
{
    const Backend *be = x->dev->be;
    Tensor *y = be->tensor(x->dev, x->c, x->h, x->w);

    if (y)
        be->lincomb(y, 1, (double[]){ 1 }, (Tensor *[]){ (Tensor *) x });
    return y;
}

DpsStatus objective_forward(Tape *tape, const DpsImage *image)
{
    Device *dev = tape_device(tape);
    Tensor *x = dev->be->tensor(dev, 3, image->height, image->width);

    if (!x)
        return DPS_NO_MEMORY;
    bool ok = tape_ready(tape);
    if (ok) {
        dev->be->upload(x, image->data);
        tape_forward(tape, x);
    }
    dev->be->drop(x);
    return ok ? DPS_OK : DPS_NO_MEMORY;
}

/* ------------------------------------------------------------------- the losses */

/* What a mean over the picture's pixels is divided by. */
static double pixels(const Objective *e, const Sources *s)
{
    return e->o.weighting.normalise == NORMALISE_BY_TARGET ? (double) image_pixels(s->content) : 1;
}

static DpsStatus matting_terms(Objective *e, const Sources *s)
{
    Device *dev = e->network->dev;
    const DpsImage *content = s->content;
    int radius = e->o.window_radius;
    double *stats = malloc(9 * image_pixels(content) * sizeof *stats);
    double eps = e->o.eps > 0 ? e->o.eps : MATTING_EPS;
    Term *t = objective_add_term(e, LOSS_MATTING, pixels(e, s));

    if (stats && matting_stats(content, radius, eps, s->work, stats))
        t->a = dev->be->matting(dev, content->height, content->width, radius, content->data, stats);
    free(stats);
    return t->a ? DPS_OK : DPS_NO_MEMORY;
}

static DpsStatus variation_terms(Objective *e, const Sources *s)
{
    Term *t = objective_add_term(e, LOSS_VARIATION, pixels(e, s));

    t->a = quadratic_variation(e->network->dev, s->content->height, s->content->width);
    return t->a ? DPS_OK : DPS_NO_MEMORY;
}

static DpsStatus gamut_terms(Objective *e, const Sources *s)
{
    objective_add_term(e, LOSS_GAMUT, pixels(e, s));
    return DPS_OK;
}

static DpsStatus estimate_terms(Objective *e, const Sources *s)
{
    const Backend *be = e->network->dev->be;
    const DpsImage *estimate = e->o.estimate;

    if (!estimate)
        return DPS_OK;
    Term *t = objective_add_term(e, LOSS_ESTIMATE, 3 * pixels(e, s));
    if (!(t->target = be->tensor(e->network->dev, 3, estimate->height, estimate->width)))
        return DPS_NO_MEMORY;
    be->upload(t->target, estimate->data);
    return DPS_OK;
}

/* The picture on the tape, halved until its long side is at most `size`. */
static Node *shrunken(Tape *tape, int size)
{
    const PoolShape half = { POOL_AVERAGE, 2, 2, 0 };
    Node *x = tape_input(tape);

    while (x && size > 0 && (node_shape(x)->w > size || node_shape(x)->h > size))
        x = tape_pool(tape, x, &half, true);
    return x;
}

/* The same of a picture at hand. */
static DpsStatus shrink(Device *dev, const DpsImage *image, int size, Tensor **small)
{
    Tape *tape = tape_new(dev, 3, image->height, image->width, false);
    Node *x = tape ? shrunken(tape, size) : NULL;
    DpsStatus status = x ? objective_forward(tape, image) : DPS_NO_MEMORY;

    *small = status ? NULL : objective_copy(node_value(x));
    tape_free(tape);
    return status || *small ? status : DPS_NO_MEMORY;
}

/* The squared gradient where a picture, less its grain, is flat. */
static Linop *flat_gradient(const Tensor *picture)
{
    int h = picture->h, w = picture->w;
    DpsImage image;
    float *room = malloc((size_t) h * w * sizeof *room);
    Linop *a = NULL;

    if (!dps_image_init(&image, 3, w, h))
        image = (DpsImage){ 0 };
    else if (room) {
        picture->dev->be->download(picture, image.data);
        for (int c = 0; c < 3; c++)
            image_box(image_plane(&image, c), w, h, 1, room, image_plane(&image, c));
        a = quadratic_gradient(picture->dev, h, w, image.data, FLAT_CONTRAST);
    }
    dps_image_clear(&image);
    free(room);
    return a;
}

static DpsStatus gradient_terms(Objective *e, const Sources *s)
{
    Device *dev = e->network->dev;
    int size = e->o.gradient_size;
    Tensor *content;

    if (!e->o.estimate)
        return DPS_OK;
    Node *x = shrunken(e->tape, size);
    DpsStatus status = x ? shrink(dev, s->content, size, &content) : DPS_NO_MEMORY;
    if (status)
        return status;
    Term *t = objective_add_term(e, LOSS_GRADIENT, 3.0 * node_shape(x)->h * node_shape(x)->w);
    t->x = x;
    t->a = flat_gradient(content);
    dev->be->drop(content);
    return t->a ? shrink(dev, e->o.estimate, size, &t->target) : DPS_NO_MEMORY;
}

/* A layer's features as the photo has them, on a tape of its own: the objective's may never store them.
 * norm: slot of their squared length. */
static DpsStatus content_term(Objective *e, const Sources *s, Node *photo, int layer, int norm)
{
    const Layer *l = &e->network->layer[layer];
    const Tensor *f = node_value(photo);
    Term *t = objective_add_term(e, LOSS_CONTENT, (double) f->c * f->h * f->w);

    t->x = tape_slice(e->tape, s->node[layer], l->structure, l->planes - l->structure);
    if (!(t->target = objective_copy(f)))
        return DPS_NO_MEMORY;
    e->network->dev->be->dots(norm, t->target, 1, &t->target);
    return DPS_OK;
}

static DpsStatus content_targets(Objective *e, const Sources *s, double *norm)
{
    const Network *n = e->network;
    Node *node[NETWORK_LAYERS], *photo[NETWORK_CONTENTS];
    Tape *tape = tape_new(n->dev, 3, s->content->height, s->content->width, false);
    int last = 0;

    if (!tape)
        return DPS_NO_MEMORY;
    for (int i = 0; i < n->contents; i++)
        last = n->content[i] > last ? n->content[i] : last;
    network_record(n, last + 1, tape, node);
    for (int i = 0; i < n->contents; i++) {
        const Layer *l = &n->layer[n->content[i]];
        photo[i] = tape_slice(tape, node[n->content[i]], l->structure, l->planes - l->structure);
    }
    DpsStatus status = objective_forward(tape, s->content);
    for (int i = 0; i < n->contents && !status; i++)
        status = content_term(e, s, photo[i], n->content[i], i);
    tape_free(tape);
    return status ? status : n->dev->be->read(n->dev, 0, n->contents, norm);
}

static DpsStatus content_terms(Objective *e, const Sources *s)
{
    const Network *n = e->network;
    Term *term = &e->term[e->terms];
    double norm[NETWORK_CONTENTS], shares = 0;
    DpsStatus status = content_targets(e, s, norm);

    for (int i = 0; i < n->contents; i++)
        shares += n->content_share[i];
    for (int i = 0; i < n->contents && !status; i++) {
        term[i].share = n->content_share[i];
        term[i].weight *= n->content_share[i];
        if (e->o.weighting.normalise == NORMALISE_BY_TARGET)
            term[i].normaliser = shares * norm[i];
    }
    return status;
}

/* Losses of features are there whatever their weight. */
static const struct {
    LossConstructor *terms;
    bool always;
} losses[LOSSES] = {
    [LOSS_MATTING] = { matting_terms, false },   [LOSS_VARIATION] = { variation_terms, false },
    [LOSS_GAMUT] = { gamut_terms, false },       [LOSS_ESTIMATE] = { estimate_terms, false },
    [LOSS_GRADIENT] = { gradient_terms, false }, [LOSS_CONTENT] = { content_terms, true },
    [LOSS_STYLE] = { style_loss_terms, true },
};

/* The last first: the style's features are gone before the others' operands come. */
static DpsStatus make_terms(Objective *e, const Sources *s)
{
    DpsStatus status = DPS_OK;

    for (int i = LOSSES - 1; i >= 0 && !status; i--)
        if (losses[i].always || e->o.weight[i] > 0)
            status = losses[i].terms(e, s);
    return status;
}

/* -------------------------------------------------------------------- recording */

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

Node *objective_statistics(const Objective *e, Tape *tape, Node *x, const Masks *masks)
{
    return e->o.statistics == DPS_STATISTICS_MOMENTS ? tape_moments(tape, x, masks)
                                                     : tape_gram(tape, x, masks);
}

static void record(const Objective *e, Term *t)
{
    Tape *tape = e->tape;
    Node *x = t->x ? t->x : tape_input(tape);

    if (t->masks)
        x = objective_statistics(e, tape, x, t->masks);
    t->slot = t->a        ? tape_quad(tape, x, t->a, t->target, term_scale(t))
              : t->target ? tape_sqdiff(tape, x, t->target, term_scale(t))
                          : tape_excess(tape, x, term_scale(t));
}

/* In the order of the enumeration: so their gradients are summed. */
static void record_terms(Objective *e)
{
    for (int i = 0; i < LOSSES; i++)
        for (Term *t = e->term; t < e->term + e->terms; t++)
            if ((int) t->loss == i)
                record(e, t);
}

static DpsStatus build(Objective *e, Sources *s, const RegionSet *set)
{
    const DpsImage *content = s->content;

    if (!(e->tape = tape_new(e->network->dev, 3, content->height, content->width, true)))
        return DPS_NO_MEMORY;
    network_record(e->network, e->network->layers, e->tape, s->node);
    DpsStatus status = make_terms(e, s);
    if (!status && !e->o.weighting.free_unmatched && set->matched < set->count)
        status = make_free_part(e, content, set);
    if (status)
        return status;
    record_terms(e);
    return tape_ready(e->tape) ? DPS_OK : DPS_NO_MEMORY;
}

DpsStatus objective_new(const Network *n, const DpsImage *content, const DpsImage *style,
                        const RegionSet *set, const ObjectiveOptions *o, const DpsWork *work,
                        Objective **objective)
{
    Objective *e = calloc(1, sizeof *e);
    Sources s = { .content = content, .style = style, .work = work };
    DpsStatus status = DPS_NO_MEMORY;

    if (e) {
        e->network = n;
        e->o = *o;
    }
    if (e && regions_matched(set, &s.content_masks, &s.style_masks))
        status = build(e, &s, set);
    dps_image_clear(&s.content_masks);
    dps_image_clear(&s.style_masks);
    if (status && e) {
        objective_free(e);
        e = NULL;
    }
    *objective = e;
    return status;
}

double objective_bytes_per_pixel(double network_floats, int regions)
{
    /* values and gradients of the features and the image, the initial estimate, masks of the five layers
     * with their lists of pixels, the Laplacian's coefficients or statistics, and where the picture is too
     * small to be shrunk for it, the gradient's operator, target and two more */
    return sizeof(float) * (2 * (network_floats + 3) + 3 + 2 * 1.34 * regions + 24 + 20);
}
