/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "onnx.h"

#include <glib/gi18n.h>
#include <string.h>

G_DEFINE_QUARK(photo - style - model - error, model_error)

void model_file_error(GError **error, const char *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args), *name = g_filename_display_name(file);
    va_end(args);
    g_set_error(error, MODEL_ERROR, MODEL_ERROR_FILE, "%s: %s", name, text);
    g_free(name);
    g_free(text);
}

#ifndef HAVE_ONNXRUNTIME

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

#else

#include <dlfcn.h>
#include <fcntl.h>
#include <onnxruntime_c_api.h>
#include <unistd.h>

/* The interface of release 1.11, which all later ones have as well; and its last release looked for. */
enum { API = 11, NEWEST = 60 };

struct Onnx {
    const OrtApi *api;
    char *file;
    OrtEnv *env;
    OrtSession *session;
    char *input; /* its name */
    OnnxShape shape;
};

/* ------------------------------------------------------------------- the library */

static void *open_library(const char *name)
{
    return dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

/* Distributions name the library by its release. */
static void *find_library(void)
{
    const char *named = g_getenv("DPS_ONNXRUNTIME");
    void *library = open_library(named ? named : "libonnxruntime.so.1");
    for (int release = NEWEST; !named && !library && release >= API; release--) {
        char *name = g_strdup_printf("libonnxruntime.so.1.%d", release);
        library = open_library(name);
        g_free(name);
    }
    return library || named ? library : open_library("libonnxruntime.so");
}

static const OrtApi *find_api(void)
{
    const OrtApiBase *(*base)(void) = NULL;
    void *library = find_library();
    if (library)
        *(void **) &base = dlsym(library, "OrtGetApiBase");
    return base ? base()->GetApi(API) : NULL;
}

static const OrtApi *get_api(void)
{
    static const OrtApi *api;
    static gsize looked;
    if (g_once_init_enter(&looked)) {
        api = find_api();
        g_once_init_leave(&looked, 1);
    }
    return api;
}

/* The runtime's own log: everything that matters comes back as a status. */
static void ORT_API_CALL say_nothing(void *data, OrtLoggingLevel level, const char *category,
                                     const char *id, const char *place, const char *message)
{
}

/* TRUE for a good status; else the error, with the first line of what the runtime says. */
static gboolean good(const Onnx *onnx, OrtStatus *status, GError **error)
{
    if (!status)
        return TRUE;
    char *reason = g_strdup(onnx->api->GetErrorMessage(status));
    char *line = strchr(reason, '\n');
    if (line)
        *line = '\0';
    size_t length = strlen(reason);
    if (length && reason[length - 1] == '.')
        reason[length - 1] = '\0';
    char *shown = g_utf8_make_valid(reason, -1);
    model_file_error(error, onnx->file, _("is no model that ONNX Runtime can use (%s)."), shown);
    g_free(shown);
    g_free(reason);
    onnx->api->ReleaseStatus(status);
    return FALSE;
}

/* --------------------------------------------------------------------- opening */

static gboolean read_shape(const Onnx *onnx, const OrtTensorTypeAndShapeInfo *info,
                           OnnxShape *shape, ONNXTensorElementDataType *type, GError **error)
{
    const OrtApi *api = onnx->api;
    size_t rank = 0;
    if (!good(onnx, api->GetTensorElementType(info, type), error) ||
        !good(onnx, api->GetDimensionsCount(info, &rank), error))
        return FALSE;
    if (rank > ONNX_RANK) {
        model_file_error(error, onnx->file, _("has tensors of more than %d dimensions."),
                         ONNX_RANK);
        return FALSE;
    }
    shape->rank = (int) rank;
    return good(onnx, api->GetDimensions(info, shape->size, rank), error);
}

static gboolean read_input_shape(Onnx *onnx, GError **error)
{
    const OrtApi *api = onnx->api;
    const OrtTensorTypeAndShapeInfo *tensor = NULL;
    ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    OrtTypeInfo *info = NULL;
    gboolean ok = good(onnx, api->SessionGetInputTypeInfo(onnx->session, 0, &info), error) &&
                  good(onnx, api->CastTypeInfoToTensorInfo(info, &tensor), error) &&
                  (!tensor || read_shape(onnx, tensor, &onnx->shape, &type, error));
    if (ok && type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
        model_file_error(
            error, onnx->file,
            _("takes no floats; only models that take a picture of floats can be used."));
        ok = FALSE;
    }
    if (info)
        api->ReleaseTypeInfo(info);
    return ok;
}

static gboolean read_input(Onnx *onnx, GError **error)
{
    const OrtApi *api = onnx->api;
    OrtAllocator *allocator;
    size_t inputs = 0;
    char *name = NULL;
    if (!good(onnx, api->SessionGetInputCount(onnx->session, &inputs), error))
        return FALSE;
    if (inputs != 1) {
        model_file_error(error, onnx->file,
                         _("has %d inputs; only models with one, a picture, can be used."),
                         (int) inputs);
        return FALSE;
    }
    if (!good(onnx, api->GetAllocatorWithDefaultOptions(&allocator), error) ||
        !good(onnx, api->SessionGetInputName(onnx->session, 0, allocator, &name), error))
        return FALSE;
    onnx->input = g_strdup(name);
    return good(onnx, api->AllocatorFree(allocator, name), error) && read_input_shape(onnx, error);
}

/* Debian's library prints a line on the standard error for each of hundreds of operators, with its first
 * session.  What it really has to say is in the status. */
static OrtStatus *create_session(Onnx *onnx, const OrtSessionOptions *options)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int kept = nowhere >= 0 ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0) : -1;
    if (kept >= 0)
        dup2(nowhere, STDERR_FILENO);
    OrtStatus *status = onnx->api->CreateSession(onnx->env, onnx->file, options, &onnx->session);
    if (kept >= 0) {
        dup2(kept, STDERR_FILENO);
        close(kept);
    }
    if (nowhere >= 0)
        close(nowhere);
    return status;
}

