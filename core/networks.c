/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "networks.h"
#include "weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void network_free(Network *n)
{
    if (!n)
        return;
    for (int i = 0; i < n->layers; i++)
        if (n->layer[i].conv)
            n->dev->be->conv_drop(n->layer[i].conv);
    free(n);
}

void network_record(const Network *n, Tape *t, Node *node[NETWORK_LAYERS])
{
    for (int i = 0; i < n->layers; i++) {
        const Layer *l = &n->layer[i];
        Node *x = l->from == NETWORK_INPUT ? tape_input(t) : node[l->from];
        node[i] = l->kind == LAYER_CONV ? tape_conv(t, x, l->conv)
                                        : tape_pool(t, x, &l->pool, l->ceil);
    }
}

int network_add_pool(Network *n, int from, PoolKind kind, bool ceil)
{
    n->layer[n->layers] = (Layer){
        .kind = LAYER_POOL, .from = from, .pool = { .kind = kind, .k = 2, .stride = 2 }, .ceil = ceil
    };
    return n->layers++;
}

int network_add_conv(Network *n, int from, const ConvShape *shape, const float *weight,
                     const float *bias)
{
    Conv *conv = n->dev->be->conv_new(n->dev, shape, weight, bias);

    if (!conv)
        return -1;
    n->layer[n->layers] = (Layer){ .kind = LAYER_CONV, .from = from, .conv = conv };
    return n->layers++;
}

/* ------------------------------------------------------------------ VGG */

/* A row is a pooling or a convolution, `index` being its place in torchvision's `features`. */
typedef struct {
    enum { VGG_POOL, VGG_CONV, VGG_STYLE, VGG_CONTENT } role;
    int index;
} VggLayer;

static const VggLayer vgg19[] = {
    { VGG_STYLE, 0 },    { VGG_CONV, 2 },     { VGG_POOL, 4 },   { VGG_STYLE, 5 },  { VGG_CONV, 7 },
    { VGG_POOL, 9 },     { VGG_STYLE, 10 },   { VGG_CONV, 12 },  { VGG_CONV, 14 },  { VGG_CONV, 16 },
    { VGG_POOL, 18 },    { VGG_STYLE, 19 },   { VGG_CONTENT, 21 }, { VGG_CONV, 23 }, { VGG_CONV, 25 },
    { VGG_POOL, 27 },    { VGG_STYLE, 28 },
};

/* x_network = (x[order] * scale - mean) / deviation, x being RGB in [0, 1]. */
typedef struct {
    const char *name;
    int order[3];
    double scale, mean[3], deviation[3];
} Convention;

static const Convention conventions[] = {
    /* torchvision's models: the default */
    { "RGB, ImageNet mean and deviation", { 0, 1, 2 }, 1, { 0.485, 0.456, 0.406 }, { 0.229, 0.224, 0.225 } },
    { "RGB in [0,1]", { 0, 1, 2 }, 1, { 0, 0, 0 }, { 1, 1, 1 } },
    /* the original VGG files; 256 is what the paper's authors multiply by */
    { "BGR in [0,255], ImageNet mean", { 2, 1, 0 }, 255, { 103.939, 116.779, 123.68 }, { 1, 1, 1 } },
    { "BGR in [0,256], ImageNet mean", { 2, 1, 0 }, 256, { 103.939, 116.779, 123.68 }, { 1, 1, 1 } },
};

typedef struct {
    Convention input;
    PadMode padding;
    bool ceil;
} VggForm;

static DpsStatus refuse(const char *path, const char *key, const char *value, const char *choices,
                        char message[DPS_MESSAGE])
{
    snprintf(message, DPS_MESSAGE,
             "%s: the network's metadata say %s \"%.60s\", which is unknown here; known are %s.",
             path, key, value, choices);
    return DPS_BAD_FILE;
}

/* One of two words in the metadata, the first by default. */
static DpsStatus choice(const Weights *w, const char *path, const char *key, const char *first,
                        const char *second, bool *is_second, char message[DPS_MESSAGE])
{
    const char *value = weights_metadata(w, key);
    char choices[80];

    *is_second = value && strcmp(value, second) == 0;
    if (!value || *is_second || strcmp(value, first) == 0)
        return DPS_OK;
    snprintf(choices, sizeof choices, "\"%s\" and \"%s\"", first, second);
    return refuse(path, key, value, choices, message);
}

static DpsStatus read_form(const Weights *w, const char *path, VggForm *form,
                           char message[DPS_MESSAGE])
{
    const char *input = weights_metadata(w, "input");
    size_t known = sizeof conventions / sizeof *conventions, i = 0;
    char choices[256] = "";
    bool reflect;

    while (input && i < known && strcmp(conventions[i].name, input)) {
        snprintf(choices + strlen(choices), sizeof choices - strlen(choices), "%s\"%s\"",
                 i ? ", " : "", conventions[i].name);
        i++;
    }
    if (i == known)
        return refuse(path, "input", input, choices, message);
    form->input = conventions[i];
    DpsStatus status = choice(w, path, "padding", "zeros", "reflect", &reflect, message);
    if (!status)
        status = choice(w, path, "pooling", "floor", "ceil", &form->ceil, message);
    form->padding = reflect ? PAD_REFLECT : PAD_CONSTANT;
    return status;
}

/* Folds the input convention into the first convolution: with x' = (x scale - mean) / deviation,
 * w x' + b = (w scale / deviation) x + (b - sum of w mean / deviation); and where the network would
 * see zeros beyond the border, x is mean / scale. */
