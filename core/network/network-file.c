/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Networks from files: one loader for all the topologies of architectures.h.
 *
 * The file is compared with the tables before a number is read: what it looks like most is what
 * it has to be, and what is missing, of a wrong shape or of no place there is named. */

#include "network-form.h"
#include "message.h"
#include "networks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------------- planning */

typedef struct {
    NetworkForm form;
    int row[NETWORK_LAYERS]; /* of each of the network's layers */
} File;

static int bias_count(const File *f, int index, Part part)
{
    const WeightTensor *t = weights_find(f->form.w, architecture_tensor(index, part, "bias").text);

    return t && t->count < 1 << 20 ? (int) t->count : 0;
}

static void add_layer(Network *n, File *f, int row, LayerKind kind, const char *name, int planes)
{
    Layer *l = &n->layer[n->layers];

    *l = (Layer){ .kind = kind, .from = n->layers - 1, .planes = planes, .ceil = f->form.ceil };
    snprintf(l->name, sizeof l->name, "%s", name);
    f->row[n->layers++] = row;
}

/* Lists the layers, without their convolutions, as far as the choice needs them. */
static DpsStatus plan(Network *n, File *f, const NetworkChoice *c)
{
    bool average = c && c->pooling == DPS_POOLING_AVERAGE;

    for (int r = 0; r < f->form.a->rows; r++) {
        const Row *row = &f->form.a->row[r];
        int at = row->index;
        if (row->kind == ROW_POOL) {
            add_layer(n, f, r, LAYER_POOL, "", n->layer[n->layers - 1].planes);
            n->layer[n->layers - 1].pool = (PoolShape){ average ? POOL_AVERAGE : POOL_MAX,
                                                        f->form.a->pool, 2, 0 };
        } else if (row->kind == ROW_CONV)
            add_layer(n, f, r, LAYER_CONV, row->name, bias_count(f, at, PART_WHOLE));
        else {
            add_layer(n, f, r, LAYER_CONV, "", bias_count(f, at, PART_SQUEEZE));
            add_layer(n, f, r, LAYER_JOIN, row->name,
                      bias_count(f, at, PART_EXPAND1) + bias_count(f, at, PART_EXPAND3));
        }
    }
    n->least = 3 - 2 * f->form.a->pad;
    return network_choose(
        n,
        &(NetworkChoice){ .style = c && c->style && *c->style ? c->style : f->form.a->style,
                          .content = c && c->content && *c->content ? c->content : f->form.a->content },
        f->form.message);
}

/* ---------------------------------------------------------------------- loading */

/* Folds the input convention into the first convolution of k x k filters: with
 * x' = (x scale - mean) / deviation,
 *     w x' + b = (w scale / deviation) x + (b - sum of w mean / deviation);
 * and where the network would see zeros beyond the border, x is mean / scale. */
static void fold_input(const Convention *in, int cout, int k, float *weight, float *bias,
                       float border[3])
{
    int taps = k * k;

    for (int o = 0; o < cout; o++) {
        float *w = weight + (size_t) o * 3 * taps;
        double shift = 0;
        for (int i = 0; i < taps; i++) {
            double folded[3];
            for (int c = 0; c < 3; c++) {
                double v = w[c * taps + i] / in->deviation[c];
                folded[in->order[c]] = v * in->scale;
                shift += v * in->mean[c];
            }
            for (int c = 0; c < 3; c++)
                w[c * taps + i] = (float) folded[c];
        }
        bias[o] = (float) (bias[o] - shift);
    }
    for (int c = 0; c < 3; c++)
        border[in->order[c]] = (float) (in->mean[c] / in->scale);
}

static DpsStatus check_shape(const File *f, const char *name, const WeightTensor *t, int cin, int k)
{
    if (t->ndim == 4 && t->shape[0] >= 1 && t->shape[0] <= 4096 && t->shape[1] == cin &&
        t->shape[2] == k && t->shape[3] == k)
        return DPS_OK;
    say(f->form.message, DPS_SAY_BAD_FILE,
        N_("%s: %s must have the shape (any, %d, %d, %d) to continue the layer before it; this is "
           "not a %s."),
        f->form.path, name, cin, k, k, f->form.a->title);
    return DPS_BAD_FILE;
}

/* Makes the convolution of a row's part, for cin inputs. */
static DpsStatus load_conv(const File *f, Device *dev, int row, Part part, int cin, Conv **conv)
{
    int index = f->form.a->row[row].index, k = part == PART_SQUEEZE || part == PART_EXPAND1 ? 1 : 3;
    TensorName name = architecture_tensor(index, part, "weight");
    const WeightTensor *t = weights_find(f->form.w, name.text);
    DpsStatus status = check_shape(f, name.text, t, cin, k);

    if (status)
        return status;
    int cout = (int) t->shape[0];
    float *weight = malloc((size_t) cout * cin * k * k * sizeof *weight);
    float *bias = malloc((size_t) cout * sizeof *bias), border[3];
    status = DPS_NO_MEMORY;
    if (weight && bias)
        status = weights_read(f->form.w, name.text, 4, t->shape, weight, f->form.message);
    name = architecture_tensor(index, part, "bias");
    if (!status)
        status = weights_read(f->form.w, name.text, 1, (int64_t[]){ cout }, bias, f->form.message);
    if (!status) {
        ConvShape shape = {
            .cin = cin, .cout = cout, .k = k, .stride = 1, .pad = k / 2, .mode = f->form.padding
        };
        if (row == 0) {
            fold_input(&f->form.input, cout, k, weight, bias, border);
            shape.border = border;
            shape.stride = f->form.a->stride;
            shape.pad = f->form.a->pad;
        }
        *conv = dev->be->conv_new(dev, &shape, weight, bias);
        status = *conv ? DPS_OK : DPS_NO_MEMORY;
    }
    free(weight);
    free(bias);
    return status;
}

