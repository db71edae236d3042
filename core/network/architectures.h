/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* architectures.h - the topologies of networks from files, as tables.
 *
 * It compares a file's tensors with the tables; it reads no numbers and makes no networks, which
 * is network-file.c's part.  All that is handed out is constant. */

#ifndef ARCHITECTURES_H
#define ARCHITECTURES_H

#include "device/backend.h"
#include "weights.h"

/* A row is one module of torchvision's.
 *
 *   ROW_FIRE        squeezes with 1x1 filters, and joins what 1x1 and 3x3 filters make of that (Iandola et al.,
 *                   "SqueezeNet", 2016)
 *   ROW_BOTTLENECK  1x1, 3x3 and 1x1 filters, whose result is added to what the row took; ROW_WIDENING has filters
 *                   for that, too (He et al., "Deep Residual Learning for Image Recognition", CVPR 2016; the stride
 *                   is that of the 3x3 filters)
 *   ROW_DENSE       adds planes, of all that there are, by 1x1 and 3x3 filters; ROW_TRANSITION makes fewer of them,
 *                   and halves the picture (Huang et al., "Densely Connected Convolutional Networks", CVPR 2017)
 *   ROW_STEM_...    with what these two begin */
typedef enum {
    ROW_CONV,
    ROW_POOL,
    ROW_FIRE,
    ROW_STEM_RESIDUAL,
    ROW_BOTTLENECK,
    ROW_WIDENING,
    ROW_STEM_DENSE,
    ROW_DENSE,
    ROW_TRANSITION
} RowKind;

typedef struct {
    RowKind kind;
    const char *path; /* of the module: "features.0" */
    const char *name; /* of its output */
    int stride;
} Row;

typedef struct {
    const char *key, *title; /* in a file's metadata; for people */
    const char *tensors;     /* what the names of its features' tensors begin with */
    const Row *row;
    int rows;
    int pad; /* of the first convolution; the others keep the size, but for their stride */
    PoolShape pool;
    bool ceil;
    const char *style, *content; /* the layers compared by default */
} Architecture;

enum {
    ARCHITECTURE_VGG19,
    ARCHITECTURE_VGG16,
    ARCHITECTURE_SQUEEZENET,
    ARCHITECTURE_RESNET50,
    ARCHITECTURE_DENSENET121,
    ARCHITECTURES
};
extern const Architecture architectures[ARCHITECTURES];

/* Rows up to the last that is compared by default. */
int architecture_rows(const Architecture *);

/* A convolution of a row, in the order in which they are done, with what normalises its result; or what normalises
 * what the row takes.  Without normalisation a convolution has a bias, but in a dense network. */
typedef struct {
    const char *conv, *norm; /* below the row's path; NULL: none */
    int k;
    bool bias, linear; /* linear: its result is not rectified */
} Part;

const Part *architecture_parts(const Row *, int *count);

typedef struct {
    char text[64];
} TensorName;

/* What a part has, kind being "weight" or "bias", and for what normalises "running_mean" or "running_var", too. */
TensorName architecture_tensor(const Row *, const char *module, const char *kind);

/* A row's tensors, 0 <= i < architecture_row_tensors(). */
int architecture_row_tensors(const Row *);
TensorName architecture_row_tensor(const Row *, int i);

/* A tensor by its name, or by the one that it had in torchvision's first dense networks ("norm.1" for "norm1");
 * NULL: the file has none. */
const WeightTensor *architecture_find(const Weights *, TensorName);

/* How many of the tensors of rows 0 .. rows - 1 the file lacks, and which is the first; *tensors, if
 * not NULL, is how many there should be. */
int architecture_missing(const Architecture *, const Weights *, int rows, TensorName *first,
                         int *tensors);

/* How many of the file's features have no place in the network, and which is the first. */
int architecture_foreign(const Architecture *, const Weights *, const char **first);

#endif
