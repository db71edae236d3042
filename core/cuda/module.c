/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cuda-module.h"
#include "cuda-operations.h"

static const Backend cuda_backend = {
    .name = "cuda",
    .open = cuda_open,
    .close = cuda_close,
    .about = cuda_about,
    .tensor = cuda_tensor_new,
    .slice = cuda_slice,
    .drop = cuda_drop,
    .upload = cuda_upload,
    .download = cuda_download,
    .tensor_bytes = cuda_tensor_bytes,
    .conv_new = cuda_conv_new,
    .conv_drop = cuda_conv_drop,
    .conv = cuda_conv,
    .conv_back = cuda_conv_back,
    .pool = cuda_pool,
    .pool_back = cuda_pool_back,
    .masks = cuda_masks,
    .masks_drop = cuda_masks_drop,
    .gram = cuda_gram,
    .gram_back = cuda_gram_back,
    .sqdiff = cuda_sqdiff,
    .excess = cuda_excess,
    .sparse = cuda_sparse,
    .matting = cuda_matting,
    .linop_drop = cuda_linop_drop,
    .apply = cuda_apply,
    .chebyshev = cuda_chebyshev,
    .dots = cuda_dots,
    .lincomb = cuda_lincomb,
    .adam = cuda_adam,
    .read = cuda_read,
    .memory_free = cuda_memory_free,
    .workspace = cuda_workspace,
};

__attribute__((visibility("default"))) const CudaModule dps_cuda_module = {
    .version = DPS_VERSION,
    .backend_size = sizeof(Backend),
    .backend = &cuda_backend,
    .usable = cuda_usable,
};
