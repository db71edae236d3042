/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* onnx-none.c - onnx.h where the program is built without ONNX Runtime's header. */

#include "onnx.h"

#include <glib/gi18n.h>

Onnx *onnx_open(const char *file, int threads, GError **error)
{
    model_file_error(error, file, _("can't be used: this program was built without ONNX Runtime."));
    if (error)
        (*error)->code = MODEL_ERROR_RUNTIME;
    return NULL;
}

void onnx_close(Onnx *onnx)
{
}

const OnnxShape *onnx_input(const Onnx *onnx)
{
    return NULL;
}

gboolean onnx_run(Onnx *onnx, const OnnxTensor *in, const char *output, const DpsWork *work,
                  OnnxTensor *out, GError **error)
{
    return FALSE;
}