static void fold_input(const Convention *in, int cout, float *weight, float *bias, float border[3])
{
    for (int o = 0; o < cout; o++) {
        double folded[27], shift = 0;
        for (int c = 0; c < 3; c++)
            for (int k = 0; k < 9; k++) {
                double v = weight[(o * 3 + c) * 9 + k] / in->deviation[c];
                folded[in->order[c] * 9 + k] = v * in->scale;
                shift += v * in->mean[c];
            }
        for (int i = 0; i < 27; i++)
            weight[o * 27 + i] = (float) folded[i];
        bias[o] = (float) (bias[o] - shift);
    }
    for (int c = 0; c < 3; c++)
        border[in->order[c]] = (float) (in->mean[c] / in->scale);
}

/* Adds features.<index>, whose number of inputs must be cin; *planes becomes its number of outputs. */
static DpsStatus load_conv(Network *n, const Weights *w, const char *path, int index,
                           const VggForm *form, int from, int *planes, char message[DPS_MESSAGE])
{
    char name[40];
    float border[3], *weight, *bias;
    int cin = *planes;

    snprintf(name, sizeof name, "features.%d.weight", index);
    const WeightTensor *t = weights_find(w, name);
    if (!t) {
        snprintf(message, DPS_MESSAGE,
                 "%s: there is no tensor %s; give a VGG-19 file with torchvision's names.", path, name);
        return DPS_BAD_FILE;
    }
    if (t->ndim != 4 || t->shape[0] < 1 || t->shape[0] > 4096 || t->shape[1] != cin ||
        t->shape[2] != 3 || t->shape[3] != 3) {
        snprintf(message, DPS_MESSAGE,
                 "%s: %s must have the shape (any, %d, 3, 3) to continue the layer before it; "
                 "this is not a VGG-19.",
                 path, name, cin);
        return DPS_BAD_FILE;
    }
    int cout = (int) t->shape[0];
    weight = malloc((size_t) cout * cin * 9 * sizeof *weight);
    bias = malloc((size_t) cout * sizeof *bias);
    DpsStatus status = DPS_NO_MEMORY;
    if (weight && bias)
        status = weights_read(w, name, 4, t->shape, weight, message, DPS_MESSAGE);
    snprintf(name, sizeof name, "features.%d.bias", index);
    if (!status)
        status = weights_read(w, name, 1, (int64_t[]){ cout }, bias, message, DPS_MESSAGE);
    if (!status) {
        ConvShape shape = { .cin = cin, .cout = cout, .k = 3, .stride = 1, .pad = 1, .mode = form->padding };
        if (from == NETWORK_INPUT) {
            fold_input(&form->input, cout, weight, bias, border);
            shape.border = border;
        }
        if (network_add_conv(n, from, &shape, weight, bias) < 0)
            status = DPS_NO_MEMORY;
        *planes = cout;
    }
    free(weight);
    free(bias);
    return status;
}

static DpsStatus load_vgg(Network *n, const Weights *w, const char *path,
                          char message[DPS_MESSAGE])
{
    VggForm form;
    int planes = 3;
    DpsStatus status = read_form(w, path, &form, message);

    for (size_t i = 0; i < sizeof vgg19 / sizeof *vgg19 && !status; i++) {
        int from = n->layers - 1;
        if (vgg19[i].role == VGG_POOL) {
            network_add_pool(n, from, POOL_MAX, form.ceil);
            continue;
        }
        status = load_conv(n, w, path, vgg19[i].index, &form, from, &planes, message);
        if (status)
            break;
        if (vgg19[i].role == VGG_STYLE)
            n->style[n->styles++] = n->layers - 1;
        if (vgg19[i].role == VGG_CONTENT) {
            n->content = n->layers - 1;
            n->content_to = planes;
        }
    }
    return status;
}

double network_floats_per_pixel(const char *path)
{
    char name[40], message[DPS_MESSAGE];
    double sum = 0, planes = 3, area = 1;
    Weights *w;

    if (!path)
        return (NETWORK_FILTERS + 3) * 4 / 3.0;
    if (weights_open(path, &w, message, sizeof message))
        return 0;
    for (size_t i = 0; i < sizeof vgg19 / sizeof *vgg19; i++) {
        snprintf(name, sizeof name, "features.%d.bias", vgg19[i].index);
        const WeightTensor *t = weights_find(w, name);
        if (vgg19[i].role == VGG_POOL)
            area /= 4;
        else
            planes = t ? (double) t->count : planes;
        sum += planes * area;
    }
    weights_close(w);
    return sum;
}

static void set_name(Network *n, const char *path)
{
    const char *slash = strrchr(path, '/');

    snprintf(n->name, sizeof n->name, "%.*s", DPS_NAME - 1, slash ? slash + 1 : path);
}

DpsStatus network_load(Device *dev, const char *path, Network **network, char message[DPS_MESSAGE])
{
    Weights *w;
    DpsStatus status = weights_open(path, &w, message, DPS_MESSAGE);

    *network = NULL;
    if (status)
        return status;
    Network *n = calloc(1, sizeof *n);
    status = DPS_NO_MEMORY;
    if (n) {
        n->dev = dev;
        set_name(n, path);
        status = load_vgg(n, w, path, message);
    }
    weights_close(w);
    if (status == DPS_NO_MEMORY)
        snprintf(message, DPS_MESSAGE, "%s: there is not enough memory to load this network.", path);
    if (status) {
        network_free(n);
        n = NULL;
    }
    *network = n;
    return status;
}
