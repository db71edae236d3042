/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* onnx-private.h - what onnx.c (the library, opening) and onnx-run.c (running) share, and nobody else includes. */

#ifndef MODELS_ONNX_PRIVATE_H
#define MODELS_ONNX_PRIVATE_H

#include <onnxruntime_c_api.h>

#include "onnx.h"

struct Onnx {
    const OrtApi *api;
    char *file;
    OrtEnv *env;
    OrtSession *session;
    char *input; /* its name */
    OnnxShape shape;
};

/* TRUE for a good status; else the error, with the first line of what the runtime says. */
gboolean onnx_good(const Onnx *onnx, OrtStatus *status, GError **error);

/* The shape and type of a tensor. */
gboolean onnx_read_shape(const Onnx *onnx, const OrtTensorTypeAndShapeInfo *info, OnnxShape *shape,
                         ONNXTensorElementDataType *type, GError **error);

#endif
