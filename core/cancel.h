/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* cancel.h - asking whether to stop, from within a loop that several threads share.
 *
 * Only the calling thread, which is thread 0 of the loop, asks; the others see its answer. */

#ifndef CANCEL_H
#define CANCEL_H

#include <stdbool.h>
#include <stddef.h>

#ifdef _OPENMP
#include <omp.h>
#endif

typedef struct {
    bool (*ask)(void *data); /* may be NULL */
    void *data;
    bool stop;
} Cancel;

static inline bool cancel_stops(Cancel *cancel)
{
    bool stop;
#pragma omp atomic read
    stop = cancel->stop;
#ifdef _OPENMP
    bool mine = omp_get_thread_num() == 0;
#else
    bool mine = true;
#endif
    if (!stop && mine && cancel->ask && cancel->ask(cancel->data)) {
        stop = true;
#pragma omp atomic write
        cancel->stop = true;
    }
    return stop;
}

#endif