static DpsStatus load_layers(Network *n, const File *f)
{
    DpsStatus status = DPS_OK;

    for (int i = 0; i < n->layers && !status; i++) {
        Layer *l = &n->layer[i];
        int cin = l->from == NETWORK_INPUT ? 3 : n->layer[l->from].planes;
        Part part = f->form.a->row[f->row[i]].kind == ROW_FIRE ? PART_SQUEEZE : PART_WHOLE;
        if (l->kind == LAYER_CONV)
            status = load_conv(f, n->dev, f->row[i], part, cin, &l->conv);
        if (l->kind == LAYER_JOIN) {
            status = load_conv(f, n->dev, f->row[i], PART_EXPAND1, cin, &l->conv);
            if (!status)
                status = load_conv(f, n->dev, f->row[i], PART_EXPAND3, cin, &l->second);
        }
    }
    return status;
}

static void set_name(Network *n, const char *path)
{
    const char *slash = strrchr(path, '/');

    snprintf(n->name, sizeof n->name, "%.*s", DPS_NAME - 1, slash ? slash + 1 : path);
}

/* As the paper used it: 64, 128, 256, 512, 512 planes in its five parts. */
static bool is_original(const Network *n, const Architecture *a)
{
    bool same = a == &architectures[ARCHITECTURE_VGG19];

    for (int i = 0; i < n->layers && same; i++) {
        const Layer *l = &n->layer[i];
        int part = *l->name ? l->name[strlen("relu")] - '1' : 0;
        same = !*l->name || l->planes == (part < 3 ? 64 << part : 512);
    }
    return same;
}

DpsStatus network_load(Device *dev, const char *path, const NetworkChoice *c, Network **network,
                       DpsMessage *message)
{
    Weights *w;
    DpsStatus status = weights_open(path, &w, message);

    *network = NULL;
    if (status)
        return status;
    File f = { .form = { .w = w, .path = path, .message = message } };
    Network *n = calloc(1, sizeof *n);
    status = DPS_NO_MEMORY;
    if (n) {
        n->dev = dev;
        set_name(n, path);
        status = network_form(&f.form);
        if (!status)
            status = plan(n, &f, c);
        if (!status)
            status = network_form_check(&f.form, f.row[n->layers - 1] + 1);
        if (!status)
            status = load_layers(n, &f);
        n->caffe = f.form.input.order[0] == 2;
        n->original = n->caffe && is_original(n, f.form.a);
    }
    weights_close(w);
    if (status == DPS_NO_MEMORY)
        say(message, DPS_SAY_NO_MEMORY, N_("%s: there is not enough memory to load this network."),
            path);
    if (status) {
        network_free(n);
        n = NULL;
    }
    *network = n;
    return status;
}

/* Numbers in the filters of layer i. */
static double filter_floats(const File *f, const Network *n, int i)
{
    const Layer *l = &n->layer[i];
    int cin = l->from == NETWORK_INPUT ? 3 : n->layer[l->from].planes;
    int index = f->form.a->row[f->row[i]].index;
    bool squeezes = f->form.a->row[f->row[i]].kind == ROW_FIRE;

    if (l->kind == LAYER_POOL)
        return 0;
    if (l->kind == LAYER_CONV)
        return (squeezes ? 1.0 : 9.0) * cin * l->planes;
    return cin * (bias_count(f, index, PART_EXPAND1) + 9.0 * bias_count(f, index, PART_EXPAND3));
}

NetworkSize network_size(const char *path, const NetworkChoice *c)
{
    NetworkSize size = { 0 };
    Network n = { .layers = 0 };
    double area = 1;
    Weights *w;

    if (!path)
        return (NetworkSize){ .features = (NETWORK_FILTERS + 3) * 4 / 3.0,
                              .unseen = NETWORK_FILTERS * 4 / 3.0,
                              .held = NETWORK_FILTERS / 2.0,
                              .filters = 5 * 27.0 * NETWORK_FILTERS,
                              .grams = 5.0 * NETWORK_FILTERS * NETWORK_FILTERS };
    if (weights_open(path, &w, NULL))
        return size;
    File f = { .form = { .w = w, .path = path, .message = NULL } };
    if (!network_form(&f.form) && !plan(&n, &f, c)) {
        for (int i = 0; i < n.layers; i++) {
            int stride = i == 0 ? f.form.a->stride : n.layer[i].kind == LAYER_POOL ? 2 : 1;
            area /= stride * stride;
            size.features += n.layer[i].planes * area;
            size.filters += filter_floats(&f, &n, i);
        }
        for (int i = 0; i < n.styles; i++)
            size.grams += pow(n.layer[n.style[i]].planes, 2);
    }
    weights_close(w);
    return size;
}
