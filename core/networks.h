/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* networks.h - feature networks as tables of layers, and the one loop that records them.
 *
 * A network holds its convolutions on a device.  Its input is a photo's three planes, RGB in
 * [0, 1]: a network's own input convention is folded into its first convolution.  It says at which
 * layers style and content are compared; losses and masks are objective.h's.
 *
 *   builtin   a five-level pyramid of 2x2 averages; at each level a bank of fixed 3x3 filters, rectified,
 *             with thresholds at quantiles of the responses of this pair of photos
 *   VGG-19    to relu5_1, any widths, from a safetensors file with torchvision's names; the file's
 *             metadata may state "input" and "padding", torchvision's convention being the default */

#ifndef NETWORKS_H
#define NETWORKS_H

#include "image.h"
#include "tape.h"

#define NETWORK_LAYERS 40
#define NETWORK_STYLES 5
#define NETWORK_INPUT (-1)

typedef enum { LAYER_CONV, LAYER_POOL } LayerKind;

typedef struct {
    LayerKind kind;
    int from; /* the layer it takes, or NETWORK_INPUT */
    Conv *conv;
    PoolShape pool;
    bool ceil;
} Layer;

typedef struct {
    Device *dev;
    char name[DPS_NAME];
    int layers;
    Layer layer[NETWORK_LAYERS];
    int styles, style[NETWORK_STYLES];     /* layers whose Gram matrices are compared */
    int content, content_from, content_to; /* the layer and the planes that keep the structure */
} Network;

#define NETWORK_FILTERS 64 /* of the built-in bank, per level */

/* The built-in bank for this pair of photos (3 planes each, at working size).
 * DPS_OK, DPS_NO_MEMORY or DPS_DEVICE_FAILED; free with network_free. */
DpsStatus network_builtin(Device *, const DpsImage *content, const DpsImage *style, int filters,
                          unsigned seed, Network **network);

/* DPS_OK; or DPS_BAD_FILE, DPS_NO_MEMORY with a sentence in message. */
DpsStatus network_load(Device *, const char *path, Network **network, char message[DPS_MESSAGE]);
void network_free(Network *);

/* Records every layer on the tape; node[i] is layer i's output. */
void network_record(const Network *, Tape *, Node *node[NETWORK_LAYERS]);

/* For the modules that define networks: append a layer and return its number.  2x2 pooling; a
 * convolution as in Backend.conv_new, -1 when memory is short. */
int network_add_pool(Network *, int from, PoolKind, bool ceil);
int network_add_conv(Network *, int from, const ConvShape *, const float *weight,
                     const float *bias);

/* Floats of features per pixel of the image, for a file or, with NULL, for the built-in bank; only
 * the file's header is read.  0 when the file can't be used. */
double network_floats_per_pixel(const char *path);

#endif
