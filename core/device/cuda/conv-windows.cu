/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions of features by 3 x 3 on the tensor cores of compute capability 9.0, which multiply what
 * lies in shared memory.  A block makes a rectangle of the picture, 16 pixels wide.  It keeps the
 * rectangle and one pixel around it in shared memory, some channels at a time, and all nine taps read
 * it there: a tap is the same matrix, begun at another pixel.  So a number comes from the GPU's memory
 * once, not once for each tap, and is masked and rounded on that way.
 *
 * Eight warps, in two groups of four: each group has the rectangle's left or right half, in ROWS
 * squares of 8 x 8 pixels, times OUTPUTS planes.  Products go on while the threads fetch what comes
 * next: filters some taps ahead, the pixels of the next channels during the taps of these. */
#include "conv-windows.h"

#include <math.h>
#include <stdlib.h>

/* ------------------------------------------------------------------------- products */

/* One tap of some channels: `window` is where the group's first square begins in the rectangle. */
template <typename F, int OUTPUTS, int ROWS>
static __device__ inline void multiply_tap(float (&sum)[ROWS][OUTPUTS / 2], const float4 *window,
                                           const float4 *filters, int tap)
{
    const float4 *seen = window + tap / 3 * WINDOW + tap % 3;

    warpgroup_begin();
#pragma unroll
    for (int u = 0; u < UNITS; u += FACTOR_UNITS) {
        uint64_t right = warpgroup_factor(filters + u * OUTPUTS, OUTPUTS, SQUARE);
#pragma unroll
        for (int r = 0; r < ROWS; r++)
            F::multiply(sum[r],
                        warpgroup_factor(seen + u * WindowShape<ROWS>::PLANE + r * SQUARE * WINDOW,
                                         WindowShape<ROWS>::PLANE, WINDOW),
                        right);
    }
    warpgroup_commit();
}

/* A thread's sums: two lines of pixels of each square, two planes of eight. */
template <int OUTPUTS, int ROWS, bool BACK>
static __device__ inline void write_window(const Windows &t, const float (&sum)[ROWS][OUTPUTS / 2],
                                           int i0, int j0, int first_output)
{
    int lane = (int) threadIdx.x % 32, warp = (int) threadIdx.x % GROUP / 32;
    int j = j0 + lane / 4, output = first_output + lane % 4 * 2;

#pragma unroll
    for (int line = 0; line < 2 * ROWS; line++) {
        int i = i0 + line / 2 * SQUARE + warp * 2 + line % 2;
        if (i >= t.h || j >= t.w)
            continue;
        float *to = t.out + ((size_t) i * t.w + j) * t.out_step + output;
#pragma unroll
        for (int n = 0; n < OUTPUTS / 8; n++) {
            float2 v = { sum[line / 2][4 * n + line % 2 * 2],
                         sum[line / 2][4 * n + line % 2 * 2 + 1] };
            float2 *at = (float2 *) (to + 8 * n);
            if (!BACK) {
                float2 b = *(const float2 *) (t.bias + output + 8 * n);
                v = { fmaxf(v.x + b.x, 0), fmaxf(v.y + b.y, 0) };
            } else if (t.add)
                v = { v.x + at->x, v.y + at->y };
            *at = v;
        }
    }
}

/* The first window, and the filters of the first taps. */
template <typename F, int OUTPUTS, int ROWS, bool BACK>
static __device__ inline void begin_block(const Windows &t, float4 *shared, int i0, int j0,
                                          int first_output)
{
    Fetch<F> some[FIRST_FETCHES];

    for (int step = 0; step < BlockShape<OUTPUTS, ROWS>::AHEAD; step++)
        begin_filters<F, OUTPUTS, ROWS>(t, shared, step, first_output);
    for (int turn = 0; turn < WindowShape<ROWS>::TURNS; turn += FIRST_FETCHES) {
#pragma unroll
        for (int f = 0; f < FIRST_FETCHES; f++)
            fetch<F, ROWS, BACK>(t, &some[f], turn + f, i0, j0, 0);
#pragma unroll
        for (int f = 0; f < FIRST_FETCHES; f++)
            put<F, ROWS, BACK>(shared, &some[f], turn + f);
    }
}

