/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cuda_runtime.h"

#include <map>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#define MOST_CLOSED 65536 /* bytes of an allocation */

static long allocations, worked; /* since EMULATED_CUDA changed */

bool emulated_failure(const char *name, long *value)
{
    static std::string before;
    const char *wanted = getenv("EMULATED_CUDA");
    size_t n = strlen(name);

    if (before != (wanted ? wanted : "")) {
        before = wanted ? wanted : "";
        allocations = worked = 0;
    }
    if (!wanted || strncmp(wanted, name, n) != 0 || (wanted[n] && wanted[n] != '='))
        return false;
    if (value)
        *value = wanted[n] ? atol(wanted + n + 1) : 0;
    return true;
}

bool emulated_lost(bool works)
{
    long limit;

    return emulated_failure("lost", &limit) && (worked += works) >= limit;
}

void emulated_die(const char *what)
{
    fprintf(stderr, "emulated CUDA: %s\n", what);
    abort();
}

/* ------------------------------------------------------------------------- memory */

static std::map<char *, size_t> on_gpu, pinned; /* what is there, and how long */
static int open_now;                            /* how many have opened the GPU's memory */
static cudaError_t last_error;

/* The beginning stands for all: opening and closing takes time. */
static void protect(char *p, size_t bytes, bool closed)
{
    bytes = bytes < MOST_CLOSED ? bytes : MOST_CLOSED;
#ifdef __SANITIZE_ADDRESS__
    if (closed)
        ASAN_POISON_MEMORY_REGION(p, bytes);
    else
        ASAN_UNPOISON_MEMORY_REGION(p, bytes);
#else
    (void) p, (void) bytes, (void) closed;
#endif
}

EmulatedAccess::EmulatedAccess()
{
    for (auto &block : on_gpu)
        if (!open_now)
            protect(block.first, block.second, false);
    open_now++;
}

EmulatedAccess::~EmulatedAccess()
{
    open_now--;
    for (auto &block : on_gpu)
        if (!open_now)
            protect(block.first, block.second, true);
}

cudaError_t emulated_fail(cudaError_t error)
{
    if (error)
        last_error = error;
    return error;
}

static cudaError_t allocate(std::map<char *, size_t> &where, void **p, size_t bytes)
{
    long limit;
    bool full = emulated_failure("memory", &limit) && ++allocations >= limit;

    *p = NULL;
    emulated_not_captured("memory allocated while a graph is captured");
    if (emulated_lost(false))
        return emulated_fail(cudaErrorLaunchFailure);
    *p = full ? NULL : aligned_alloc(256, (bytes + 255) / 256 * 256);
    if (!*p)
        return emulated_fail(cudaErrorMemoryAllocation);
    where[(char *) *p] = (bytes + 255) / 256 * 256;
    memset(*p, 0xff, (bytes + 255) / 256 * 256); /* not numbers */
    return cudaSuccess;
}

static cudaError_t release(std::map<char *, size_t> &where, void *p)
{
    if (p && !where.erase((char *) p))
        emulated_die("freeing what was not allocated, or twice");
    free(p);
    return cudaSuccess;
}

/* Only the bytes asked for can be touched. */
cudaError_t cudaMalloc(void **p, size_t bytes)
{
    cudaError_t error = allocate(on_gpu, p, bytes);

    if (!error) {
        protect((char *) *p, on_gpu[(char *) *p], true);
        on_gpu[(char *) *p] = bytes;
    }
    return error;
}

cudaError_t cudaFree(void *p)
{
    if (p && on_gpu.count((char *) p))
        protect((char *) p, (on_gpu[(char *) p] + 255) / 256 * 256, false);
    return release(on_gpu, p);
}

struct EmulatedPool {
    int unused;
};

cudaError_t cudaMemPoolCreate(cudaMemPool_t *pool, const cudaMemPoolProps *)
{
    *pool = new EmulatedPool();
    return cudaSuccess;
}

cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void *)
{
    return cudaSuccess;
}

cudaError_t cudaMallocFromPoolAsync(void **p, size_t bytes, cudaMemPool_t, cudaStream_t)
{
    return cudaMalloc(p, bytes);
}

cudaError_t cudaFreeAsync(void *p, cudaStream_t)
{
    emulated_not_captured("giving memory back");
    return cudaFree(p);
}

cudaError_t cudaMemPoolDestroy(cudaMemPool_t pool)
{
    delete pool;
    return cudaSuccess;
}

cudaError_t cudaMallocHost(void **p, size_t bytes)
{
    return allocate(pinned, p, bytes);
}

cudaError_t cudaFreeHost(void *p)
{
    return release(pinned, p);
}

