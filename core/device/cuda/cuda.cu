/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The GPU: whether there is one, opening it, memory, failures, products of matrices. */
#include "conv-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLDEST 75                     /* compute capability 7.5 */
#define BLAS_WORK ((size_t) 32 << 20) /* what NVIDIA advises for its newer GPUs */

/* ------------------------------------------------------------------- is there one? */

static __global__ void any_kernel(int *p)
{
    *p = 1;
}

static bool explain(cudaError_t error, char *text, size_t size)
{
    int driver = 0, needed = 0;

    cudaGetLastError();
    cudaDriverGetVersion(&driver);
    cudaRuntimeGetVersion(&needed);
    if (error == cudaErrorNoDevice)
        snprintf(text, size, "There is no NVIDIA GPU in this computer.");
    else if (error == cudaErrorInsufficientDriver && !driver)
        snprintf(text, size, "There is no driver for NVIDIA GPUs on this computer.");
    else if (error == cudaErrorInsufficientDriver)
        snprintf(
            text, size,
            "The driver of the NVIDIA GPU is too old: it knows CUDA %d.%d, and %d.%d is needed; "
            "please update it.",
            driver / 1000, driver % 1000 / 10, needed / 1000, needed % 1000 / 10);
    else if (error == cudaErrorMemoryAllocation)
        snprintf(text, size,
                 "The NVIDIA GPU has no memory free; please close other programs that "
                 "use it.");
    else
        snprintf(text, size, "The NVIDIA GPU can't be used: %s.", cudaGetErrorString(error));
    return false;
}

bool cuda_usable(char *text, size_t size, CudaMemory *memory)
{
    cudaDeviceProp gpu;
    cudaFuncAttributes code;
    int count = 0;
    cudaError_t error = cudaGetDeviceCount(&count);

    if (!error && !count)
        error = cudaErrorNoDevice;
    if (!error)
        error = cudaGetDeviceProperties(&gpu, 0);
    if (error)
        return explain(error, text, size);
    if (10 * gpu.major + gpu.minor < OLDEST) {
        snprintf(
            text, size,
            "The NVIDIA GPU (%s) is too old: it has compute capability %d.%d, and 7.5 is needed.",
            gpu.name, gpu.major, gpu.minor);
        return false;
    }
    error = cudaSetDevice(0);
    if (!error)
        error = cudaMemGetInfo(&memory->free, &memory->all);
    if (error)
        return explain(error, text, size);
    error = cudaFuncGetAttributes(&code, (const void *) any_kernel);
    if (error == cudaErrorNoKernelImageForDevice || error == cudaErrorInvalidDeviceFunction) {
        cudaGetLastError();
        snprintf(text, size,
                 "This build has no code for the NVIDIA GPU (%s, compute capability "
                 "%d.%d).",
                 gpu.name, gpu.major, gpu.minor);
        return false;
    }
    if (error)
        return explain(error, text, size);
    snprintf(text, size, "%s, compute capability %d.%d", gpu.name, gpu.major, gpu.minor);
    return true;
}

/* ----------------------------------------------------------------------- failures */

void cuda_fail(Cuda *cuda, DpsStatus status)
{
    if (!cuda->status)
        cuda->status = status;
}

bool cuda_good(Cuda *cuda, cudaError_t error)
{
    if (!error)
        return true;
    cudaGetLastError(); /* or the next launch would be taken for the one that failed */
    if (!cuda->status)
        snprintf(cuda->why, sizeof cuda->why, "%s", cudaGetErrorString(error));
    cuda_fail(cuda, error == cudaErrorMemoryAllocation ? DPS_NO_MEMORY : DPS_DEVICE_FAILED);
    return false;
}

bool cuda_good_blas(Cuda *cuda, cublasStatus_t status)
{
    if (status != CUBLAS_STATUS_SUCCESS)
        cuda_fail(cuda, status == CUBLAS_STATUS_ALLOC_FAILED ? DPS_NO_MEMORY : DPS_DEVICE_FAILED);
    return status == CUBLAS_STATUS_SUCCESS;
}

