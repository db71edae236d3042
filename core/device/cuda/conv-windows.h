/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* conv-windows.h - what a block of conv-windows.cu keeps in shared memory, and how it gets there.
 *
 * A window is the block's rectangle of the picture and one pixel around it, of some channels: unit after
 * unit of 16 bytes, in each all pixels side by side, as warpgroup.h wants a factor.  Filters lie the same
 * way: unit after unit, in each all outputs. */

#ifndef CONV_WINDOWS_H
#define CONV_WINDOWS_H

#include "conv-private.h"

#include <cuda_bf16.h>
#include <cuda_pipeline_primitives.h>
#include <string.h>
#include <warpgroup.h>

/* The instructions are in code for sm_90a alone, which is no part of every build: see meson.build. */
#if !defined(__CUDA_ARCH__) || defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define HAVE_WARPGROUPS 1
#endif

#define GROUP 128                /* threads of four warps */
#define GROUPS (THREADS / GROUP) /* side by side in the picture */
#define SQUARE 8                 /* pixels on a square's side */
#define UNITS 8                  /* of 16 bytes: a pixel's, or a filter's, numbers at a time */
#define FACTOR_UNITS 2           /* of which one product takes so many */
#define WINDOW_TAPS 9
#define WINDOW (GROUPS * SQUARE + 2) /* pixels in a line of a window */
#define FETCHES 2                    /* units that a thread has on their way to the next window */
#define FIRST_FETCHES 6              /* and to the first, which nothing hides */

/* A block's rectangle with what surrounds it.  An odd distance from a pixel's unit to its next one lets
 * eight of them be written at once, each to banks of its own. */
template <int ROWS> struct WindowShape {
    enum {
        HEIGHT = ROWS * SQUARE + 2,
        COUNT = HEIGHT * WINDOW, /* pixels */
        PLANE = COUNT | 1,
        SIZE = PLANE * UNITS,
        TURNS = (COUNT * UNITS + THREADS - 1) / THREADS /* of all threads, to fill it */
    };
};

/* What a block keeps: two windows, and the filters of STAGES taps.  Two are being multiplied, the others
 * may arrive.  But for the largest, two blocks share a multiprocessor: one computes while the other begins
 * or ends. */
template <int OUTPUTS, int ROWS> struct BlockShape {
    enum {
        SHARING = OUTPUTS * ROWS < 256 ? 2 : 1,
        STAGES = SHARING > 1 ? 3 : 5,
        AHEAD = STAGES - 2,
        FILTER = UNITS * OUTPUTS,              /* a tap's */
        FILTERS = 2 * WindowShape<ROWS>::SIZE, /* where all begin */
        BYTES = (FILTERS + STAGES * FILTER) * 16
    };
};

static __host__ __device__ inline unsigned blocks_across(int w)
{
    return ((unsigned) w + GROUPS * SQUARE - 1) / (GROUPS * SQUARE);
}

/* EACH numbers to a unit; they come in FOURS. */
struct Tf32Units {
    enum { EACH = 4, FOURS = 1 };

    static __device__ inline float4 rounded(const float4 (&v)[1])
    {
        return make_float4(warpgroup_tf32_nearest(v[0].x), warpgroup_tf32_nearest(v[0].y),
                           warpgroup_tf32_nearest(v[0].z), warpgroup_tf32_nearest(v[0].w));
    }

    template <int N> static __device__ inline void multiply(float (&sum)[N], uint64_t a, uint64_t b)
    {
        warpgroup_tf32(sum, a, b);
    }
};

struct Bf16Units {
    enum { EACH = 8, FOURS = 2 };

    static __device__ inline float4 rounded(const float4 (&v)[2])
    {
        __nv_bfloat162 pair[4];
        float4 unit;

        for (int i = 0; i < 2; i++) {
            pair[2 * i] = __floats2bfloat162_rn(v[i].x, v[i].y);
            pair[2 * i + 1] = __floats2bfloat162_rn(v[i].z, v[i].w);
        }
        memcpy(&unit, pair, sizeof unit);
        return unit;
    }

    template <int N> static __device__ inline void multiply(float (&sum)[N], uint64_t a, uint64_t b)
    {
        warpgroup_bf16(sum, a, b);
    }
};

