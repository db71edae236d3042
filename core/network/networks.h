/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* networks.h - feature networks as lists of layers, and the one loop that records them.
 *
 * A network holds its convolutions on a device.  Its input is a photo's three planes, RGB in
 * [0, 1]: a network's own input convention is folded into its first convolution.  It says at which
 * layers style and content are compared; losses and masks are objective.h's.
 *
 *   builtin         a five-level pyramid of 2x2 averages; at each level a bank of fixed 3x3 filters,
 *                   rectified, with thresholds at quantiles of the responses of this pair of photos
 *   VGG-19, VGG-16  any widths, from a safetensors file with torchvision's names, as far as the
 *                   layers that are compared
 *   SqueezeNet 1.1, ResNet-50, DenseNet-121  the same
 *
 * Which of them a file holds is seen from its tensors, or said by its metadata's "architecture".
 * The metadata may also state "input", "padding" and "pooling", torchvision's conventions being
 * the default. */

#ifndef NETWORKS_H
#define NETWORKS_H

#include "device/tape.h"
#include "image/image.h"

#define NETWORK_LAYERS 256
#define NETWORK_STYLES 32
#define NETWORK_CONTENTS 32
#define NETWORK_INPUT (-1)

/* A join is two convolutions of one input, the second's planes after the first's; an addition is a convolution
 * whose planes come after another layer's; a sum of two layers is rectified; and a rectification scales and
 * shifts planes before. */
typedef enum { LAYER_CONV, LAYER_JOIN, LAYER_APPEND, LAYER_SUM, LAYER_RECTIFY, LAYER_POOL } LayerKind;

typedef struct {
    LayerKind kind;
    char name[12]; /* by which it can be chosen; "" for one that can't be */
    int from;      /* the layer it takes, or NETWORK_INPUT */
    int other;     /* the layer that it is added to */
    int planes;    /* of its output, */
    int structure; /* of which those from here on keep the structure */
    Conv *conv, *second;
    Tensor *scale, *shift;
    bool borrowed; /* they are another network's */
    PoolShape pool;
    bool ceil;
} Layer;

typedef struct {
    Device *dev;
    char name[DPS_NAME];
    int layers;
    Layer layer[NETWORK_LAYERS];
    bool caffe;      /* it takes colours as the authors' networks do, and its features are as large */
    bool original;   /* such a VGG-19, of the width that the paper used */
    bool calibrated; /* network_calibrate knew all layers that are compared */
    int least; /* pixels that either side of a picture must have */
    int styles, style[NETWORK_STYLES]; /* layers whose statistics are compared, */
    double share[NETWORK_STYLES];      /* and their weights, relative to each other */
    int contents, content[NETWORK_CONTENTS]; /* layers that keep the structure, */
    double content_share[NETWORK_CONTENTS];  /* and theirs */
} Network;

/* What may be chosen; a zeroed one, or NULL, leaves it to the network. */
typedef struct {
    DpsPooling pooling; /* of a network from a file */
    const char *style, *content; /* as DpsOptions.style_layers and content_layers */
} NetworkChoice;

#define NETWORK_FILTERS 64 /* of the built-in bank, per level */

/* The built-in bank for this pair of photos (3 planes each, at working size); its layers are
 * level1 .. level5.  DPS_OK, DPS_NO_MEMORY or DPS_DEVICE_FAILED; free with network_free. */
DpsStatus network_builtin(Device *, const DpsImage *content, const DpsImage *style, int filters,
                          unsigned seed, const DpsWork *work, Network **network);

/* DPS_OK; or DPS_BAD_FILE, DPS_BAD_INPUT (the choice), DPS_NO_MEMORY with a sentence in message. */
DpsStatus network_load(Device *, const char *path, const NetworkChoice *, Network **network,
                       DpsMessage *message);
void network_free(Network *);

/* Takes other layers than the network's own choice, by name, and drops those behind the last of
 * them.  DPS_OK, or DPS_BAD_INPUT and a sentence. */
DpsStatus network_choose(Network *, const NetworkChoice *, DpsMessage *message);

/* Adds another network's layers, with the same input, and its style layers with a share of all style's
 * weight; with `content`, what keeps the structure becomes the other's, too.  The other must outlive
 * it; together they must not have more than NETWORK_LAYERS and NETWORK_STYLES. */
void network_add_ensemble(Network *, const Network *other, double share, bool content);

/* Multiplies the shares of the layers that are compared, the style's by these statistics, by what brings the
 * losses of their features to those of the authors' network, for which the preset reference has its weights.  Layers of unknown names keep theirs.
 * DPS_OK, DPS_NO_MEMORY or DPS_DEVICE_FAILED. */
DpsStatus network_calibrate(Network *, DpsStatistics);

/* DPS_OK; or DPS_BAD_INPUT and a sentence if a picture of this size is too small for the network. */
DpsStatus network_check_size(const Network *, int width, int height, DpsMessage *message);

/* Records the first so many layers on the tape; node[i] is layer i's output. */
void network_record(const Network *, int layers, Tape *, Node *node[NETWORK_LAYERS]);

/* For the modules that define networks: append a layer, which the caller may name, and return its
 * number.  2x2 pooling; a convolution as in Backend.conv_new, -1 when memory is short. */
int network_add_pool(Network *, int from, PoolKind, bool ceil);
int network_add_conv(Network *, int from, const ConvShape *, const float *weight,
                     const float *bias);

/* What a network takes, beside what is the same for all. */
typedef struct {
    double features; /* floats per pixel of the picture, forward */
    double unseen;   /* of them those that a device need not store: Backend.conv_gram */
    double
        held; /* floats per pixel of what the content's features are held to, where these are unseen */
    double filters; /* floats, in one order, */
    double cpu_filters; /* and as the processor's device keeps them */
    double grams;   /* floats of the Gram matrices of one region */
} NetworkSize;

/* Of the network in a file, as far as the choice needs it, or of the built-in one (NULL); the network isn't
 * loaded.  All 0 when the file can't be used. */
NetworkSize network_size(const char *path, const NetworkChoice *);

#endif
