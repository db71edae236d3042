/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions of features by cuDNN, where version 9 of it is installed: it is opened when the device is, and
 * without it conv.cu does without.  Of a convolution on pictures of one size a plan is made once, and kept with
 * the filters; where a plan will serve often, those that cuDNN proposes are timed. */
#include "conv-private.h"

#if __has_include(<cudnn.h>)
#include <cudnn.h>
#define HAVE_CUDNN 1
#endif

#ifdef HAVE_CUDNN
#include <dlfcn.h>
#include <stdlib.h>

#ifndef CUDNN_LIBRARY
#define CUDNN_LIBRARY "libcudnn.so.9"
#endif
#define NEWEST 100000 /* what has this number or more may have changed its calls */
#define PROPOSALS 8
#define NOTES 16
#define TIMES 3

#define CUDNN_CALLS(X)              \
    X(cudnnCreate)                  \
    X(cudnnDestroy)                 \
    X(cudnnSetStream)               \
    X(cudnnGetVersion)              \
    X(cudnnBackendCreateDescriptor) \
    X(cudnnBackendDestroyDescriptor) \
    X(cudnnBackendSetAttribute)     \
    X(cudnnBackendGetAttribute)     \
    X(cudnnBackendFinalize)         \
    X(cudnnBackendExecute)

struct Cudnn {
    void *library;
    cudnnHandle_t handle;
#define MEMBER(name) decltype(&::name) name;
    CUDNN_CALLS(MEMBER)
#undef MEMBER
};

typedef cudnnBackendDescriptor_t Descriptor;

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

void cudnn_close(Cudnn *dnn)
{
    if (!dnn)
        return;
    if (dnn->handle)
        dnn->cudnnDestroy(dnn->handle);
    if (dnn->library)
        dlclose(dnn->library);
    free(dnn);
}

/* -------------------------------------------------------------------------- plans */

/* Which convolution, and everything that was made for it.  After a failure nothing more is made. */
#define MOST_DESCRIPTORS 64

struct ConvPlan {
    ConvPlan *next;
    Geometry g;
    size_t x_step, y_step;
    bool back, add; /* towards x; to what is there */
    bool timed;     /* the best of some */
    const Cudnn *dnn;
    bool failed;
    int count;
    Descriptor descriptor[MOST_DESCRIPTORS];
    Descriptor chosen; /* NULL: cuDNN can't do it */
    size_t work;       /* bytes */
};

enum { ID_X = 1, ID_Y, ID_FILTER, ID_BIAS, ID_SUM, ID_BIASED };

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

/* Forward: y = relu(w * x + b).  Back: dx = w^T * dy. */
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
        Descriptor biased = tensor(p, ID_BIASED, out, s->cout, true);
        all[0] = product_forward(p, x, filter, sum);
        all[1] = pointwise(p, sum, bias, biased);
        all[2] = pointwise(p, biased, NULL, y);
        n = 3;
    }
    Descriptor d = make(p, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    set(p, d, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &p->dnn->handle);
    set(p, d, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, n, all);
    finish(p, d);
    return d;
}

