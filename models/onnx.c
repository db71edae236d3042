/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* onnx.c - ONNX Runtime's library, and models that are opened with it. */

#include "onnx-private.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/* The interface of release 1.11, which all later ones have as well; and its last release looked for. */
enum { API = 11, NEWEST = 60 };

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

gboolean onnx_good(const Onnx *onnx, OrtStatus *status, GError **error)
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

gboolean onnx_read_shape(const Onnx *onnx, const OrtTensorTypeAndShapeInfo *info, OnnxShape *shape,
                         ONNXTensorElementDataType *type, GError **error)
{
    const OrtApi *api = onnx->api;
    size_t rank = 0;
    if (!onnx_good(onnx, api->GetTensorElementType(info, type), error) ||
        !onnx_good(onnx, api->GetDimensionsCount(info, &rank), error))
        return FALSE;
    if (rank > ONNX_RANK) {
        model_file_error(error, onnx->file, _("has tensors of more than %d dimensions."),
                         ONNX_RANK);
        return FALSE;
    }
    shape->rank = (int) rank;
    return onnx_good(onnx, api->GetDimensions(info, shape->size, rank), error);
}

static gboolean read_input_shape(Onnx *onnx, GError **error)
{
    const OrtApi *api = onnx->api;
    const OrtTensorTypeAndShapeInfo *tensor = NULL;
    ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    OrtTypeInfo *info = NULL;
    gboolean ok = onnx_good(onnx, api->SessionGetInputTypeInfo(onnx->session, 0, &info), error) &&
                  onnx_good(onnx, api->CastTypeInfoToTensorInfo(info, &tensor), error) &&
                  (!tensor || onnx_read_shape(onnx, tensor, &onnx->shape, &type, error));
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
    if (!onnx_good(onnx, api->SessionGetInputCount(onnx->session, &inputs), error))
        return FALSE;
    if (inputs != 1) {
        model_file_error(error, onnx->file,
                         _("has %d inputs; only models with one, a picture, can be used."),
                         (int) inputs);
        return FALSE;
    }
    if (!onnx_good(onnx, api->GetAllocatorWithDefaultOptions(&allocator), error) ||
        !onnx_good(onnx, api->SessionGetInputName(onnx->session, 0, allocator, &name), error))
        return FALSE;
    onnx->input = g_strdup(name);
    return onnx_good(onnx, api->AllocatorFree(allocator, name), error) && read_input_shape(onnx, error);
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
    gboolean ok = onnx_good(onnx,
                       api->CreateEnvWithCustomLogger(say_nothing, NULL, ORT_LOGGING_LEVEL_FATAL,
                                                      "photo-style", &onnx->env),
                       error) &&
                  onnx_good(onnx, api->CreateSessionOptions(&options), error) &&
                  onnx_good(onnx, api->SetIntraOpNumThreads(options, threads), error) &&
                  onnx_good(onnx, create_session(onnx, options), error);
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
