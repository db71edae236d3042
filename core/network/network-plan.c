/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "network-plan.h"

#include "device/device.h"

#include <math.h>
#include <stdio.h>

const Row *plan_row(const Plan *f, int layer)
{
    return &f->form.a->row[f->row[layer]];
}

const Part *plan_part(const Plan *f, int layer, int next)
{
    int count;

    return architecture_parts(plan_row(f, layer), &count) + f->part[layer] + next;
}

const WeightTensor *plan_weight(const Plan *f, int layer, int next)
{
    const Part *p = plan_part(f, layer, next);

    return architecture_find(
        f->form.w, architecture_tensor(plan_row(f, layer), p->conv ? p->conv : p->norm, "weight"));
}

/* Planes that a part's filters make. */
static int outputs_of(const Plan *f, int layer, int next)
{
    const WeightTensor *t = plan_weight(f, layer, next);

    return t && t->ndim > 0 && t->shape[0] < 1 << 20 ? (int) t->shape[0] : 0;
}

/* Appends a layer of so many planes, which takes the one before it. */
static Layer *add_layer(Network *n, Plan *f, int row, LayerKind kind, const char *name, int planes)
{
    Layer *l = &n->layer[n->layers];

    *l = (Layer){ .kind = kind, .from = n->layers - 1, .planes = planes, .ceil = f->form.ceil };
    snprintf(l->name, sizeof l->name, "%s", name);
    f->row[n->layers++] = row;
    return l;
}

/* The same of a row's part, whose filters say how many. */
static Layer *add_part(Network *n, Plan *f, int row, int part, LayerKind kind, const char *name)
{
    Layer *l = add_layer(n, f, row, kind, name, 0);

    f->part[n->layers - 1] = part;
    l->planes = outputs_of(f, n->layers - 1, 0);
    return l;
}

static void add_pool(Network *n, Plan *f, int row, PoolShape pool)
{
    const char *name = f->form.a->row[row].name;
    Layer *l = add_layer(n, f, row, LAYER_POOL, name, n->layer[n->layers - 1].planes);

    l->pool = pool;
}

/* The sum of what comes out of the filters and what went in, or what other filters make of that. */
static void add_residual(Network *n, Plan *f, int row, bool widens)
{
    int in = n->layers - 1, planes;

    for (int part = 0; part < 3; part++)
        add_part(n, f, row, part, LAYER_CONV, "");
    planes = n->layer[n->layers - 1].planes;
    if (widens)
        add_part(n, f, row, 3, LAYER_CONV, "")->from = in;
    Layer *sum = add_layer(n, f, row, LAYER_SUM, f->form.a->row[row].name, planes);
    sum->from = in + 3;
    sum->other = widens ? in + 4 : in;
}

static void add_fire(Network *n, Plan *f, int row)
{
    add_part(n, f, row, 0, LAYER_CONV, "");
    Layer *l = add_part(n, f, row, 1, LAYER_JOIN, f->form.a->row[row].name);
    l->planes += outputs_of(f, n->layers - 1, 1);
}

static void add_dense(Network *n, Plan *f, int row)
{
    int in = n->layers - 1;

    add_part(n, f, row, 0, LAYER_RECTIFY, "");
    add_part(n, f, row, 1, LAYER_CONV, "");
    Layer *l = add_part(n, f, row, 2, LAYER_APPEND, f->form.a->row[row].name);
    l->other = in;
    l->planes += n->layer[in].planes;
}

static void add_row(Network *n, Plan *f, int row, bool average)
{
    const Row *r = &f->form.a->row[row];
    PoolShape pool = f->form.a->pool;

    switch (r->kind) {
    case ROW_POOL:
        pool.kind = average ? POOL_AVERAGE : POOL_MAX;
        add_pool(n, f, row, pool);
        break;
    case ROW_CONV:
    case ROW_STEM_RESIDUAL:
    case ROW_STEM_DENSE:
        add_part(n, f, row, 0, LAYER_CONV, r->name);
        break;
    case ROW_FIRE:
        add_fire(n, f, row);
        break;
    case ROW_BOTTLENECK:
    case ROW_WIDENING:
        add_residual(n, f, row, r->kind == ROW_WIDENING);
        break;
    case ROW_DENSE:
        add_dense(n, f, row);
        break;
    case ROW_TRANSITION:
        add_part(n, f, row, 0, LAYER_RECTIFY, "");
        add_part(n, f, row, 1, LAYER_CONV, "");
        add_pool(n, f, row, (PoolShape){ POOL_AVERAGE, 2, 2, 0 });
        break;
    }
}

