/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* weights.h - network weights from a safetensors file, or from one of PyTorch's (.pth), of which nothing is run:
 * torch-file.c says how those are made.
 *
 * The format of safetensors (github.com/huggingface/safetensors, "Format"):
 *
 *     8 bytes      length of the header, little-endian
 *     the header   JSON: {"NAME": {"dtype": "F32", "shape": [16, 3, 3, 3],
 *                                  "data_offsets": [BEGIN, END]}, ...
 *                         "__metadata__": {"KEY": "TEXT", ...}}, padded with spaces
 *     the data     each tensor's numbers, row-major and little-endian, one after the other
 *
 * weights_open() checks all of the header against the size of the file before anything is handed
 * out, and keeps the header alone in memory.  Numbers are read from the file when they are asked
 * for: the usual file of VGG-19 is 575 MB, of which a transfer needs 80, and a file that shrinks
 * behind our back then gives an error, where a mapped one would kill the process.
 *
 * This module knows nothing of networks: which tensors there have to be, networks.c says.
 *
 * What the functions return belongs to the Weights and lives until weights_close().  After
 * weights_open() nothing changes any more: several threads may read from one Weights. */

#ifndef WEIGHTS_H
#define WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "dps.h"

#define WEIGHTS_MAX_DIMS 8

typedef struct Weights Weights;

typedef struct WeightTensor {
    const char *name;  /* UTF-8 */
    const char *dtype; /* as in the file: "F32", "F16", ... */
    int ndim;          /* 0 for a single number */
    int64_t shape[WEIGHTS_MAX_DIMS];
    int64_t count;  /* how many numbers: the product of the shape */
    int64_t offset; /* of the first byte, from the beginning of the file */
    int64_t bytes;
} WeightTensor;

/* Opens and checks the file. Sets *weights and returns DPS_OK, or sets it to NULL, says in
 * message (may be NULL) what, where and what to do, and returns DPS_BAD_FILE or DPS_NO_MEMORY. */
DpsStatus weights_open(const char *path, Weights **weights, DpsMessage *message);

/* Closes the file and frees everything; NULL is fine. */
void weights_close(Weights *weights);

/* The text that the file's metadata have under this key, or NULL. */
const char *weights_metadata(const Weights *weights, const char *key);

/* The tensors in the order of their data, 0 <= i < weights_count(). */
int weights_count(const Weights *weights);
const WeightTensor *weights_tensor(const Weights *weights, int i);

/* The tensor of this name, or NULL. */
const WeightTensor *weights_find(const Weights *weights, const char *name);

/* Reads the tensor `name`, which must have exactly the shape shape[ndim], into out[product of the
 * shape], row-major. F32, F16, BF16 and F64 are read, and become float. Returns DPS_BAD_FILE and a
 * message if the tensor is absent, has another shape or kind of number, holds a
 * value that is no finite float, or can't be read; `out` is then partly written. */
DpsStatus weights_read(const Weights *weights, const char *name, int ndim, const int64_t *shape,
                       float *out, DpsMessage *message);

#endif
