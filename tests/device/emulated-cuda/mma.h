/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mma.h - the warp-wide products of small matrices that core/device/cuda uses.
 *
 * What a warp's threads do together, its first thread does here: it alone holds the whole fragment,
 * the other 31 hold nothing.  Where a kernel forgets to wait for a warp's other threads, they read
 * what is not there yet. */

#ifndef EMULATED_MMA_H
#define EMULATED_MMA_H

#include "cuda_bf16.h"
#include "cuda_runtime.h"

#include <stdint.h>
#include <type_traits>

namespace nvcuda {
namespace wmma {

namespace precision {
struct tf32 {};
} // namespace precision

struct matrix_a {};
struct matrix_b {};
struct accumulator {};
struct row_major {};
struct col_major {};
enum layout_t { mem_row_major, mem_col_major };

/* What the units keep of a number: they cut off what TF32 has no room for. */
static inline float emulated_factor(float v, precision::tf32)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    bits &= ~0u << 13;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline float emulated_factor(__nv_bfloat16 v, __nv_bfloat16)
{
    return __bfloat162float(v);
}

static inline float __float_to_tf32(float v)
{
    return emulated_round(v, 13);
}

static inline bool emulated_leads()
{
    return threadIdx.x % 32 == 0;
}

template <typename Use, int M, int N, int K, typename Kind, typename Layout = void>
struct fragment {
    float v[16 * 16]; /* row after row; of b column after column */
};

template <int M, int N, int K>
void fill_fragment(fragment<accumulator, M, N, K, float> &f, float value)
{
    for (int i = 0; emulated_leads() && i < M * N; i++)
        f.v[i] = value;
}

/* Numbers that are multiplied with each other lie side by side, or `across`, a line apart. */
template <typename Number, typename Kind>
void emulated_load(float *v, int rows, int depth, const Number *from, unsigned line, bool across)
{
    if ((uintptr_t) from % 32 || line * sizeof *from % 16)
        emulated_die("a fragment that doesn't begin at a multiple of 32 bytes, or its lines of 16");
    for (int i = 0; emulated_leads() && i < rows * depth; i++) {
        int row = i / depth, k = i % depth;
        v[i] = emulated_factor(from[across ? k * line + row : row * line + k], Kind());
    }
}

template <int M, int N, int K, typename Kind, typename Number, typename Layout>
void load_matrix_sync(fragment<matrix_a, M, N, K, Kind, Layout> &f, const Number *from,
                      unsigned line)
{
    emulated_load<Number, Kind>(f.v, M, K, from, line, std::is_same<Layout, col_major>());
}

template <int M, int N, int K, typename Kind, typename Number, typename Layout>
void load_matrix_sync(fragment<matrix_b, M, N, K, Kind, Layout> &f, const Number *from,
                      unsigned line)
{
    emulated_load<Number, Kind>(f.v, N, K, from, line, std::is_same<Layout, row_major>());
}

template <int M, int N, int K, typename Kind, typename Left, typename Right>
void mma_sync(fragment<accumulator, M, N, K, float> &d,
              const fragment<matrix_a, M, N, K, Kind, Left> &a,
              const fragment<matrix_b, M, N, K, Kind, Right> &b,
              const fragment<accumulator, M, N, K, float> &c)
{
    for (int i = 0; emulated_leads() && i < M; i++)
        for (int j = 0; j < N; j++) {
            float sum = c.v[i * N + j];
            for (int k = 0; k < K; k++)
                sum += a.v[i * K + k] * b.v[j * K + k];
            d.v[i * N + j] = sum;
        }
}

template <int M, int N, int K>
void store_matrix_sync(float *to, const fragment<accumulator, M, N, K, float> &f, unsigned line,
                       layout_t layout)
{
    if ((uintptr_t) to % 32 || line % 4)
        emulated_die("a fragment that isn't stored at a multiple of 32 bytes, or its lines of 16");
    for (int i = 0; emulated_leads() && i < M * N; i++)
        to[layout == mem_row_major ? i / N * line + i % N : i % N * line + i / N] = f.v[i];
}

} // namespace wmma
} // namespace nvcuda

#endif
