/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* architectures.h - the topologies of networks from files, as tables.
 *
 * It compares a file's tensors with the tables; it reads no numbers and makes no networks, which
 * is network-file.c's part.  All that is handed out is constant. */

#ifndef ARCHITECTURES_H
#define ARCHITECTURES_H

#include <stdbool.h>

#include "weights.h"

/* A row is one module of torchvision's `features`, `index` being its place there.  A fire module
 * (Iandola et al., "SqueezeNet", 2016) squeezes with 1x1 filters, and joins what 1x1 and 3x3
 * filters make of that; every convolution is rectified. */
typedef enum { ROW_CONV, ROW_FIRE, ROW_POOL } RowKind;

typedef struct {
    RowKind kind;
    int index;
    const char *name; /* of its output */
} Row;

typedef struct {
    const char *key, *title; /* in a file's metadata; for people */
    const Row *row;
    int rows;
    int stride, pad; /* of the first convolution; the others have stride 1 and keep the size */
    int pool;        /* side of a pooling's window; its stride is 2 */
    bool ceil;
    const char *style, *content; /* the layers compared by default */
} Architecture;

enum { ARCHITECTURE_VGG19, ARCHITECTURE_VGG16, ARCHITECTURE_SQUEEZENET, ARCHITECTURES };
extern const Architecture architectures[ARCHITECTURES];

/* Rows up to the last that is compared by default. */
int architecture_rows(const Architecture *);

/* A row's convolutions: a fire module has the last three. */
typedef enum { PART_WHOLE, PART_SQUEEZE, PART_EXPAND1, PART_EXPAND3 } Part;

typedef struct {
    char text[48];
} TensorName;

/* kind: "weight" or "bias". */
TensorName architecture_tensor(int index, Part, const char *kind);

/* A row's tensors, 0 <= i < architecture_row_tensors(). */
int architecture_row_tensors(const Row *);
TensorName architecture_row_tensor(const Row *, int i);

/* How many of the tensors of rows 0 .. rows - 1 the file lacks, and which is the first; *tensors, if
 * not NULL, is how many there should be. */
int architecture_missing(const Architecture *, const Weights *, int rows, TensorName *first,
                         int *tensors);

/* How many of the file's `features` have no place in the network, and which is the first. */
int architecture_foreign(const Architecture *, const Weights *, const char **first);

#endif
