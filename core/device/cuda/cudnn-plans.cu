/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cuDNN itself, opened at run time, and its graphs: what a convolution is, told attribute by attribute. */
#include "cudnn-plans.h"

#ifdef HAVE_CUDNN
#include <dlfcn.h>
#include <stdlib.h>

#ifndef CUDNN_LIBRARY
#define CUDNN_LIBRARY "libcudnn.so.9"
#endif
#define NEWEST 100000 /* what has this number or more may have changed its calls */
#define NOTES 16

/* ----------------------------------------------------------------------- the library */

static bool find_calls(Cudnn *dnn)
{
    bool good = true;

#define FIND(name) \
    good = (dnn->name = (decltype(dnn->name)) dlsym(dnn->library, #name)) != NULL && good;
    CUDNN_CALLS(FIND)
#undef FIND
    return good;
}

Cudnn *cudnn_open(Cuda *cuda)
{
    const char *named = getenv("DPS_CUDNN");
    Cudnn *dnn = (Cudnn *) calloc(1, sizeof *dnn);

    if (!dnn)
        return NULL;
    dnn->library = dlopen(named ? named : CUDNN_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (dnn->library && find_calls(dnn) && dnn->cudnnGetVersion() < NEWEST &&
        !dnn->cudnnCreate(&dnn->handle) && !dnn->cudnnSetStream(dnn->handle, cuda->stream))
        return dnn;
    cudnn_close(dnn);
    return NULL;
}

/* The library stays: it is large, and the next run wants it again. */
void cudnn_close(Cudnn *dnn)
{
    if (!dnn)
        return;
    if (dnn->handle)
        dnn->cudnnDestroy(dnn->handle);
    free(dnn);
}

/* -------------------------------------------------------------------------- plans */

static Descriptor make(ConvPlan *p, cudnnBackendDescriptorType_t type)
{
    Descriptor d = NULL;

    p->failed = p->failed || p->count == MOST_DESCRIPTORS ||
                p->dnn->cudnnBackendCreateDescriptor(type, &d);
    if (!p->failed)
        p->descriptor[p->count++] = d;
    return d;
}

static void set(ConvPlan *p, Descriptor d, cudnnBackendAttributeName_t name,
                cudnnBackendAttributeType_t type, int64_t n, const void *value)
{
    p->failed = p->failed || p->dnn->cudnnBackendSetAttribute(d, name, type, n, value);
}

static void set_descriptor(ConvPlan *p, Descriptor d, cudnnBackendAttributeName_t name,
                           Descriptor value)
{
    set(p, d, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value);
}

static void finish(ConvPlan *p, Descriptor d)
{
    p->failed = p->failed || p->dnn->cudnnBackendFinalize(d);
}

/* Numbers side by side in the channels' order; `inner`: a value that never reaches memory. */
static Descriptor tensor(ConvPlan *p, int64_t id, const int64_t (&size)[4], int64_t pixel,
                         bool inner)
{
    const cudnnDataType_t type = CUDNN_DATA_FLOAT;
    const int64_t stride[4] = { size[2] * size[3] * pixel, 1, size[3] * pixel, pixel };
    const int64_t alignment = 16;
    Descriptor d = make(p, CUDNN_BACKEND_TENSOR_DESCRIPTOR);

    set(p, d, CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &type);
    set(p, d, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4, size);
    set(p, d, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4, stride);
    set(p, d, CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, &id);
    set(p, d, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, &alignment);
    set(p, d, CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, &inner);
    finish(p, d);
    return d;
}

/* What the convolution is, whatever its tensors. */
static Descriptor convolution(ConvPlan *p)
{
    const cudnnDataType_t type = CUDNN_DATA_FLOAT;
    const cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
    const int64_t dimensions = 2, apart[2] = { 1, 1 }, stride[2] = { p->g.stride, p->g.stride };
    const int64_t pad[2] = { p->g.pad, p->g.pad };
    Descriptor d = make(p, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);

    set(p, d, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &type);
    set(p, d, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode);
    set(p, d, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, 1, &dimensions);
    set(p, d, CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 2, apart);
    set(p, d, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, 2, stride);
    set(p, d, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, 2, pad);
    set(p, d, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, 2, pad);
    finish(p, d);
    return d;
}

static Descriptor product_forward(ConvPlan *p, Descriptor x, Descriptor filter, Descriptor y)
{
    const float one = 1, none = 0;
    Descriptor d = make(p, CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);

    set(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, 1, &one);
    set(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, 1, &none);
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, convolution(p));
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x);
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, filter);
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, y);
    finish(p, d);
    return d;
}

static Descriptor product_back(ConvPlan *p, Descriptor dx, Descriptor filter, Descriptor dy)
{
    const float one = 1, kept = p->add ? 1 : 0;
    Descriptor d = make(p, CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR);

    set(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_TYPE_FLOAT, 1, &one);
    set(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, CUDNN_TYPE_FLOAT, 1, &kept);
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, convolution(p));
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, dy);
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, filter);
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, dx);
    finish(p, d);
    return d;
}