bool cuda_good_sparse(Cuda *cuda, cusparseStatus_t status)
{
    if (status != CUSPARSE_STATUS_SUCCESS)
        cuda_fail(cuda, status == CUSPARSE_STATUS_ALLOC_FAILED ||
                                status == CUSPARSE_STATUS_INSUFFICIENT_RESOURCES
                            ? DPS_NO_MEMORY
                            : DPS_DEVICE_FAILED);
    return status == CUSPARSE_STATUS_SUCCESS;
}

bool cuda_goes_on(Cuda *cuda)
{
    if (!cuda->status && cuda->options.cancelled && cuda->options.cancelled(cuda->options.data))
        cuda->status = DPS_CANCELLED;
    return !cuda->status;
}

/* ------------------------------------------------------------------------- memory */

/* Memory comes from a pool that keeps what is given back: a run takes hundreds of pieces at each size, and the
 * driver takes about a millisecond for each that it gives or takes.  Where there are no pools, the driver does. */
static void open_pool(Cuda *cuda)
{
    cudaMemPoolProps properties = {};
    uint64_t keep = UINT64_MAX;
    int supported = 0;

    cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, 0);
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location.type = cudaMemLocationTypeDevice;
    if (supported && (cudaMemPoolCreate(&cuda->pool, &properties) ||
                      cudaMemPoolSetAttribute(cuda->pool, cudaMemPoolAttrReleaseThreshold, &keep)))
        cuda->pool = NULL;
    cudaGetLastError();
}

void *cuda_alloc(Cuda *cuda, size_t bytes)
{
    void *p = NULL;
    size_t some = bytes ? bytes : 1;
    cudaError_t error = cuda->pool ? cudaMallocFromPoolAsync(&p, some, cuda->pool, cuda->stream)
                                   : cudaMalloc(&p, some);

    if (!error)
        return p;
    cudaGetLastError();
    if (error != cudaErrorMemoryAllocation)
        cuda_fail(cuda, DPS_DEVICE_FAILED);
    return NULL;
}

void cuda_free(Cuda *cuda, void *p)
{
    if (!p)
        return;
    if (cuda->pool) {
        cudaFreeAsync(p, cuda->stream);
    } else {
        cudaStreamSynchronize(cuda->stream);
        cudaFree(p);
    }
    cudaGetLastError();
}

bool cuda_put(Cuda *cuda, void *to, const void *from, size_t bytes)
{
    return !bytes || (cuda_good(cuda, cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice,
                                                      cuda->stream)) &&
                      cuda_good(cuda, cudaStreamSynchronize(cuda->stream)));
}

void *cuda_work(Cuda *cuda, size_t bytes)
{
    if (bytes > cuda->work_bytes && cuda->recording) {
        cuda->outgrown = true; /* nothing runs now that could write beyond */
    } else if (bytes > cuda->work_bytes) {
        cuda->work_moves++;
        cuda_free(cuda, cuda->work);
        cuda->work = (char *) cuda_alloc(cuda, bytes);
        cuda->work_bytes = cuda->work ? bytes : 0;
        if (!cuda->work)
            cuda_fail(cuda, DPS_NO_MEMORY);
    }
    return cuda->work;
}

size_t cuda_memory_free(Device *)
{
    CudaMemory memory = {};

    if (cudaMemGetInfo(&memory.free, &memory.all)) {
        cudaGetLastError();
        return 0;
    }
    return memory.free;
}

/* One piece of memory serves all operations, so the largest counts, of whichever way they may go: most
 * take less on tensor cores.  Patches of features fill a chunk at most, and 9 taps of 64 planes per
 * pixel; beside pixels gathered for Gram matrices lie the sums of each batch, in VGG's layers 16 bytes
 * per pixel of the picture, and a matrix of 512 planes for a region's last batch; an image's gradient
 * takes 27 numbers per pixel, and a matting operator's construction or its windows 72 bytes. */
