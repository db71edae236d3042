/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* model-run.h - a described model and photos: a photo becomes its input, its output planes of a picture.
 *
 * What planes mean is model.c's business. */

#ifndef MODELS_MODEL_RUN_H
#define MODELS_MODEL_RUN_H

#include "description.h"
#include "onnx.h"

typedef struct {
    ModelDescription *description;
    Onnx *onnx;
} Model;

/* Opens a model and reads its description; model_close frees it, after a failure as well. */
gboolean model_open(Model *model, const char *file, int threads, GError **error);
void model_close(Model *model);

/* Runs the model on a photo.  Without dimensions of 1, the output is a vector, a plane, or planes. */
gboolean model_run(const Model *model, const DpsImage *photo, const DpsWork *work, OnnxTensor *out,
                   GError **error);

/* Such an output as a picture over the whole photo: one plane, or `planes`, which come first or last. */
gboolean model_planes(const Model *model, const OnnxTensor *out, int planes, DpsImage *image,
                      GError **error);

#endif
