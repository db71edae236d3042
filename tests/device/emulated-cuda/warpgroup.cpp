/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "warpgroup.h"

#include <string.h>
#include <vector>

#define MOST_THREADS 1024
#define ROWS 16 /* of the 64, a warp's */

/* A factor as its 64 bits say: see "Matrix Descriptor" in the PTX manual.  In units of 16 bytes. */
struct Factor {
    size_t first, units_apart, rows_apart;
    bool bf16;
};

struct EmulatedProduct {
    float *sum;
    Factor a, b;
    std::vector<float> value; /* what it added up to when it was asked for */
    size_t batch;
};

static std::vector<EmulatedProduct> products[MOST_THREADS]; /* under way, by thread */
static size_t batches[MOST_THREADS];
static bool begun[MOST_THREADS];

uint64_t warpgroup_factor(const float4 *first, unsigned units_apart, unsigned rows_apart)
{
    size_t at = (size_t) (first - emulated_shared);

    if (at >= emulated_shared_units || at >= 1 << 14 || units_apart >= 1 << 14 ||
        rows_apart >= 1 << 14)
        emulated_die("a factor that is not in shared memory, or too widely spread");
    return at | (uint64_t) units_apart << 16 | (uint64_t) rows_apart << 32;
}

static Factor factor_of(uint64_t bits, bool bf16)
{
    return { bits & 0x3fff, bits >> 16 & 0x3fff, bits >> 32 & 0x3fff, bf16 };
}

/* What the units keep of a number: they cut off what TF32 has no room for. */
static float kept(float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    bits &= ~0u << 13;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* The two units of a row that one product takes; their numbers, 8 or 16. */
static int read_row(const Factor &f, int row, float *number)
{
    int each = f.bf16 ? 8 : 4;

    for (int u = 0; u < 2; u++) {
        size_t unit = f.first + u * f.units_apart + row / 8 * f.rows_apart + row % 8;
        if (unit >= emulated_shared_units)
            emulated_die("a factor that ends beyond shared memory");
        const float4 *p = emulated_shared + unit;
        for (int k = 0; k < each; k++)
            *number++ = f.bf16 ? __bfloat162float(((const __nv_bfloat16 *) p)[k])
                               : kept(((const float *) p)[k]);
    }
    return 2 * each;
}

/* This thread's n numbers of the product. */
static std::vector<float> value_of(const Factor &a, const Factor &b, size_t n)
{
    std::vector<float> value(n);
    int thread = (int) threadIdx.x % 128, row = thread / 32 * ROWS + thread % 32 / 4;
    float left[2][16], right[16];

    read_row(a, row, left[0]);
    read_row(a, row + 8, left[1]);
    for (size_t j = 0; j < n / 2; j++) {
        int depth = read_row(b, (int) j / 2 * 8 + thread % 4 * 2 + (int) j % 2, right);
        for (int i = 0; i < 2; i++)
            for (int k = 0; k < depth; k++)
                value[j / 2 * 4 + i * 2 + j % 2] += left[i][k] * right[k];
    }
    if (emulated_failure("wrong-warpgroups"))
        value[0] += 1;
    return value;
}

void warpgroup_begin()
{
    begun[threadIdx.x] = true;
}

void emulated_product(float *sum, int n, uint64_t a, uint64_t b, bool bf16)
{
    EmulatedProduct p = { sum, factor_of(a, bf16), factor_of(b, bf16), {}, batches[threadIdx.x] };

    if (!begun[threadIdx.x])
        emulated_die("a product of four warps that has not been begun");
    p.value = value_of(p.a, p.b, (size_t) n);
    products[threadIdx.x].push_back(p);
}

void warpgroup_commit()
{
    batches[threadIdx.x]++;
    begun[threadIdx.x] = false;
}

void emulated_wait(size_t later)
{
    std::vector<EmulatedProduct> &mine = products[threadIdx.x];
    size_t done = 0;

    for (; done < mine.size() && mine[done].batch + later < batches[threadIdx.x]; done++) {
        const EmulatedProduct &p = mine[done];
        std::vector<float> now = value_of(p.a, p.b, p.value.size());
        if (memcmp(now.data(), p.value.data(), now.size() * sizeof now[0]) != 0)
            emulated_die("shared memory has changed while it was multiplied");
        for (size_t i = 0; i < now.size(); i++)
            p.sum[i] += now[i];
    }
    mine.erase(mine.begin(), mine.begin() + (long) done);
}

bool emulated_products_wait(unsigned thread)
{
    return !products[thread].empty();
}
