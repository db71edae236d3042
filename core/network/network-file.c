/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Networks from files: one loader for all the topologies of architectures.h.
 *
 * The file is compared with the tables before a number is read: what it looks like most is what
 * it has to be, and what is missing, of a wrong shape or of no place there is named. */

#include "network-plan.h"
#include "message.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static DpsStatus refuse_shape(const Plan *f, const WeightTensor *t, int cin, int k)
{
    say(f->form.message, DPS_SAY_BAD_FILE,
        N_("%s: %s must have the shape (any, %d, %d, %d) to continue the layer before it; this is "
           "not a %s."),
        f->form.path, t->name, cin, k, k, f->form.a->title);
    return DPS_BAD_FILE;
}

static bool has_shape(const WeightTensor *t, int cin, int k)
{
    return t->ndim == 4 && t->shape[0] >= 1 && t->shape[0] <= 4096 && t->shape[1] == cin &&
           t->shape[2] == k && t->shape[3] == k;
}

/* n numbers of a layer's module, one for each plane. */
static DpsStatus read_planes(const Plan *f, int layer, const char *module, const char *kind, int n,
                             float *to)
{
    const WeightTensor *t =
        architecture_find(f->form.w, architecture_tensor(plan_row(f, layer), module, kind));

    return weights_read(f->form.w, t->name, 1, (int64_t[]){ n }, to, f->form.message);
}

/* Batch normalisation of n planes (S. Ioffe and C. Szegedy, ICML 2015), as it is after learning:
 *     scale x + shift, with scale = weight / sqrt(variance + 1e-5), shift = bias - scale mean. */
static DpsStatus read_norm(const Plan *f, int layer, const char *norm, int n, float *scale,
                           float *shift)
{
    float *mean = malloc((size_t) n * sizeof *mean), *variance = malloc((size_t) n * sizeof *mean);
    DpsStatus status = mean && variance ? DPS_OK : DPS_NO_MEMORY;

    if (!status)
        status = read_planes(f, layer, norm, "weight", n, scale);
    if (!status)
        status = read_planes(f, layer, norm, "bias", n, shift);
    if (!status)
        status = read_planes(f, layer, norm, "running_mean", n, mean);
    if (!status)
        status = read_planes(f, layer, norm, "running_var", n, variance);
    for (int i = 0; i < n && !status; i++) {
        double factor = (double) scale[i] / sqrt(fmax(0, (double) variance[i]) + 1e-5);
        scale[i] = (float) factor;
        shift[i] = (float) ((double) shift[i] - factor * (double) mean[i]);
    }
    free(mean);
    free(variance);
    return status;
}

/* What a convolution adds, and its filters with what normalises their results folded into them. */
static DpsStatus read_filters(const Plan *f, int layer, const Part *p, const WeightTensor *t,
                              float *weight, float *bias)
{
    int cout = (int) t->shape[0];
    size_t each = (size_t) t->count / (size_t) cout;
    DpsStatus status = weights_read(f->form.w, t->name, 4, t->shape, weight, f->form.message);

    memset(bias, 0, (size_t) cout * sizeof *bias);
    if (!status && p->bias)
        status = read_planes(f, layer, p->conv, "bias", cout, bias);
    if (status || !p->norm)
        return status;
    float *scale = malloc((size_t) cout * sizeof *scale);
    status = scale ? read_norm(f, layer, p->norm, cout, scale, bias) : DPS_NO_MEMORY;
    for (int o = 0; o < cout && !status; o++)
        for (size_t i = 0; i < each; i++)
            weight[(size_t) o * each + i] *= scale[o];
    free(scale);
    return status;
}

/* Makes the convolution of a part of a layer's row, for cin inputs. */
static DpsStatus load_conv(const Plan *f, Device *dev, int layer, int next, int cin, Conv **conv)
{
    const Part *p = plan_part(f, layer, next);
    const WeightTensor *t = plan_weight(f, layer, next);

    if (!has_shape(t, cin, p->k))
        return refuse_shape(f, t, cin, p->k);
    int cout = (int) t->shape[0];
    float *weight = malloc((size_t) t->count * sizeof *weight);
    float *bias = malloc((size_t) cout * sizeof *bias), border[3];
    DpsStatus status = DPS_NO_MEMORY;
    if (weight && bias)
        status = read_filters(f, layer, p, t, weight, bias);
    if (!status) {
        ConvShape shape = { .cin = cin,
                            .cout = cout,
                            .k = p->k,
                            .stride = plan_stride(f, layer),
                            .pad = p->k / 2,
                            .mode = f->form.padding,
                            .linear = p->linear };
        if (layer == 0) {
            fold_input(&f->form.input, cout, p->k, weight, bias, border);
            shape.border = border;
            shape.pad = f->form.a->pad;
        }
        *conv = dev->be->conv_new(dev, &shape, weight, bias);
        status = *conv ? DPS_OK : DPS_NO_MEMORY;
    }
    free(weight);
    free(bias);
    return status;
}

/* What a layer scales and shifts its planes by. */
static DpsStatus load_factors(const Plan *f, Device *dev, int layer, Layer *l)
{
    int n = l->planes;
    float *scale = malloc((size_t) n * sizeof *scale), *shift = malloc((size_t) n * sizeof *shift);
    DpsStatus status = DPS_NO_MEMORY;

    l->scale = dev->be->tensor(dev, n, 1, 1);
    l->shift = dev->be->tensor(dev, n, 1, 1);
    if (scale && shift && l->scale && l->shift)
        status = read_norm(f, layer, plan_part(f, layer, 0)->norm, n, scale, shift);
    if (!status) {
        dev->be->upload(l->scale, scale);
        dev->be->upload(l->shift, shift);
    }
    free(scale);
    free(shift);
    return status;
}

static DpsStatus load_layer(Network *n, const Plan *f, int i)
{
    Layer *l = &n->layer[i];
    int cin = l->from == NETWORK_INPUT ? 3 : n->layer[l->from].planes;
    DpsStatus status = DPS_OK;

    switch (l->kind) {
    case LAYER_CONV:
    case LAYER_APPEND:
        return load_conv(f, n->dev, i, 0, cin, &l->conv);
    case LAYER_JOIN:
        status = load_conv(f, n->dev, i, 0, cin, &l->conv);
        return status ? status : load_conv(f, n->dev, i, 1, cin, &l->second);
    case LAYER_RECTIFY:
        l->planes = cin;
        return load_factors(f, n->dev, i, l);
    case LAYER_SUM:
        if (n->layer[l->other].planes != l->planes) {
            say(f->form.message, DPS_SAY_BAD_FILE,
                N_("%s: %s adds %d planes to %d; this is not a %s."), f->form.path,
                plan_row(f, i)->path, l->planes, n->layer[l->other].planes, f->form.a->title);
            return DPS_BAD_FILE;
        }
        break;
    case LAYER_POOL:
        break;
    }
    return DPS_OK;
}

static DpsStatus load_layers(Network *n, const Plan *f)
{
    DpsStatus status = DPS_OK;

    for (int i = 0; i < n->layers && !status; i++)
        status = load_layer(n, f, i);
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
    Plan f = { .form = { .w = w, .path = path, .message = message } };
    Network *n = calloc(1, sizeof *n);
    status = DPS_NO_MEMORY;
    if (n) {
        n->dev = dev;
        set_name(n, path);
        status = network_form(&f.form);
        if (!status)
            status = plan_network(n, &f, c);
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