DpsStatus plan_network(Network *n, Plan *f, const NetworkChoice *c)
{
    const Architecture *a = f->form.a;
    int count;

    for (int r = 0; r < a->rows; r++)
        add_row(n, f, r, c && c->pooling == DPS_POOLING_AVERAGE);
    n->least = architecture_parts(&a->row[0], &count)->k - 2 * a->pad;
    return network_choose(
        n,
        &(NetworkChoice){ .style = c && c->style && *c->style ? c->style : a->style,
                          .content = c && c->content && *c->content ? c->content : a->content },
        f->form.message);
}

int plan_stride(const Plan *f, int layer)
{
    const Row *r = plan_row(f, layer);
    int part = f->part[layer];

    if (r->kind == ROW_CONV || r->kind == ROW_STEM_RESIDUAL || r->kind == ROW_STEM_DENSE)
        return r->stride;
    return r->kind == ROW_WIDENING && (part == 1 || part == 3) ? r->stride : 1;
}

/* -------------------------------------------------------------------------- size */

/* Adds the filters of layer i. */
static void add_filters(NetworkSize *size, const Plan *f, const Network *n, int i)
{
    LayerKind kind = n->layer[i].kind;

    if (kind != LAYER_CONV && kind != LAYER_JOIN && kind != LAYER_APPEND)
        return;
    for (int next = 0; next < (kind == LAYER_JOIN ? 2 : 1); next++) {
        const WeightTensor *t = plan_weight(f, i, next);
        if (!t || t->ndim != 4)
            continue;
        int k = (int) t->shape[2];
        size->filters += (double) t->count;
        size->cpu_filters += device_filter_floats(&(ConvShape){ .cout = (int) t->shape[0],
                                                             .cin = (int) t->shape[1],
                                                             .k = k,
                                                             .stride = plan_stride(f, i),
                                                             .pad = k / 2 });
    }
}

NetworkSize network_size(const char *path, const NetworkChoice *c)
{
    NetworkSize size = { 0 };
    Network n = { .layers = 0 };
    double area[NETWORK_LAYERS]; /* of a layer's pixels, in pixels of the picture */
    Weights *w;

    if (!path)
        return (NetworkSize){ .features = (NETWORK_FILTERS + 3) * 4 / 3.0,
                              .unseen = NETWORK_FILTERS * 4 / 3.0,
                              .held = NETWORK_FILTERS / 2.0,
                              .filters = 5 * 27.0 * NETWORK_FILTERS,
                              .cpu_filters = 10 * 27.0 * NETWORK_FILTERS,
                              .grams = 5.0 * NETWORK_FILTERS * NETWORK_FILTERS };
    if (weights_open(path, &w, NULL))
        return size;
    Plan f = { .form = { .w = w, .path = path, .message = NULL } };
    if (!network_form(&f.form) && !plan_network(&n, &f, c)) {
        for (int i = 0; i < n.layers; i++) {
            const Layer *l = &n.layer[i];
            int stride = l->kind == LAYER_POOL ? l->pool.stride : plan_stride(&f, i);
            int added = l->planes - (l->kind == LAYER_APPEND ? n.layer[l->other].planes : 0);
            area[i] = (l->from == NETWORK_INPUT ? 1 : area[l->from]) / (stride * stride);
            size.features += added * area[i];
            add_filters(&size, &f, &n, i);
        }
        for (int i = 0; i < n.styles; i++)
            size.grams += pow(n.layer[n.style[i]].planes, 2);
    }
    weights_close(w);
    return size;
}
