/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cudnn-plans.h - cuDNN, opened, and the plans it makes for convolutions; for conv-cudnn.cu.  Only where this build
 * has cuDNN's header. */

#ifndef CUDNN_PLANS_H
#define CUDNN_PLANS_H

#include "conv-private.h"

#if __has_include(<cudnn.h>)
#include <cudnn.h>
#define HAVE_CUDNN 1

#define CUDNN_CALLS(X)               \
    X(cudnnCreate)                   \
    X(cudnnDestroy)                  \
    X(cudnnSetStream)                \
    X(cudnnGetVersion)               \
    X(cudnnBackendCreateDescriptor)  \
    X(cudnnBackendDestroyDescriptor) \
    X(cudnnBackendSetAttribute)      \
    X(cudnnBackendGetAttribute)      \
    X(cudnnBackendFinalize)          \
    X(cudnnBackendExecute)

struct Cudnn {
    void *library;
    cudnnHandle_t handle;
#define MEMBER(name) decltype(&::name) name;
    CUDNN_CALLS(MEMBER)
#undef MEMBER
};

typedef cudnnBackendDescriptor_t Descriptor;

#define MOST_DESCRIPTORS 64

/* Which convolution, and everything that was made for it.  After a failure nothing more is made. */
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

/* What a plan's tensors are called when it runs. */
enum { ID_X = 1, ID_Y, ID_FILTER, ID_BIAS, ID_SUM, ID_BIASED };

#define PROPOSALS 8

/* What cuDNN proposes, the best first as it thinks.  Returns how many. */
int plan_proposals(ConvPlan *, const ConvShape *, Descriptor (&)[PROPOSALS]);

/* A proposal that gives the same bits every time and runs within so much workspace, or NULL; *work: what it
 * takes. */
Descriptor plan_prepare(ConvPlan *, const Cuda *, Descriptor proposal, size_t most, size_t *work);

/* Frees the plan and what was made for it. */
void plan_drop(ConvPlan *);

#endif
#endif