size_t cuda_workspace(Device *, size_t pixels, int regions)
{
    size_t patches = 9 * 64 * sizeof(float) * pixels, image = 27 * sizeof(float) * pixels;
    size_t chunk = patches < CHUNK ? patches : CHUNK;
    size_t gram = chunk + 16 * pixels + (size_t) regions * 512 * 512 * sizeof(float);

    return gram > image ? gram : image;
}

/* ------------------------------------------------------------------- open and close */

static Precision wanted_precision(void)
{
    const char *name = getenv("DPS_CUDA_PRECISION");
    cudaDeviceProp gpu;

    if (name && strcmp(name, "float32") == 0)
        return PRECISION_FLOAT32;
    /* Before compute capability 8.0 there are no such units. */
    if (cudaGetDeviceProperties(&gpu, 0) || gpu.major < 8)
        return PRECISION_FLOAT32;
    return PRECISION_TF32;
}

static ConvChoice wanted_conv(void)
{
    const char *name = getenv("DPS_CUDA_CONV");

    return name && strcmp(name, "cudnn") == 0    ? CONV_CUDNN
           : name && strcmp(name, "cublas") == 0 ? CONV_CUBLAS
                                                 : CONV_BEST;
}

static bool open_buffers(Cuda *cuda)
{
    open_pool(cuda);
    bool good = cuda_good(cuda, cudaMallocHost((void **) &cuda->slot_copy, SLOTS * sizeof(double)));

    for (int i = 0; i < 2; i++)
        good = good && cuda_good(cuda, cudaMallocHost((void **) &cuda->pinned[i], STAGE)) &&
               cuda_good(cuda,
                         cudaEventCreateWithFlags(&cuda->pinned_free[i], cudaEventDisableTiming));
    return good && (cuda->slot = (double *) cuda_alloc(cuda, SLOTS * sizeof(double))) &&
           (cuda->stage = (float *) cuda_alloc(cuda, STAGE)) &&
           (cuda->blas_work = cuda_alloc(cuda, BLAS_WORK)) &&
           cuda_good(cuda, cudaMemsetAsync(cuda->slot, 0, SLOTS * sizeof(double), cuda->stream));
}

Device *cuda_open(const DpsWork *o)
{
    Cuda *cuda = (Cuda *) calloc(1, sizeof *cuda);

    if (!cuda)
        return NULL;
    cuda->dev.be = dps_cuda_module.backend;
    cuda->options = *o;
    if (cuda_good(cuda, cudaSetDevice(0)) &&
        cuda_good(cuda,
                  cudaDeviceGetAttribute(&cuda->processors, cudaDevAttrMultiProcessorCount, 0)) &&
        cuda_good(cuda, cudaStreamCreateWithFlags(&cuda->stream, cudaStreamNonBlocking)) &&
        open_buffers(cuda) && cuda_good_blas(cuda, cublasCreate(&cuda->blas)) &&
        cuda_good_blas(cuda, cublasSetStream(cuda->blas, cuda->stream)) &&
        cuda_good_blas(cuda, cublasSetWorkspace(cuda->blas, cuda->blas_work, BLAS_WORK)) &&
        cuda_good_sparse(cuda, cusparseCreate(&cuda->sparse)) &&
        cuda_good_sparse(cuda, cusparseSetStream(cuda->sparse, cuda->stream))) {
        cuda->precision = wanted_precision();
        cuda->conv = wanted_conv();
        if (cuda->conv != CONV_CUBLAS)
            cuda->dnn = cudnn_open(cuda);
        return &cuda->dev;
    }
    cuda_close(&cuda->dev);
    return NULL;
}