static gboolean open_session(Onnx *onnx, int threads, GError **error)
{
    const OrtApi *api = onnx->api;
    OrtSessionOptions *options = NULL;
    gboolean ok = good(onnx,
                       api->CreateEnvWithCustomLogger(say_nothing, NULL, ORT_LOGGING_LEVEL_FATAL,
                                                      "photo-style", &onnx->env),
                       error) &&
                  good(onnx, api->CreateSessionOptions(&options), error) &&
                  good(onnx, api->SetIntraOpNumThreads(options, threads), error) &&
                  good(onnx, create_session(onnx, options), error);
    if (options)
        api->ReleaseSessionOptions(options);
    return ok;
}

Onnx *onnx_open(const char *file, int threads, GError **error)
{
    const OrtApi *api = get_api();
    if (!api) {
        model_file_error(error, file,
                         _("can't be used without ONNX Runtime 1.%d or later; install it "
                           "(libonnxruntime), or name its file in DPS_ONNXRUNTIME."),
                         API);
        if (error)
            (*error)->code = MODEL_ERROR_RUNTIME;
        return NULL;
    }
    Onnx *onnx = g_new0(Onnx, 1);
    onnx->api = api;
    onnx->file = g_strdup(file);
    if (open_session(onnx, threads, error) && read_input(onnx, error))
        return onnx;
    onnx_close(onnx);
    return NULL;
}

void onnx_close(Onnx *onnx)
{
    if (!onnx)
        return;
    if (onnx->session)
        onnx->api->ReleaseSession(onnx->session);
    if (onnx->env)
        onnx->api->ReleaseEnv(onnx->env);
    g_free(onnx->input);
    g_free(onnx->file);
    g_free(onnx);
}

const OnnxShape *onnx_input(const Onnx *onnx)
{
    return &onnx->shape;
}

/* ---------------------------------------------------------------------- running */

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
        return good(run->onnx, run->status, error);
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
    gboolean ok = good(onnx, api->GetTensorTypeAndShape(value, &info), error) &&
                  read_shape(onnx, info, &out->shape, &type, error) &&
                  good(onnx, api->GetTensorShapeElementCount(info, &n), error) &&
                  good(onnx, api->GetTensorMutableData(value, &from), error);
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
        good(onnx, api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory),
             error) &&
        good(onnx,
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
    if (!good(onnx, api->GetAllocatorWithDefaultOptions(&allocator), error) ||
        !good(onnx, api->SessionGetOutputCount(onnx->session, &outputs), error))
        return NULL;
    for (size_t i = 0; i < outputs && !found; i++) {
        char *name = NULL;
        if (!good(onnx, api->SessionGetOutputName(onnx->session, i, allocator, &name), error))
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
    gboolean ok = name && good(onnx, api->CreateRunOptions(&run.options), error) &&
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

#endif