template <typename F, int OUTPUTS, int ROWS, bool BACK>
static __global__ void __launch_bounds__(THREADS, (BlockShape<OUTPUTS, ROWS>::SHARING))
    convolve_windows(Windows t)
{
#ifdef HAVE_WARPGROUPS
    typedef WindowShape<ROWS> W;
    typedef BlockShape<OUTPUTS, ROWS> B;
    SHARED_UNITS(shared);
    int group = (int) threadIdx.x / GROUP, across = (int) blocks_across(t.w);
    int i0 = (int) blockIdx.x / across * ROWS * SQUARE, first_output = (int) blockIdx.y * OUTPUTS;
    int j0 = (int) blockIdx.x % across * GROUPS * SQUARE;
    int chunks = t.channels / (UNITS * F::EACH);
    Fetch<F> next[FETCHES];

    begin_block<F, OUTPUTS, ROWS, BACK>(t, shared, i0, j0, first_output);
    float sum[ROWS][OUTPUTS / 2] = {};
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        warpgroup_hold(sum[r]);
    for (int step = 0; step < chunks * WINDOW_TAPS; step++) {
        int chunk = step / WINDOW_TAPS, tap = step % WINDOW_TAPS;
        /* The next window takes another's place, which is still read during the first tap. */
        int turn = (tap - 1) * FETCHES;
        bool more = chunk + 1 < chunks;
        const float4 *window = shared + chunk % 2 * W::SIZE;

        /* What was fetched during the last step arrives before anything is published: that waits for
         * all that a thread has asked for. */
#pragma unroll
        for (int f = 0; f < FETCHES; f++)
            if (more && tap > 1)
                put<F, ROWS, BACK>(shared + (chunk + 1) % 2 * W::SIZE, &next[f],
                                   turn - FETCHES + f);
        /* Then this step's filters are here, and nobody reads those of the step before the last any
         * more, nor, from a chunk's second tap on, the window of the chunk before. */
        __pipeline_wait_prior(B::AHEAD - 1);
        warpgroup_publish();
        warpgroup_wait<1>();
        __syncthreads();
        multiply_tap<F, OUTPUTS, ROWS>(sum, window + group * SQUARE,
                                       shared + B::FILTERS + step % B::STAGES * B::FILTER, tap);
        begin_filters<F, OUTPUTS, ROWS>(t, shared, step + B::AHEAD, first_output);
#pragma unroll
        for (int f = 0; f < FETCHES; f++)
            if (more && tap > 0)
                fetch<F, ROWS, BACK>(t, &next[f], turn + f, i0, j0, (chunk + 1) * UNITS * F::EACH);
    }
    warpgroup_wait<0>();
#pragma unroll
    for (int r = 0; r < ROWS; r++)
        warpgroup_hold(sum[r]);
    write_window<OUTPUTS, ROWS, BACK>(t, sum, i0, j0 + group * SQUARE, first_output);
#endif
}

static_assert((WINDOW_TAPS - 2) * FETCHES >= WindowShape<2>::TURNS,
              "a chunk's taps are enough to fetch the next window");

/* -------------------------------------------------------------------------- filters */

/* n units, (tap, unit, output), from numbers in the order (output, tap, channel).  Backwards, what a
 * pixel was for the first tap, it is for the last. */
template <typename F>
static __global__ void lay_out_filters(float4 *to, const float *from, int outputs, int channels,
                                       bool back, size_t n)
{
    size_t e = thread_number();

    if (e >= n)
        return;
#ifdef HAVE_WARPGROUPS
    int units = channels / F::EACH, output = (int) (e % outputs), row = (int) (e / outputs);
    int unit = row % units, tap = row / units;
    float4 v[F::FOURS];
    from += ((size_t) output * WINDOW_TAPS + (back ? WINDOW_TAPS - 1 - tap : tap)) * channels;
    for (int i = 0; i < F::FOURS; i++)
        v[i] = *(const float4 *) (from + unit * F::EACH + 4 * i);
    to[e] = F::rounded(v);
#endif
}

template <typename F>
static void lay_out(Cuda *cuda, void *to, const float *from, int outputs, int channels, bool back)
{
    size_t n = (size_t) WINDOW_TAPS * outputs * (channels / F::EACH);

    LAUNCH(cuda, lay_out_filters<F>, blocks_for(n, THREADS), THREADS, (float4 *) to, from, outputs,
           channels, back, n);
}

void conv_windows_lay_out(Cuda *cuda, void *to, const float *from, const ConvShape *s, bool back)
{
    int outputs = back ? s->cin : s->cout, channels = back ? s->cout : s->cin;

    if (cuda->precision == PRECISION_BF16)
        lay_out<Bf16Units>(cuda, to, from, outputs, channels, back);
    else
        lay_out<Tf32Units>(cuda, to, from, outputs, channels, back);
}

/* ------------------------------------------------------------------------- choosing */

bool conv_knows_warpgroups(void)
{
#ifdef DPS_SM90A
    return true;
#else
    return false;
#endif
}

/* Whole chunks of channels in both directions, and only one pixel stands for a position. */
bool conv_has_windows(const Cuda *cuda, const ConvShape *s)
{
    return cuda->warpgroups && s->k == 3 && s->stride == 1 && s->pad == 1 &&
           s->mode == PAD_CONSTANT && s->cin % 64 == 0 && s->cout % 64 == 0;
}

/* As many blocks as share a multiprocessor find room: nothing here comes twice from the cache that would
 * have the rest of that memory. */
