/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cudnn.h"

#include <dlfcn.h>
#include <map>
#include <string.h>
#include <vector>

#define PROPOSED 6
enum { NOT_THE_SAME, NOT_COMPILED, CANNOT_RUN, TOO_LARGE, TENSOR_CORES };

struct EmulatedDnn {
    int unused;
};

struct EmulatedDescriptor {
    cudnnBackendDescriptorType_t type;
    bool ready;
    std::map<int, std::vector<char>> value;
    int engine;                      /* of what is proposed, and what comes of it */
    const EmulatedDescriptor *graph; /* the same */
};

typedef const EmulatedDescriptor *Descriptor;

#define EXPORTED extern "C" __attribute__((visibility("default")))

const char *emulated_cudnn()
{
    Dl_info info;

    return dladdr((void *) emulated_cudnn, &info) ? info.dli_fname : "";
}

EXPORTED size_t cudnnGetVersion()
{
    return 90000;
}

EXPORTED cudnnStatus_t cudnnCreate(cudnnHandle_t *h)
{
    *h = new EmulatedDnn();
    return CUDNN_STATUS_SUCCESS;
}

EXPORTED cudnnStatus_t cudnnDestroy(cudnnHandle_t h)
{
    delete h;
    return CUDNN_STATUS_SUCCESS;
}

EXPORTED cudnnStatus_t cudnnSetStream(cudnnHandle_t, cudaStream_t)
{
    return CUDNN_STATUS_SUCCESS;
}

EXPORTED cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
                                                    cudnnBackendDescriptor_t *d)
{
    *d = new EmulatedDescriptor();
    (*d)->type = type;
    return CUDNN_STATUS_SUCCESS;
}

EXPORTED cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t d)
{
    delete d;
    return CUDNN_STATUS_SUCCESS;
}

static size_t size_of(cudnnBackendAttributeType_t type)
{
    switch (type) {
    case CUDNN_TYPE_BOOLEAN:
        return sizeof(bool);
    case CUDNN_TYPE_FLOAT:
        return sizeof(float);
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_BACKEND_DESCRIPTOR:
    case CUDNN_TYPE_VOID_PTR:
        return sizeof(void *);
    case CUDNN_TYPE_INT64:
        return sizeof(int64_t);
    default:
        return sizeof(int);
    }
}

EXPORTED cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t d,
                                                cudnnBackendAttributeName_t name,
                                                cudnnBackendAttributeType_t type, int64_t n,
                                                const void *value)
{
    if (d->ready || n < 1 || !value)
        return CUDNN_STATUS_BAD_PARAM;
    const char *bytes = (const char *) value;
    d->value[name].assign(bytes, bytes + (size_t) n * size_of(type));
    return CUDNN_STATUS_SUCCESS;
}

/* Number i of what was set; what was not set ends the program. */
template <typename T> static T get(Descriptor d, cudnnBackendAttributeName_t name, size_t i = 0)
{
    auto found = d->value.find(name);
    T v;

    if (found == d->value.end() || found->second.size() < (i + 1) * sizeof v)
        emulated_die("a cuDNN descriptor lacks an attribute");
    memcpy(&v, found->second.data() + i * sizeof v, sizeof v);
    return v;
}

static size_t count(Descriptor d, cudnnBackendAttributeName_t name)
{
    return d->value.at(name).size() / sizeof(void *);
}

