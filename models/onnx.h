/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* onnx.h - a network in an ONNX file, run by ONNX Runtime.
 *
 * The runtime is a library of the system that is opened with the first model.  Where there is none, or
 * where the program was built without its header, onnx_open says so and nothing else is lost.  What numbers
 * mean, and what pictures have to do with them, is model-run.h's business.
 *
 * Errors are whole sentences that begin with the file's name, but for MODEL_ERROR_CANCELLED. */

#ifndef MODELS_ONNX_H
#define MODELS_ONNX_H

#include <glib.h>

#include "dps.h"

typedef enum {
    MODEL_ERROR_FILE,    /* the model or its description can't be used */
    MODEL_ERROR_RUNTIME, /* there is nothing to run models with */
    MODEL_ERROR_CANCELLED
} ModelError;

#define MODEL_ERROR (model_error_quark())
GQuark model_error_quark(void);

/* Sets *error to "FILE: " and the formatted sentence. */
void model_file_error(GError **error, const char *file, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

#define ONNX_RANK 8

typedef struct {
    int rank;
    gint64 size[ONNX_RANK]; /* -1: any */
} OnnxShape;

/* Numbers, the last dimension counting fastest. */
typedef struct {
    OnnxShape shape;
    float *value; /* g_free */
} OnnxTensor;

typedef struct Onnx Onnx;

/* Opens a model that has one input, of floats.  threads: to compute with; 0: as many as there are
 * processors.  NULL and an error; onnx_close frees it. */
Onnx *onnx_open(const char *file, int threads, GError **error);
void onnx_close(Onnx *onnx);

/* Of the input, as the model has it. */
const OnnxShape *onnx_input(const Onnx *onnx);

/* Runs the model: *out becomes what the output of this name has, NULL: the first one; numbers of any common
 * type become floats.  work->cancelled is asked from the calling thread. */
gboolean onnx_run(Onnx *onnx, const OnnxTensor *in, const char *output, const DpsWork *work,
                  OnnxTensor *out, GError **error);

#endif
