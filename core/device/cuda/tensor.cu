/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Tensors on the GPU.  What goes there and back passes through pinned memory, in pieces. */
#include "cuda-private.h"

#include <stdlib.h>
#include <string.h>

#define PIECE (STAGE / sizeof(float))

/* ------------------------------------------------------------------- construction */

size_t cuda_tensor_bytes(Device *, int c, int h, int w)
{
    return ((size_t) c * h * w * sizeof(float) + 255) / 256 * 256; /* as cudaMalloc rounds */
}

Tensor *cuda_tensor_new(Device *d, int c, int h, int w)
{
    CudaTensor *t = (CudaTensor *) calloc(1, sizeof *t);
    Cuda *cuda = cuda_of(d);
    size_t bytes = cuda_tensor_bytes(d, c, h, w), pixels = (size_t) h * w;
    bool planar = c <= IMAGE_PLANES;

    if (!t)
        return NULL;
    t->t = { d, c, h, w };
    t->own = (float *) cuda_alloc(cuda, bytes);
    t->v = { t->own, planar ? pixels : 1, planar ? 1 : (size_t) c, c, h, w, planar };
    if (!t->own) {
        free(t);
        return NULL;
    }
    cuda_good(cuda, cudaMemsetAsync(t->own, 0, bytes, cuda->stream));
    return &t->t;
}

Tensor *cuda_slice(Tensor *x, int c0, int c)
{
    CudaTensor *t = (CudaTensor *) malloc(sizeof *t);

    if (!t)
        return NULL;
    *t = *(const CudaTensor *) x;
    t->t.c = t->v.c = c;
    t->v.p += c0 * t->v.plane;
    t->own = NULL;
    return &t->t;
}

void cuda_drop(Tensor *t)
{
    if (!t)
        return;
    cuda_free(cuda_of(t->dev), ((CudaTensor *) t)->own);
    free(t);
}

/* ----------------------------------------------------------------------- transfers */

/* Numbers first .. first + n - 1 of a tensor in the host's order, to or from `host_order`. */
static __global__ void unpack(View to, const float *host_order, size_t first, size_t n)
{
    size_t e = thread_number();
    Place at;

    if (e >= n)
        return;
    divide(first + e, to.h * to.w, &at.c, &at.pixel);
    to.p[index_of(to, at)] = host_order[e];
}

static __global__ void pack(float *host_order, View from, size_t first, size_t n)
{
    size_t e = thread_number();
    Place at;

    if (e >= n)
        return;
    divide(first + e, from.h * from.w, &at.c, &at.pixel);
    host_order[e] = from.p[index_of(from, at)];
}

static size_t piece_at(size_t first, size_t total)
{
    return total - first < PIECE ? total - first : PIECE;
}

void cuda_upload(Tensor *t, const float *chw)
{
    Cuda *cuda = cuda_of(t->dev);
    View v = view_of(t);
    size_t total = element_count(v);

    for (size_t first = 0; first < total && cuda_goes_on(cuda); first += PIECE) {
        size_t n = piece_at(first, total);
        int turn = cuda->turn;
        /* The copy that last read this buffer may still be under way. */
        if (!cuda_good(cuda, cudaEventSynchronize(cuda->pinned_free[turn])))
            return;
        memcpy(cuda->pinned[turn], chw + first, n * sizeof *chw);
        if (!cuda_good(cuda, cudaMemcpyAsync(cuda->stage, cuda->pinned[turn], n * sizeof *chw,
                                             cudaMemcpyHostToDevice, cuda->stream)) ||
            !cuda_good(cuda, cudaEventRecord(cuda->pinned_free[turn], cuda->stream)))
            return;
        cuda->turn = !turn;
        LAUNCH(cuda, unpack, blocks_for(n, THREADS), THREADS, v, cuda->stage, first, n);
    }
}

void cuda_download(const Tensor *t, float *chw)
{
    Cuda *cuda = cuda_of(t->dev);
    View v = view_of(t);
    size_t total = element_count(v);

    for (size_t first = 0; first < total && cuda_goes_on(cuda); first += PIECE) {
        size_t n = piece_at(first, total);
        float *pinned = cuda->pinned[cuda->turn]; /* the stream has done with it before */
        LAUNCH(cuda, pack, blocks_for(n, THREADS), THREADS, cuda->stage, v, first, n);
        if (!cuda_good(cuda, cudaMemcpyAsync(pinned, cuda->stage, n * sizeof *chw,
                                             cudaMemcpyDeviceToHost, cuda->stream)) ||
            !cuda_good(cuda, cudaStreamSynchronize(cuda->stream)))
            return;
        memcpy(chw + first, pinned, n * sizeof *chw);
    }
}

static __global__ void clear(View v, size_t n)
{
    size_t e = thread_number();

    if (e < n)
        v.p[index_of(v, place_of(v, e))] = 0;
}

void cuda_clear(Cuda *cuda, const View &v)
{
    size_t n = element_count(v);

    LAUNCH(cuda, clear, blocks_for(n, THREADS), THREADS, v, n);
}