/* True when all the bytes lie in one allocation on the GPU. */
static bool lies_on_gpu(const void *p, size_t bytes)
{
    auto after = on_gpu.upper_bound((char *) p);

    if (after == on_gpu.begin())
        return false;
    auto block = std::prev(after);
    return (char *) p + bytes <= block->first + block->second;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t)
{
    EmulatedAccess access;
    bool from_gpu = kind != cudaMemcpyHostToDevice, to_gpu = kind != cudaMemcpyDeviceToHost;

    emulated_not_captured("a copy while a graph is captured");
    if (emulated_lost(false))
        return emulated_fail(cudaErrorLaunchFailure);
    if (lies_on_gpu(from, bytes) != from_gpu || lies_on_gpu(to, bytes) != to_gpu)
        return emulated_fail(cudaErrorInvalidValue);
    memcpy(to, from, bytes);
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *p, int value, size_t bytes, cudaStream_t)
{
    EmulatedAccess access;

    emulated_not_captured("memory set while a graph is captured");
    if (emulated_lost(false))
        return emulated_fail(cudaErrorLaunchFailure);
    if (!lies_on_gpu(p, bytes))
        return emulated_fail(cudaErrorInvalidValue);
    memset(p, value, bytes);
    return cudaSuccess;
}

cudaError_t cudaMemGetInfo(size_t *free, size_t *all)
{
    long wanted;

    *free = emulated_failure("free", &wanted) ? (size_t) wanted << 20 : (size_t) 3 << 30;
    *all = (size_t) 4 << 30;
    return cudaSuccess;
}

/* -------------------------------------------------------------------------- graphs */

struct EmulatedGraph {
    std::vector<std::function<void()>> work;
};

static EmulatedGraph *capture; /* under way */
static long graphs;

void emulated_do(std::function<void()> work)
{
    if (capture)
        capture->work.push_back(work);
    else
        work();
}

void emulated_not_captured(const char *what)
{
    if (capture)
        emulated_die(what);
}

cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode)
{
    if (capture || emulated_lost(false))
        return emulated_fail(cudaErrorInvalidValue);
    if (emulated_failure("no-graphs"))
        return emulated_fail(cudaErrorNotSupported);
    capture = new EmulatedGraph();
    graphs++;
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t *graph)
{
    *graph = capture;
    if (!capture)
        return emulated_fail(cudaErrorInvalidValue);
    capture = NULL;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *exec, cudaGraph_t graph,
                                          unsigned long long)
{
    *exec = new EmulatedGraph(*graph);
    graphs++;
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t)
{
    emulated_not_captured("a graph launched while another is captured");
    if (emulated_lost(false))
        return emulated_fail(cudaErrorLaunchFailure);
    for (auto &work : exec->work)
        work();
    return cudaGetLastError();
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
    graphs--;
    delete graph;
    return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec)
{
    return cudaGraphDestroy(exec);
}

static __attribute__((destructor)) void check_leaks()
{
    if (on_gpu.empty() && pinned.empty() && !graphs)
        return;
    fprintf(stderr, "emulated CUDA: %zu allocations, %ld graphs were never freed\n",
            on_gpu.size() + pinned.size(), graphs);
    _Exit(1);
}

/* ------------------------------------------------------------------------- the rest */

cudaError_t cudaGetLastError()
{
    cudaError_t error = last_error;

    last_error = cudaSuccess;
    return error;
}

const char *cudaGetErrorString(cudaError_t error)
{
    return error == cudaErrorInvalidValue           ? "invalid argument"
           : error == cudaErrorInvalidConfiguration ? "invalid configuration argument"
                                                    : "emulated failure";
}

cudaError_t cudaGetDeviceCount(int *count)
{
    *count = 1;
    if (emulated_failure("no-driver") || emulated_failure("old-driver"))
        return emulated_fail(cudaErrorInsufficientDriver);
    return emulated_failure("no-gpu") ? emulated_fail(cudaErrorNoDevice) : cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int device)
{
    if (device)
        return emulated_fail(cudaErrorInvalidValue);
    snprintf(p->name, sizeof p->name, "emulated GPU");
    p->major = emulated_failure("old-gpu") ? 6 : 9;
    p->minor = 0;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device)
{
    return device ? emulated_fail(cudaErrorInvalidValue) : cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr which, int device)
{
    *value = which == cudaDevAttrMemoryPoolsSupported ? !emulated_failure("no-pools") : 1;
    return device ? emulated_fail(cudaErrorInvalidValue) : cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *version)
{
    *version = emulated_failure("no-driver") ? 0 : emulated_failure("old-driver") ? 11080 : 13000;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
    *version = 13000;
    return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *a, const void *)
{
    a->binaryVersion = 90;
    return emulated_failure("no-image") ? emulated_fail(cudaErrorNoKernelImageForDevice)
                                        : cudaSuccess;
}

struct EmulatedStream {
    int unused;
};

struct EmulatedEvent {
    int unused;
};

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *s, unsigned)
{
    *s = new EmulatedStream();
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t)
{
    emulated_not_captured("waiting while a graph is captured");
    return emulated_lost(false) ? emulated_fail(cudaErrorLaunchFailure) : cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t s)
{
    delete s;
    return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *e, unsigned)
{
    *e = new EmulatedEvent();
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t)
{
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t)
{
    return cudaSuccess;
}

/* Shorter every time, so that what is timed last is taken. */
cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t, cudaEvent_t)
{
    static float took = 1000;

    *milliseconds = took *= 0.999f;
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t e)
{
    delete e;
    return cudaSuccess;
}
