/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions of features by cuDNN, where version 9 of it is installed: it is opened when the device is, and
 * without it conv.cu does without.  Of a convolution on pictures of one size a plan is made once, and kept with
 * the filters; where a plan will serve often, those that cuDNN proposes are timed. */
#include "cudnn-plans.h"

#ifdef HAVE_CUDNN
#include <math.h>
#include <stdlib.h>

#define TIMES 3

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
    bool good = !dnn->cudnnBackendSetAttribute(d, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
                                               CUDNN_TYPE_INT64, n, id) &&
                !dnn->cudnnBackendSetAttribute(d, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS,
                                               CUDNN_TYPE_VOID_PTR, n, place) &&
                !dnn->cudnnBackendSetAttribute(d, CUDNN_ATTR_VARIANT_PACK_WORKSPACE,
                                               CUDNN_TYPE_VOID_PTR, 1, &work) &&
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
    int n = plan_proposals(p, s, proposal);
    float best = INFINITY;

    p->timed = timing = timing && !cuda->recording && out < most;
    char *work = timing ? (char *) cuda_work(cuda, most) : NULL;
    Operands aside = o;
    (p->back ? aside.x : aside.y) = (float *) work;
    for (int i = 0; i < n && (timing || !p->chosen); i++) {
        size_t bytes = 0;
        Descriptor d = plan_prepare(p, cuda, proposal[i], timing ? most - out : most, &bytes);
        float took = d && timing && work ? time_of(cuda, p, d, aside, work + out) : 0;
        if (d && (!p->chosen || took < best)) {
            p->chosen = d;
            p->work = bytes;
            best = took;
        }
    }
    cudaGetLastError();
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
