/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cuda_runtime.h - as much of the CUDA runtime as core/device/cuda uses, on the processor, for tests.
 *
 * It lets the shared operation tests go through the GPU device's own sources on a machine
 * without a GPU: layouts, indices, sizes and order of calls are then known to be right.
 * Kernels run one thread after the other; where a block waits for all its threads, each runs as
 * a coroutine.  Memory "on the GPU" begins as garbage, and with AddressSanitizer it can only be
 * touched inside kernels and copies.  It says nothing about speed, or about threads that really
 * run at once.
 *
 * The variable EMULATED_CUDA asks for a failure: no-driver, old-driver, no-gpu, old-gpu, no-
 * image, wrong (products are off), memory=N (the Nth allocation fails, and all after it), lost=N
 * (the Nth kernel or product fails, and everything after it), free=N (so many MiB are free), no-
 * graphs, no-pools; no-proposals and wrong-cudnn, see cudnn.h.
 * Counting begins anew when the variable changes.
 *
 * What is captured is kept with the arguments it was called with, and done when the graph is
 * launched. */

#ifndef EMULATED_CUDA_RUNTIME_H
#define EMULATED_CUDA_RUNTIME_H

#include <functional>
#include <math.h>
#include <stddef.h>

/* ------------------------------------------------------------------------ language */

#define __global__
#define __device__
#define __host__
#define __shared__ static
#define __launch_bounds__(...)

struct dim3 {
    unsigned x, y, z;
    dim3(unsigned x_, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_)
    {
    }
};

struct alignas(16) float4 {
    float x, y, z, w;
};

struct alignas(8) float2 {
    float x, y;
};

static inline float4 make_float4(float x, float y, float z, float w)
{
    return { x, y, z, w };
}

extern dim3 threadIdx, blockIdx, blockDim, gridDim;

/* Waits for the block's other threads. */
void __syncthreads();

/* The same here: kernels do the same in each warp. */
void __syncwarp();

/* Runs `thread` once for each thread of the grid: now, or when what is being captured is
 * launched. */
void emulated_launch(dim3 grid, dim3 block, std::function<void()> thread);

/* Keeps a parameter's type from being deduced from its argument. */
template <typename T> struct EmulatedSame {
    typedef T type;
};

/* A kernel with its arguments as they are now. */
template <auto kernel, typename... Parameters>
std::function<void()> emulated_call(void (*)(Parameters...),
                                    typename EmulatedSame<Parameters>::type... values)
{
    return [=]() { kernel(values...); };
}

#define LAUNCH(cuda, kernel, grid, threads, ...)                        \
    do {                                                                \
        emulated_launch((grid), (threads),                              \
                        emulated_call<(kernel)>((kernel), __VA_ARGS__)); \
        cuda_good((cuda), cudaGetLastError());                          \
    } while (0)

/* ------------------------------------------------------------------------- runtime */

enum cudaError_t {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInvalidConfiguration = 9,
    cudaErrorInsufficientDriver = 35,
    cudaErrorInvalidDeviceFunction = 98,
    cudaErrorNoDevice = 100,
    cudaErrorNoKernelImageForDevice = 209,
    cudaErrorLaunchFailure = 719,
    cudaErrorNotSupported = 801
};

enum cudaMemcpyKind {
    cudaMemcpyHostToDevice = 1,
    cudaMemcpyDeviceToHost = 2,
    cudaMemcpyDeviceToDevice = 3
};
enum { cudaEventDisableTiming = 2, cudaStreamNonBlocking = 1 };
enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal = 1 };

typedef struct EmulatedStream *cudaStream_t;
typedef struct EmulatedEvent *cudaEvent_t;
typedef struct EmulatedGraph *cudaGraph_t, *cudaGraphExec_t;

struct cudaDeviceProp {
    char name[256];
    int major, minor;
};

enum cudaDeviceAttr { cudaDevAttrMultiProcessorCount = 16, cudaDevAttrMemoryPoolsSupported = 115 };

/* A pool gives what the GPU gives, and keeps nothing. */
typedef struct EmulatedPool *cudaMemPool_t;
enum cudaMemAllocationType { cudaMemAllocationTypePinned = 1 };
enum cudaMemLocationType { cudaMemLocationTypeDevice = 1 };
enum cudaMemPoolAttr { cudaMemPoolAttrReleaseThreshold = 4 };
struct cudaMemPoolProps {
    cudaMemAllocationType allocType;
    struct {
        cudaMemLocationType type;
        int id;
    } location;
};

struct cudaFuncAttributes {
    int binaryVersion;
};

cudaError_t cudaGetLastError();
const char *cudaGetErrorString(cudaError_t);
cudaError_t cudaGetDeviceCount(int *);
cudaError_t cudaSetDevice(int);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *, int device);
cudaError_t cudaDeviceGetAttribute(int *, cudaDeviceAttr, int device);
cudaError_t cudaDriverGetVersion(int *);
cudaError_t cudaRuntimeGetVersion(int *);
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *, const void *kernel);
cudaError_t cudaMemGetInfo(size_t *free, size_t *all);
cudaError_t cudaMalloc(void **, size_t bytes);
cudaError_t cudaFree(void *);
cudaError_t cudaMemPoolCreate(cudaMemPool_t *, const cudaMemPoolProps *);
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void *);
cudaError_t cudaMemPoolDestroy(cudaMemPool_t);
cudaError_t cudaMallocFromPoolAsync(void **, size_t bytes, cudaMemPool_t, cudaStream_t);
cudaError_t cudaFreeAsync(void *, cudaStream_t);
cudaError_t cudaMallocHost(void **, size_t bytes);
cudaError_t cudaFreeHost(void *);
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind, cudaStream_t);
cudaError_t cudaMemsetAsync(void *, int value, size_t bytes, cudaStream_t);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *, unsigned flags);
cudaError_t cudaStreamSynchronize(cudaStream_t);
cudaError_t cudaStreamDestroy(cudaStream_t);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *, unsigned flags);
cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t);
cudaError_t cudaEventSynchronize(cudaEvent_t);
cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t, cudaEvent_t);
cudaError_t cudaEventDestroy(cudaEvent_t);
cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode);
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t *);
cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *, cudaGraph_t, unsigned long long flags);
cudaError_t cudaGraphLaunch(cudaGraphExec_t, cudaStream_t);
cudaError_t cudaGraphDestroy(cudaGraph_t);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t);

/* Is the failure `name` asked for?  *value: what stands after "=". */
bool emulated_failure(const char *name, long *value = NULL);

/* Is the GPU gone?  `works`: something is about to run there, which counts. */
bool emulated_lost(bool works);

/* Does it now, or when what is being captured is launched. */
void emulated_do(std::function<void()> work);

/* Ends the program if something is being captured: `what` can't be. */
void emulated_not_captured(const char *what);

/* Makes `error`, if it is one, what cudaGetLastError gives. */
cudaError_t emulated_fail(cudaError_t error);

/* Ends the program: the sources under test have done what CUDA forbids. */
void emulated_die(const char *what);

/* All of the GPU's memory, open while one of these lives. */
struct EmulatedAccess {
    EmulatedAccess();
    ~EmulatedAccess();
};

#endif