template <typename F, int OUTPUTS, int ROWS, bool BACK>
static void launch_windows(Cuda *cuda, const Windows &t)
{
    auto kernel = convolve_windows<F, OUTPUTS, ROWS, BACK>;
    size_t bytes = BlockShape<OUTPUTS, ROWS>::BYTES;
    dim3 grid(blocks_across(t.w) * blocks_for((size_t) t.h, ROWS * SQUARE),
              (unsigned) (t.outputs / OUTPUTS));

    if (cuda_good(cuda, cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                             (int) bytes)) &&
        cuda_good(cuda, cudaFuncSetAttribute(kernel, cudaFuncAttributePreferredSharedMemoryCarveout,
                                             cudaSharedmemCarveoutMaxShared)))
        LAUNCH_SHARED(cuda, (convolve_windows<F, OUTPUTS, ROWS, BACK>), grid, THREADS, bytes, t);
}

static int block_outputs(int shape)
{
    return shape < 2 ? 128 : 64;
}

static int block_rows(int shape)
{
    return shape % 2 ? 1 : 2;
}

template <typename F, bool BACK> static void launch_shape(Cuda *cuda, const Windows &t, int shape)
{
    static void (*const launch[BLOCK_SHAPES])(Cuda *, const Windows &) = {
        launch_windows<F, 128, 2, BACK>, launch_windows<F, 128, 1, BACK>,
        launch_windows<F, 64, 2, BACK>, launch_windows<F, 64, 1, BACK>
    };

    launch[shape](cuda, t);
}

void conv_windows_launch(Cuda *cuda, const Windows &t, int shape)
{
    if (cuda->precision == PRECISION_BF16 && t.positive)
        launch_shape<Bf16Units, true>(cuda, t, shape);
    else if (cuda->precision == PRECISION_BF16)
        launch_shape<Bf16Units, false>(cuda, t, shape);
    else if (t.positive)
        launch_shape<Tf32Units, true>(cuda, t, shape);
    else
        launch_shape<Tf32Units, false>(cuda, t, shape);
}

/* How long blocks of that shape would take, all multiprocessors in step: rounds, times the products of
 * one, times what shared memory costs them (predicted from the bytes that a block reads and writes there
 * for each product, not measured). */
static double duration(const Cuda *cuda, const Windows &t, int shape)
{
    static const double cost[BLOCK_SHAPES] = { 1, 1.1, 1.2, 1.4 };
    int outputs = block_outputs(shape), rows = block_rows(shape);
    unsigned blocks = blocks_across(t.w) * blocks_for((size_t) t.h, (size_t) rows * SQUARE) *
                      (unsigned) (t.outputs / outputs);

    return t.outputs % outputs
               ? INFINITY
               : blocks_for(blocks, (size_t) cuda->processors) * cost[shape] * outputs * rows;
}

/* For benchmarks DPS_CUDA_SHAPE names one for all convolutions whose outputs it divides. */
static int best_shape(const Cuda *cuda, const Windows &t)
{
    const char *forced = getenv("DPS_CUDA_SHAPE");
    int best = 0;

    if (forced && *forced >= '0' && *forced < '0' + BLOCK_SHAPES &&
        t.outputs % block_outputs(*forced - '0') == 0)
        return *forced - '0';
    for (int i = 1; i < BLOCK_SHAPES; i++)
        if (duration(cuda, t, i) < duration(cuda, t, best))
            best = i;
    return best;
}

static Windows windows_of(const View &in, const View &out)
{
    Windows t = {};

    t.h = in.h;
    t.w = in.w;
    t.channels = in.c;
    t.outputs = out.c;
    t.in = in.p;
    t.in_step = in.step;
    t.out = out.p;
    t.out_step = out.step;
    return t;
}

Windows conv_windows_forward(const View &y, const CudaConv *c, const View &x)
{
    Windows t = windows_of(x, y);

    t.filter = (const float4 *) c->windows_by_output;
    t.border = c->border;
    t.bias = c->bias;
    return t;
}

Windows conv_windows_backward(const View &dx, const CudaConv *c, const View &dy, const View &y)
{
    Windows t = windows_of(dy, dx);

    t.filter = (const float4 *) c->windows_by_input;
    t.positive = y.p;
    t.positive_step = y.step;
    return t;
}

bool conv_windows(Cuda *cuda, const View &y, const CudaConv *c, const View &x)
{
    if (!c->windows_by_output || !in_fours(x) || !in_fours(y))
        return false;
    Windows t = conv_windows_forward(y, c, x);
    conv_windows_launch(cuda, t, best_shape(cuda, t));
    return true;
}

bool conv_windows_back(Cuda *cuda, const View &dx, const CudaConv *c, const View &dy, const View &y,
                       bool add)
{
    if (!c->windows_by_input || !in_fours(dx) || !in_fours(dy) || !in_fours(y))
        return false;
    Windows t = conv_windows_backward(dx, c, dy, y);
    t.add = add;
    conv_windows_launch(cuda, t, best_shape(cuda, t));
    return true;
}
