/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* weights-private.h - what weights.c (the file and its numbers), weights-header.c (what the header of a
 * safetensors file says) and torch-file.c (the same of PyTorch's files) share, and nobody else
 * includes. */

#ifndef WEIGHTS_PRIVATE_H
#define WEIGHTS_PRIVATE_H

#include "json.h"
#include "message.h"
#include "weights.h"

typedef struct {
    const char *key, *text;
} WeightText;

struct Weights {
    char *path;
    int fd;
    char *header;       /* decoded in place: names and texts point into it */
    int64_t header_end; /* in a safetensors file: the data begin here */
    int64_t file_size;
    WeightTensor *tensors; /* in the order of their data */
    int tensor_count, tensor_room;
    WeightText *texts; /* the metadata, in order of key */
    int text_count, text_room;
};

/* Where a sentence goes. */
typedef struct {
    const char *path;
    DpsMessage *message;
} WeightReport;

/* Says "path: sentence"; returns status. */
DpsStatus weights_fail(const WeightReport *report, DpsStatus status, const char *format, ...)
#if defined __GNUC__
    __attribute__((format(printf, 3, 4)))
#endif
    ;
DpsStatus weights_no_memory(const WeightReport *report);

/* A name from the file in a message: "%.*s" with SHOWN(name) shows at most 80 bytes of it. */
#define SHOWN(name) weights_shown(name, 80), name
int weights_shown(const char *text, int limit);

/* Bytes per number of a dtype, its name in static memory in *constant; 0 for an unknown one. */
int weights_dtype_size(const char *dtype, const char **constant);

/* Reads exactly `bytes` at `offset`; false where the file has shrunk or the disk failed. */
bool weights_read_at(int fd, void *out, size_t bytes, int64_t offset);

/* Fills count and bytes from the shape; false where they do not fit in 63 bits. */
bool weights_count_bytes(WeightTensor *t, int64_t number_size);

/* Brings the tensors into the order of their data, after checking that each name is there once. */
DpsStatus weights_order(Weights *weights, const WeightReport *report);

/* The same for a file of PyTorch's, which its first eight bytes tell. */
bool torch_looks_like(const unsigned char *first);
DpsStatus torch_parse(Weights *weights, const unsigned char *first, const WeightReport *report);

/* Fills tensors and texts from weights->header, checking everything against everything. */
DpsStatus weights_parse_header(Weights *weights, const WeightReport *report);

#endif