/* One direction of one convolution.  `in` is what is gathered, `out` what is made. */
typedef struct {
    int h, w, channels, outputs;
    const float *in, *positive; /* backward: only where `positive` is, a number counts */
    size_t in_step, positive_step;
    const float4 *filter;       /* (tap, unit, output), units of 16 bytes */
    const float *border, *bias; /* forward only */
    float *out;
    size_t out_step;
    bool add;
} Windows;

/* The convolution of x, and the gradient for dx, as blocks take them. */
Windows conv_windows_forward(const View &y, const CudaConv *, const View &x);
Windows conv_windows_backward(const View &dx, const CudaConv *, const View &dy, const View &y);

/* With blocks of a certain shape, one of so many; the outputs must be a multiple of 128, or for the last
 * two shapes of 64. */
enum { BLOCK_SHAPES = 4 };
void conv_windows_launch(Cuda *, const Windows &, int shape);

/* ---------------------------------------------------------------------------- loads */

/* A unit on its way: numbers, and those that decide whether they count. */
template <typename F> struct Fetch {
    float4 v[F::FOURS], y[F::FOURS];
};

/* Unit `turn` of this thread in the window around the rectangle that begins at (i0, j0), of the channels
 * from `channel` on. */
template <typename F, int ROWS, bool BACK>
static __device__ inline void fetch(const Windows &t, Fetch<F> *f, int turn, int i0, int j0,
                                    int channel)
{
    int e = (int) threadIdx.x + turn * THREADS, pixel = e / UNITS;
    int i = i0 - 1 + pixel / WINDOW, j = j0 - 1 + pixel % WINDOW;
    bool inside = i >= 0 && i < t.h && j >= 0 && j < t.w;
    size_t at = inside ? (size_t) i * t.w + j : 0;

    channel += e % UNITS * F::EACH;
    if (pixel >= WindowShape<ROWS>::COUNT)
        return;
#pragma unroll
    for (int n = 0; n < F::FOURS; n++) {
        int c = channel + 4 * n;
        if (BACK) {
            f->v[n] = f->y[n] = make_float4(0, 0, 0, 0);
            if (inside) {
                f->v[n] = *(const float4 *) (t.in + at * t.in_step + c);
                f->y[n] = *(const float4 *) (t.positive + at * t.positive_step + c);
            }
        } else
            f->v[n] = *(const float4 *) (inside ? t.in + at * t.in_step + c : t.border + c);
    }
}

template <typename F, int ROWS, bool BACK>
static __device__ inline void put(float4 *window, Fetch<F> *f, int turn)
{
    int e = (int) threadIdx.x + turn * THREADS, pixel = e / UNITS;

    if (pixel >= WindowShape<ROWS>::COUNT)
        return;
#pragma unroll
    for (int n = 0; BACK && n < F::FOURS; n++) {
        float4 v = f->v[n], y = f->y[n];
        f->v[n] = make_float4(y.x > 0 ? v.x : 0, y.y > 0 ? v.y : 0, y.z > 0 ? v.z : 0,
                              y.w > 0 ? v.w : 0);
    }
    window[e % UNITS * WindowShape<ROWS>::PLANE + pixel] = F::rounded(f->v);
}

/* Step `step`'s filters for OUTPUTS planes to shared memory, on their own way: (unit, output). */
template <typename F, int OUTPUTS, int ROWS>
static __device__ inline void begin_filters(const Windows &t, float4 *shared, int step,
                                            int first_output)
{
    typedef BlockShape<OUTPUTS, ROWS> B;
    float4 *to = shared + B::FILTERS + step % B::STAGES * B::FILTER;
    int units = t.channels / F::EACH, chunk = step / WINDOW_TAPS;
    size_t unit = (size_t) (step % WINDOW_TAPS) * units + chunk * UNITS;

    for (int e = (int) threadIdx.x; chunk * UNITS < units && e < B::FILTER; e += THREADS)
        __pipeline_memcpy_async(
            to + e, t.filter + (unit + e / OUTPUTS) * t.outputs + first_output + e % OUTPUTS, 16);
    __pipeline_commit();
}

#endif