void cuda_close(Device *d)
{
    if (!d)
        return;
    Cuda *cuda = cuda_of(d);
    if (cuda->stream)
        cudaStreamSynchronize(cuda->stream);
    cudnn_close(cuda->dnn);
    if (cuda->sparse)
        cusparseDestroy(cuda->sparse);
    if (cuda->blas)
        cublasDestroy(cuda->blas);
    void *own[] = { cuda->slot, cuda->stage, cuda->blas_work, cuda->work };
    for (void *p : own)
        cuda_free(cuda, p);
    for (int i = 0; i < 2; i++) {
        cudaFreeHost(cuda->pinned[i]);
        if (cuda->pinned_free[i])
            cudaEventDestroy(cuda->pinned_free[i]);
    }
    cudaFreeHost(cuda->slot_copy);
    if (cuda->stream)
        cudaStreamSynchronize(cuda->stream);
    if (cuda->pool)
        cudaMemPoolDestroy(cuda->pool);
    if (cuda->stream)
        cudaStreamDestroy(cuda->stream);
    cudaGetLastError();
    free(cuda);
}

void cuda_about(Device *d, char *text, size_t size)
{
    static const char *const precision[] = { "TF32", "float32" };
    char name[DPS_MESSAGE];
    CudaMemory memory;

    if (cuda_usable(name, sizeof name, &memory))
        snprintf(text, size, "%s, %s%s%s%s", name, precision[cuda_of(d)->precision],
                 cuda_of(d)->dnn ? ", cuDNN" : "", *cuda_of(d)->why ? ", failed: " : "",
                 cuda_of(d)->why);
    else
        snprintf(text, size, "%s", name);
}

DpsStatus cuda_read(Device *d, int slot, int n, double *out)
{
    Cuda *cuda = cuda_of(d);
    size_t bytes = (size_t) n * sizeof *out;

    if (cuda_goes_on(cuda) &&
        cuda_good(cuda, cudaMemcpyAsync(cuda->slot_copy, cuda->slot + slot, bytes,
                                        cudaMemcpyDeviceToHost, cuda->stream)) &&
        cuda_good(cuda, cudaStreamSynchronize(cuda->stream)))
        memcpy(out, cuda->slot_copy, bytes);
    return cuda->status;
}

/* ----------------------------------------------------------------------- products */

static cublasOperation_t turned(bool t)
{
    return t ? CUBLAS_OP_T : CUBLAS_OP_N;
}

static cublasComputeType_t arithmetic(const Cuda *cuda)
{
    return cuda->precision == PRECISION_FLOAT32 ? CUBLAS_COMPUTE_32F : CUBLAS_COMPUTE_32F_FAST_TF32;
}

void cuda_product(Cuda *cuda, const Product &p)
{
    const float one = 1, keep = p.add ? 1 : 0;

    cuda_good_blas(cuda, cublasGemmEx(cuda->blas, turned(p.ta), turned(p.tb), (int) p.m, (int) p.n,
                                      (int) p.k, &one, p.a, CUDA_R_32F, (int) p.lda, p.b,
                                      CUDA_R_32F, (int) p.ldb, &keep, p.c, CUDA_R_32F, (int) p.ldc,
                                      arithmetic(cuda), CUBLAS_GEMM_DEFAULT));
}

void cuda_products(Cuda *cuda, const Product &p, size_t a, size_t b, size_t c, size_t count)
{
    const float one = 1, keep = p.add ? 1 : 0;

    cuda_good_blas(
        cuda, cublasGemmStridedBatchedEx(cuda->blas, turned(p.ta), turned(p.tb), (int) p.m,
                                         (int) p.n, (int) p.k, &one, p.a, CUDA_R_32F, (int) p.lda,
                                         (long long) a, p.b, CUDA_R_32F, (int) p.ldb, (long long) b,
                                         &keep, p.c, CUDA_R_32F, (int) p.ldc, (long long) c,
                                         (int) count, arithmetic(cuda), CUBLAS_GEMM_DEFAULT));
}
