/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cuda_pipeline_primitives.h - copies to shared memory that arrive when they are waited for, and
 * not before: whoever reads earlier reads what was there. */

#ifndef EMULATED_CUDA_PIPELINE_H
#define EMULATED_CUDA_PIPELINE_H

#include "cuda_runtime.h"

/* For the thread that calls.  zeros: how many of the bytes, at the end, become 0 instead. */
void __pipeline_memcpy_async(void *to, const void *from, size_t bytes, size_t zeros = 0);
void __pipeline_commit();
/* All of the thread's copies but those of the last `batches` commits. */
void __pipeline_wait_prior(size_t batches);

#endif