EXPORTED cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t d)
{
    if (d->ready)
        return CUDNN_STATUS_BAD_PARAM;
    if (d->type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) {
        Descriptor proposal = get<Descriptor>(d, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
        d->engine = proposal->engine;
        d->graph = proposal->graph;
        if (d->engine == CANNOT_RUN)
            return CUDNN_STATUS_NOT_SUPPORTED;
    }
    d->ready = true;
    return CUDNN_STATUS_SUCCESS;
}

EXPORTED cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t d,
                                                cudnnBackendAttributeName_t name,
                                                cudnnBackendAttributeType_t, int64_t most,
                                                int64_t *n, void *value)
{
    cudnnBackendDescriptor_t *descriptor = (cudnnBackendDescriptor_t *) value;

    *n = 0;
    switch (name) {
    case CUDNN_ATTR_ENGINEHEUR_RESULTS:
        if (!d->ready)
            return CUDNN_STATUS_BAD_PARAM;
        for (; *n < PROPOSED && *n < most && !emulated_failure("no-proposals"); ++*n) {
            descriptor[*n]->engine = (int) *n;
            descriptor[*n]->graph = get<Descriptor>(d, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
            descriptor[*n]->ready = true;
        }
        return CUDNN_STATUS_SUCCESS;
    case CUDNN_ATTR_ENGINECFG_ENGINE:
        descriptor[0]->engine = d->engine;
        *n = 1;
        return CUDNN_STATUS_SUCCESS;
    case CUDNN_ATTR_ENGINE_NUMERICAL_NOTE:
        if (d->engine == NOT_THE_SAME)
            ((cudnnBackendNumericalNote_t *) value)[(*n)++] = CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;
        if (d->engine == TENSOR_CORES)
            ((cudnnBackendNumericalNote_t *) value)[(*n)++] = CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
        return CUDNN_STATUS_SUCCESS;
    case CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE:
        if (d->engine == NOT_COMPILED)
            ((cudnnBackendBehaviorNote_t *) value)[(*n)++] =
                CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
        return CUDNN_STATUS_SUCCESS;
    case CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE:
        *(int64_t *) value = d->engine == TOO_LARGE ? (int64_t) 1 << 40 : d->engine % 2 ? 0 : 256;
        *n = 1;
        return CUDNN_STATUS_SUCCESS;
    default:
        return CUDNN_STATUS_NOT_SUPPORTED;
    }
}

/* ---------------------------------------------------------------------- convolutions */

struct Place {
    float *p;
    int64_t size[4], stride[4];
};

static Place place(Descriptor tensor, Descriptor variants)
{
    int64_t id = get<int64_t>(tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID);
    Place to = {};

    for (size_t i = 0; i < 4; i++) {
        to.size[i] = get<int64_t>(tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, i);
        to.stride[i] = get<int64_t>(tensor, CUDNN_ATTR_TENSOR_STRIDES, i);
    }
    for (size_t i = 0; i < count(variants, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS); i++)
        if (get<int64_t>(variants, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, i) == id)
            to.p = get<float *>(variants, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, i);
    if (!to.p || (uintptr_t) to.p % (size_t) get<int64_t>(tensor, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT))
        emulated_die("cuDNN's variants lack a tensor, or it lies where it can't be read");
    return to;
}

static float *at(const Place &t, int64_t n, int64_t c, int64_t i, int64_t j)
{
    return t.p + n * t.stride[0] + c * t.stride[1] + i * t.stride[2] + j * t.stride[3];
}

struct Work {
    Place x, y, filter, bias;
    int64_t stride, pad;
    float scale, kept;
    bool cut, linear;
};

/* What is left of a factor. */
static float factor(const Work &w, float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    bits &= w.cut ? ~0u << 13 : ~0u;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void forward(const Work &w)
{
    for (int64_t o = 0; o < w.y.size[1]; o++)
        for (int64_t i = 0; i < w.y.size[2]; i++)
            for (int64_t j = 0; j < w.y.size[3]; j++) {
                float sum = 0;
                for (int64_t u = 0; u < w.filter.size[2]; u++)
                    for (int64_t v = 0; v < w.filter.size[3]; v++) {
                        int64_t p = i * w.stride - w.pad + u, q = j * w.stride - w.pad + v;
                        if (p < 0 || p >= w.x.size[2] || q < 0 || q >= w.x.size[3])
                            continue;
                        for (int64_t c = 0; c < w.x.size[1]; c++)
                            sum += factor(w, *at(w.x, 0, c, p, q)) *
                                   factor(w, *at(w.filter, o, c, u, v));
                    }
                float v = w.scale * sum + *at(w.bias, 0, o, 0, 0);
                *at(w.y, 0, o, i, j) = w.linear ? v : fmaxf(v, 0);
            }
}

static void back(const Work &w)
{
    for (int64_t c = 0; c < w.x.size[1]; c++)
        for (int64_t p = 0; p < w.x.size[2]; p++)
            for (int64_t q = 0; q < w.x.size[3]; q++) {
                float sum = 0, *to = at(w.x, 0, c, p, q);
                for (int64_t u = 0; u < w.filter.size[2]; u++)
                    for (int64_t v = 0; v < w.filter.size[3]; v++) {
                        int64_t i = p + w.pad - u, j = q + w.pad - v;
                        if (i < 0 || j < 0 || i % w.stride || j % w.stride ||
                            i / w.stride >= w.y.size[2] || j / w.stride >= w.y.size[3])
                            continue;
                        for (int64_t o = 0; o < w.y.size[1]; o++)
                            sum += factor(w, *at(w.y, 0, o, i / w.stride, j / w.stride)) *
                                   factor(w, *at(w.filter, o, c, u, v));
                    }
                *to = w.scale * sum + (w.kept != 0 ? w.kept * *to : 0);
            }
}

/* The operations as they are put together in conv-cudnn.cu, and in no other way. */
EXPORTED cudnnStatus_t cudnnBackendExecute(cudnnHandle_t, cudnnBackendDescriptor_t plan,
                                           cudnnBackendDescriptor_t variants)
{
    Descriptor op = get<Descriptor>(plan->graph, CUDNN_ATTR_OPERATIONGRAPH_OPS), conv;
    bool is_back = op->type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR;
    Work w = {};

    if (!plan->ready || !variants->ready)
        return CUDNN_STATUS_BAD_PARAM;
    if (is_back) {
        conv = get<Descriptor>(op, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC);
        w.x = place(get<Descriptor>(op, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX), variants);
        w.y = place(get<Descriptor>(op, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY), variants);
        w.filter = place(get<Descriptor>(op, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W),
                         variants);
        w.kept = get<float>(op, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA);
    } else {
        Descriptor add = get<Descriptor>(plan->graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, 1);
        w.linear = count(plan->graph, CUDNN_ATTR_OPERATIONGRAPH_OPS) == 2;
        Descriptor last = w.linear ? add
                                   : get<Descriptor>(plan->graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, 2);
        conv = get<Descriptor>(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC);
        w.x = place(get<Descriptor>(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X), variants);
        w.filter = place(get<Descriptor>(op, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W), variants);
        w.bias = place(get<Descriptor>(add, CUDNN_ATTR_OPERATION_POINTWISE_BDESC), variants);
        w.y = place(get<Descriptor>(last, CUDNN_ATTR_OPERATION_POINTWISE_YDESC), variants);
    }
    w.stride = get<int64_t>(conv, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
    w.pad = get<int64_t>(conv, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
    w.cut = plan->engine == TENSOR_CORES;
    w.scale = plan->engine < CANNOT_RUN || emulated_failure("wrong-cudnn") ? 1.5f : 1;
    emulated_do([=]() {
        EmulatedAccess access;
        if (emulated_lost(true)) {
            emulated_fail(cudaErrorLaunchFailure);
            return;
        }
        if (is_back)
            back(w);
        else
            forward(w);
    });
    return emulated_lost(false) ? CUDNN_STATUS_NOT_SUPPORTED : CUDNN_STATUS_SUCCESS;
}
