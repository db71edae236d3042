/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* conv-onednn.h - wide convolutions by oneDNN, where the build has it.
 *
 * A convolution is planned once for each size and direction: primitive, weights in the order it
 * wants, descriptors.  Everything belongs to the convolution and is freed with it. */

#ifndef CONV_ONEDNN_H
#define CONV_ONEDNN_H

#include "cpu-private.h"

typedef struct Onednn Onednn;         /* one per device */
typedef struct OnednnConv OnednnConv; /* one per convolution */

#ifdef HAVE_ONEDNN

/* *onednn is NULL when oneDNN can't be used, which is no failure; false when memory is short. */
bool onednn_open(int threads, Onednn **onednn);
void onednn_close(Onednn *);
void onednn_about(char *text, size_t size); /* "oneDNN 3.7.2" */

/* Whether such a convolution is one for oneDNN. */
bool onednn_takes(const Onednn *, const ConvShape *);

/* weight: (cout, cin, k, k), bias: (cout); copied.  NULL when memory is short. */
OnednnConv *onednn_conv_new(Onednn *, const ConvShape *, const float *weight, const float *bias);
void onednn_conv_drop(OnednnConv *);

/* As in backend.h, for features; on failure the device fails.  dy is changed. */
void onednn_conv(Cpu *, OnednnConv *, const CpuTensor *y, const CpuTensor *x);
void onednn_conv_back(Cpu *, OnednnConv *, const CpuTensor *dx, const CpuTensor *dy,
                      const CpuTensor *y, bool add);

#else /* none is ever made */

static inline bool onednn_open(int threads, Onednn **onednn)
{
    *onednn = NULL;
    return true;
}

static inline void onednn_close(Onednn *o)
{
    (void) o;
}

static inline bool onednn_takes(const Onednn *o, const ConvShape *s)
{
    (void) o;
    (void) s;
    return false;
}

#endif

#endif
