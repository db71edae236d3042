/* SPDX-License-Identifier: LGPL-3.0-or-later */
#define _POSIX_C_SOURCE 200809L
#include "dps.h"

#include <stdlib.h>
#include <unistd.h>

void dps_wait_passively(char **arguments)
{
#ifdef _OPENMP
    if (!getenv("OMP_WAIT_POLICY") && !getenv("GOMP_SPINCOUNT") &&
        setenv("OMP_WAIT_POLICY", "passive", 1) == 0)
        execv("/proc/self/exe", arguments);
#else
    (void) arguments;
#endif
}