/* to = from + bias, or where there is none, what is positive of `from`. */
static Descriptor pointwise(ConvPlan *p, Descriptor from, Descriptor bias, Descriptor to)
{
    const cudnnPointwiseMode_t mode = bias ? CUDNN_POINTWISE_ADD : CUDNN_POINTWISE_RELU_FWD;
    const cudnnDataType_t type = CUDNN_DATA_FLOAT;
    Descriptor how = make(p, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);

    set(p, how, CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode);
    set(p, how, CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, 1, &type);
    finish(p, how);
    Descriptor d = make(p, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, how);
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, from);
    if (bias)
        set_descriptor(p, d, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, bias);
    set_descriptor(p, d, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, to);
    finish(p, d);
    return d;
}

/* Forward: y = relu(w * x + b), or without ReLU.  Back: dx = w^T * dy. */
static Descriptor operations(ConvPlan *p, const ConvShape *s)
{
    const Geometry &g = p->g;
    const int64_t in[4] = { 1, s->cin, g.xh, g.xw }, out[4] = { 1, s->cout, g.yh, g.yw };
    const int64_t filters[4] = { s->cout, s->cin, s->k, s->k }, each[4] = { 1, s->cout, 1, 1 };
    Descriptor x = tensor(p, ID_X, in, (int64_t) p->x_step, false);
    Descriptor y = tensor(p, ID_Y, out, (int64_t) p->y_step, false);
    Descriptor filter = tensor(p, ID_FILTER, filters, s->cin, false), all[3];
    int64_t n = 1;

    if (p->back) {
        all[0] = product_back(p, x, filter, y);
    } else {
        Descriptor bias = tensor(p, ID_BIAS, each, s->cout, false);
        Descriptor sum = tensor(p, ID_SUM, out, s->cout, true);
        Descriptor biased = s->linear ? y : tensor(p, ID_BIASED, out, s->cout, true);
        all[0] = product_forward(p, x, filter, sum);
        all[1] = pointwise(p, sum, bias, biased);
        n = 2;
        if (!s->linear)
            all[n++] = pointwise(p, biased, NULL, y);
    }
    Descriptor d = make(p, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    set(p, d, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &p->dnn->handle);
    set(p, d, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, n, all);
    finish(p, d);
    return d;
}

/* What cuDNN proposes, the best first as it thinks. */
int plan_proposals(ConvPlan *p, const ConvShape *s, Descriptor (&to)[PROPOSALS])
{
    const cudnnBackendHeurMode_t mode = CUDNN_HEUR_MODE_A;
    Descriptor graph = operations(p, s), d = make(p, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    int64_t n = 0;

    set_descriptor(p, d, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
    set(p, d, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
    finish(p, d);
    for (Descriptor &proposal : to)
        proposal = make(p, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    p->failed = p->failed ||
                p->dnn->cudnnBackendGetAttribute(d, CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                                 CUDNN_TYPE_BACKEND_DESCRIPTOR, PROPOSALS, &n, to);
    return p->failed ? 0 : (int) (n < PROPOSALS ? n : PROPOSALS);
}

/* The same bits every time, nothing that a compiler has yet to make (that takes seconds), and with float32
 * nothing that rounds factors. */
static bool acceptable(ConvPlan *p, const Cuda *cuda, Descriptor proposal)
{
    cudnnBackendNumericalNote_t number[NOTES];
    cudnnBackendBehaviorNote_t behaviour[NOTES];
    int64_t n = 0, numbers = 0, behaviours = 0;
    Descriptor engine = make(p, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    const Cudnn *dnn = p->dnn;

    if (p->failed ||
        dnn->cudnnBackendGetAttribute(proposal, CUDNN_ATTR_ENGINECFG_ENGINE,
                                      CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &n, &engine) ||
        dnn->cudnnBackendGetAttribute(engine, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                      CUDNN_TYPE_NUMERICAL_NOTE, NOTES, &numbers, number) ||
        dnn->cudnnBackendGetAttribute(engine, CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE,
                                      CUDNN_TYPE_BEHAVIOR_NOTE, NOTES, &behaviours, behaviour))
        return false;
    for (int64_t i = 0; i < numbers; i++)
        if (number[i] == CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC ||
            (cuda->precision == PRECISION_FLOAT32 && number[i] <= CUDNN_NUMERICAL_NOTE_FFT))
            return false;
    for (int64_t i = 0; i < behaviours; i++)
        if (behaviour[i] == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION)
            return false;
    return true;
}

/* A proposal that can run within so much workspace, or NULL. */
Descriptor plan_prepare(ConvPlan *p, const Cuda *cuda, Descriptor proposal, size_t most,
                        size_t *work)
{
    int64_t bytes = 0, n = 0;
    Descriptor d = NULL;

    if (!acceptable(p, cuda, proposal))
        return NULL;
    d = make(p, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    set(p, d, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, &p->dnn->handle);
    set_descriptor(p, d, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, proposal);
    if (p->failed || p->dnn->cudnnBackendFinalize(d) ||
        p->dnn->cudnnBackendGetAttribute(d, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                         CUDNN_TYPE_INT64, 1, &n, &bytes) ||
        (size_t) bytes > most)
        return NULL;
    *work = (size_t) bytes;
    return d;
}

void plan_drop(ConvPlan *p)
{
    while (p->count > 0)
        p->dnn->cudnnBackendDestroyDescriptor(p->descriptor[--p->count]);
    free(p);
}

#else

Cudnn *cudnn_open(Cuda *)
{
    return NULL;
}

void cudnn_close(Cudnn *)
{
}

#endif
