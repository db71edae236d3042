/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels.h"

#include <string.h>

#ifdef KERNELS_X86
static bool supported(const Kernels *k)
{
    __builtin_cpu_init();
    if (k == &kernels_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const Kernels *kernels_choose(const char *limit)
{
    static const Kernels *const best_first[] = { &kernels_avx512, &kernels_avx2 };
    bool allowed = !limit;

    for (int i = 0; i < 2; i++) {
        allowed = allowed || strcmp(limit, best_first[i]->name) == 0;
        if (allowed && supported(best_first[i]))
            return best_first[i];
    }
    return &kernels_baseline;
}
#else
const Kernels *kernels_choose(const char *limit)
{
    (void) limit;
    return &kernels_baseline;
}
#endif
