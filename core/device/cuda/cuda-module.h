/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cuda-module.h - what the loadable module for NVIDIA GPUs shows to the core: one symbol.
 *
 * The core opens the module with dlopen, see device.c, and nothing of it links against CUDA.
 * Everything here is constant and lives as long as the program. */

#ifndef CUDA_MODULE_H
#define CUDA_MODULE_H

#include "device/backend.h"

#define CUDA_MODULE_SYMBOL "dps_cuda_module"

typedef struct {
    size_t all, free; /* bytes */
} CudaMemory;

typedef struct {
    /* A module of another build may have other structures: both must be the core's own. */
    const char *version;
    size_t backend_size;

    const Backend *backend;

    /* True when there is a GPU that the module can use; `text` then names it.  Otherwise `text`
     * is a sentence that says why not. */
    bool (*usable)(char *text, size_t size, CudaMemory *memory);
} CudaModule;

/* What the symbol names; only the module itself is linked with it. */
#ifdef __cplusplus
extern "C" const CudaModule dps_cuda_module;
#else
extern const CudaModule dps_cuda_module;
#endif

#endif
