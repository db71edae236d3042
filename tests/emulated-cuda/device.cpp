/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The GPU device's own sources, against the emulated CUDA beside this file. */
#include "../../core/cuda/conv-image.cu"
#include "../../core/cuda/conv-tensor.cu"
#include "../../core/cuda/conv.cu"
#include "../../core/cuda/cuda.cu"
#include "../../core/cuda/gram.cu"
#include "../../core/cuda/linop-stencil.cu"
#include "../../core/cuda/linop-windows.cu"
#include "../../core/cuda/linop.cu"
#include "../../core/cuda/pool.cu"
#include "../../core/cuda/record.cu"
#include "../../core/cuda/tensor.cu"
#include "../../core/cuda/vector.cu"
