/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* onnx-run.c - a run of a model: numbers to the runtime and back. */

#include "onnx-private.h"

#include <glib/gi18n.h>

/* One run in a thread of its own, while the caller's asks whether it is still wanted. */
typedef struct {
    Onnx *onnx;
    const char *output;
    OrtValue *in, *out;
    OrtRunOptions *options;
    OrtStatus *status;
    GMutex lock;
    GCond end;
    gboolean ended;
} Run;

static gpointer run_model(gpointer data)
{
    Run *run = data;
    const char *inputs[] = { run->onnx->input };
    const OrtValue *values[] = { run->in };
    OrtStatus *status = run->onnx->api->Run(run->onnx->session, run->options, inputs, values, 1,
                                            &run->output, 1, &run->out);
    g_mutex_lock(&run->lock);
    run->status = status;
    run->ended = TRUE;
    g_cond_signal(&run->end);
    g_mutex_unlock(&run->lock);
    return NULL;
}

static gboolean wait_for(Run *run, const DpsWork *work, GError **error)
{
    const OrtApi *api = run->onnx->api;
    gboolean cancelled = FALSE;
    GThread *thread = g_thread_try_new("model", run_model, run, error);
    if (!thread)
        return FALSE;
    g_mutex_lock(&run->lock);
    while (!run->ended) {
        g_cond_wait_until(&run->end, &run->lock, g_get_monotonic_time() + 20 * 1000);
        if (!run->ended && !cancelled && work->cancelled && work->cancelled(work->data)) {
            cancelled = TRUE;
            OrtStatus *status = api->RunOptionsSetTerminate(run->options);
            if (status)
                api->ReleaseStatus(status);
        }
    }
    g_mutex_unlock(&run->lock);
    g_thread_join(thread);
    if (!cancelled)
        return onnx_good(run->onnx, run->status, error);
    if (run->status)
        api->ReleaseStatus(run->status);
    g_set_error_literal(error, MODEL_ERROR, MODEL_ERROR_CANCELLED, _("Cancelled."));
    return FALSE;
}

#define COPY(type)                 \
    for (size_t i = 0; i < n; i++) \
    to[i] = (float) ((const type *) from)[i]

static gboolean copy_numbers(const void *from, ONNXTensorElementDataType type, size_t n, float *to)
{
    switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
        COPY(float);
        return TRUE;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
        COPY(double);
        return TRUE;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
        COPY(gint64);
        return TRUE;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
        COPY(gint32);
        return TRUE;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
        COPY(guint8);
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean read_values(const Onnx *onnx, OrtValue *value, OnnxTensor *out, GError **error)
{
    const OrtApi *api = onnx->api;
    OrtTensorTypeAndShapeInfo *info = NULL;
    ONNXTensorElementDataType type;
    void *from = NULL;
    size_t n = 0;
    gboolean ok = onnx_good(onnx, api->GetTensorTypeAndShape(value, &info), error) &&
                  onnx_read_shape(onnx, info, &out->shape, &type, error) &&
                  onnx_good(onnx, api->GetTensorShapeElementCount(info, &n), error) &&
                  onnx_good(onnx, api->GetTensorMutableData(value, &from), error);
    if (ok) {
        out->value = g_try_new(float, MAX(n, 1));
        ok = out->value && copy_numbers(from, type, n, out->value);
        if (!ok)
            model_file_error(error, onnx->file,
                             out->value ? _("gives no numbers that can be used.")
                                        : _("gives more than fits into the free memory."));
    }
    if (info)
        api->ReleaseTensorTypeAndShapeInfo(info);
    return ok;
}

static gboolean wrap(const Onnx *onnx, const OnnxTensor *in, OrtValue **value, GError **error)
{
    const OrtApi *api = onnx->api;
    OrtMemoryInfo *memory = NULL;
    size_t bytes = sizeof(float);
    for (int i = 0; i < in->shape.rank; i++)
        bytes *= (size_t) in->shape.size[i];
    gboolean ok =
        onnx_good(onnx, api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory),
             error) &&
        onnx_good(onnx,
             api->CreateTensorWithDataAsOrtValue(memory, in->value, bytes, in->shape.size,
                                                 (size_t) in->shape.rank,
                                                 ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, value),
             error);
    if (memory)
        api->ReleaseMemoryInfo(memory);
    return ok;
}

/* The name of the first output, or of the one that is asked for. */
static char *find_output(const Onnx *onnx, const char *wanted, GError **error)
{
    const OrtApi *api = onnx->api;
    OrtAllocator *allocator;
    size_t outputs = 0;
    char *found = NULL;
    if (!onnx_good(onnx, api->GetAllocatorWithDefaultOptions(&allocator), error) ||
        !onnx_good(onnx, api->SessionGetOutputCount(onnx->session, &outputs), error))
        return NULL;
    for (size_t i = 0; i < outputs && !found; i++) {
        char *name = NULL;
        if (!onnx_good(onnx, api->SessionGetOutputName(onnx->session, i, allocator, &name), error))
            return NULL;
        if (!wanted || g_str_equal(name, wanted))
            found = g_strdup(name);
        OrtStatus *status = api->AllocatorFree(allocator, name);
        if (status)
            api->ReleaseStatus(status);
    }
    if (!found)
        model_file_error(error, onnx->file, _("has no output called “%s”."), wanted ? wanted : "");
    return found;
}

gboolean onnx_run(Onnx *onnx, const OnnxTensor *in, const char *output, const DpsWork *work,
                  OnnxTensor *out, GError **error)
{
    const OrtApi *api = onnx->api;
    char *name = find_output(onnx, output, error);
    Run run = { .onnx = onnx, .output = name };
    *out = (OnnxTensor) { 0 };
    g_mutex_init(&run.lock);
    g_cond_init(&run.end);
    gboolean ok = name && onnx_good(onnx, api->CreateRunOptions(&run.options), error) &&
                  wrap(onnx, in, &run.in, error) && wait_for(&run, work, error) &&
                  read_values(onnx, run.out, out, error);
    if (run.out)
        api->ReleaseValue(run.out);
    if (run.in)
        api->ReleaseValue(run.in);
    if (run.options)
        api->ReleaseRunOptions(run.options);
    g_mutex_clear(&run.lock);
    g_cond_clear(&run.end);
    g_free(name);
    if (!ok)
        g_clear_pointer(&out->value, g_free);
    return ok;
}