/* What cuDNN proposes, the best first as it thinks. */
static int proposals(ConvPlan *p, const ConvShape *s, Descriptor (&to)[PROPOSALS])
{
    const cudnnBackendHeurMode_t mode = CUDNN_HEUR_MODE_A;
    Descriptor graph = operations(p, s), d = make(p, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    int64_t n = 0;

    set_descriptor(p, d, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
    set(p, d, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
    finish(p, d);
    for (Descriptor &proposal : to)
        proposal = make(p, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    p->failed = p->failed || p->dnn->cudnnBackendGetAttribute(d, CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                                              CUDNN_TYPE_BACKEND_DESCRIPTOR,
                                                              PROPOSALS, &n, to);
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
static Descriptor prepared(ConvPlan *p, const Cuda *cuda, Descriptor proposal, size_t most,
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

/* ------------------------------------------------------------------------ running */

typedef struct {
    float *x, *y, *filter, *bias;
} Operands;

static bool execute(const ConvPlan *p, Descriptor plan, const Operands &o, void *work)
{
    const int64_t id[] = { ID_X, ID_Y, ID_FILTER, ID_BIAS };
    void *const place[] = { o.x, o.y, o.filter, o.bias };
    const int64_t n = p->back ? 3 : 4;
    const Cudnn *dnn = p->dnn;
    Descriptor d = NULL;

    if (dnn->cudnnBackendCreateDescriptor(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, &d))
        return false;
    bool good =
        !dnn->cudnnBackendSetAttribute(d, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, n,
                                       id) &&
        !dnn->cudnnBackendSetAttribute(d, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS,
                                       CUDNN_TYPE_VOID_PTR, n, place) &&
        !dnn->cudnnBackendSetAttribute(d, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1,
                                       &work) &&
        !dnn->cudnnBackendFinalize(d) && !dnn->cudnnBackendExecute(dnn->handle, plan, d);
    dnn->cudnnBackendDestroyDescriptor(d);
    return good;
}

/* Milliseconds, INFINITY where it fails. */
static float time_of(const Cuda *cuda, const ConvPlan *p, Descriptor plan, const Operands &o,
                     void *work)
{
    cudaEvent_t begin = NULL, end = NULL;
    float took = INFINITY;

    if (!cudaEventCreateWithFlags(&begin, 0) && !cudaEventCreateWithFlags(&end, 0) &&
        execute(p, plan, o, work) && !cudaEventRecord(begin, cuda->stream)) {
        bool good = true;
        for (int i = 0; i < TIMES; i++)
            good = good && execute(p, plan, o, work);
        if (!good || cudaEventRecord(end, cuda->stream) || cudaEventSynchronize(end) ||
            cudaEventElapsedTime(&took, begin, end))
            took = INFINITY;
    }
    if (begin)
        cudaEventDestroy(begin);
    if (end)
        cudaEventDestroy(end);
    return took;
}

/* How much workspace patches would take, which is what the estimate of memory counts on. */
static size_t most_work(const ConvPlan *p, const ConvShape *s)
{
    size_t pixels = (size_t) p->g.yh * p->g.yw;
    size_t patches = (size_t) s->k * s->k * s->cin * sizeof(float) * pixels;

    return patches < CHUNK ? patches : CHUNK;
}

/* Chooses a plan: the fastest, or the first that can run.  While they are timed, results go to the
 * workspace, not to where they would be added. */
static void choose(Cuda *cuda, ConvPlan *p, const ConvShape *s, const Operands &o, bool timing)
{
    Descriptor proposal[PROPOSALS];
    size_t result = p->back ? (size_t) p->g.xh * p->g.xw * p->x_step
                            : (size_t) p->g.yh * p->g.yw * p->y_step;
    size_t most = most_work(p, s), out = result * sizeof(float);
    int n = proposals(p, s, proposal);
    float best = INFINITY;

    p->timed = timing = timing && !cuda->recording && out < most;
    char *work = timing ? (char *) cuda_work(cuda, most) : NULL;
    Operands aside = o;
    (p->back ? aside.x : aside.y) = (float *) work;
    for (int i = 0; i < n && (timing || !p->chosen); i++) {
        size_t bytes = 0;
        Descriptor d = prepared(p, cuda, proposal[i], timing ? most - out : most, &bytes);
        float took = d && timing && work ? time_of(cuda, p, d, aside, work + out) : 0;
        if (d && (!p->chosen || took < best)) {
            p->chosen = d;
            p->work = bytes;
            best = took;
        }
    }
    cudaGetLastError();
}

static void plan_drop(ConvPlan *p)
{
    while (p->count > 0)
        p->dnn->cudnnBackendDestroyDescriptor(p->descriptor[--p->count]);
    free(p);
}

static bool same(const ConvPlan *a, const ConvPlan *b)
{
    return a->g.xh == b->g.xh && a->g.xw == b->g.xw && a->x_step == b->x_step &&
           a->y_step == b->y_step && a->back == b->back && a->add == b->add;
}

/* The plan for what `wanted` says, made where there is none yet, NULL when memory is short.  Backward plans
 * serve many evaluations, and so does a forward one that is asked for again. */
static ConvPlan *plan_for(Cuda *cuda, const CudaConv *c, const ConvPlan &wanted, const Operands &o)
{
    ConvPlan **at = &c->plans, *p;

    while (*at && !same(*at, &wanted))
        at = &(*at)->next;
    if ((p = *at) && (p->timed || cuda->recording || !p->chosen))
        return p;
    if (p) {
        *at = p->next;
        plan_drop(p);
    }
    bool again = p != NULL;
    if (!(p = (ConvPlan *) malloc(sizeof *p)))
        return NULL;
    *p = wanted;
    choose(cuda, p, &c->c.shape, o, again || p->back);
    p->timed = p->timed || again;
    p->next = c->plans;
    c->plans = p;
    return p;
}

static bool suits(const Cuda *cuda, const CudaConv *c, const View &x, const View &y)
{
    return cuda->dnn && (cuda->conv == CONV_BEST || cuda->conv == CONV_CUDNN) && c->by_output &&
           c->plain_border && in_fours(x) && in_fours(y);
}

static bool run(Cuda *cuda, const CudaConv *c, const View &x, const View &y, bool back, bool add)
{
    ConvPlan wanted = {};
    Operands o = { x.p, y.p, c->by_output, c->bias };

    if (!suits(cuda, c, x, y))
        return false;
    wanted.g = geometry_of(&c->c, x, y);
    wanted.x_step = x.step;
    wanted.y_step = y.step;
    wanted.back = back;
    wanted.add = add;
    wanted.dnn = cuda->dnn;
    ConvPlan *p = plan_for(cuda, c, wanted, o);
    if (!p || !p->chosen)
        return false;
    void *work = cuda_work(cuda, p->work ? p->work : 1);
    if (work && !execute(p, p->chosen, o, work))
        cuda_fail(cuda, DPS_DEVICE_FAILED);
    return true;
}

bool conv_cudnn(Cuda *cuda, const View &y, const CudaConv *c, const View &x)
{
    return run(cuda, c, x, y, false, false);
}

bool conv_cudnn_back(Cuda *cuda, const View &dx, const CudaConv *c, const View &dy, bool add)
{
    return run(cuda, c, dx, dy, true, add);
}

void conv_cudnn_drop(CudaConv *c)
{
    while (c->plans) {
        ConvPlan *p = c->plans;
        c->plans = p->next;
        plan_drop(p);
    }
}

#else

Cudnn *cudnn_open(Cuda *)
{
    return NULL;
}

void cudnn_close(Cudnn *)
{
}

bool conv_cudnn(Cuda *, const View &, const CudaConv *, const View &)
{
    return false;
}

bool conv_cudnn_back(Cuda *, const View &, const CudaConv *, const View &, bool)
{
    return false;
}

void conv_cudnn_drop(CudaConv *)
{
}

#endif
