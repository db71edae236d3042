/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* work.h - what the engine makes of a DpsWork: how many threads, and whether to stop.
 *
 * A Cancel is for a loop that several threads share: only the calling thread, which is thread 0 of the
 * loop, asks; the others see its answer. */

#ifndef WORK_H
#define WORK_H

#include "dps.h"

#include <stddef.h>

#ifdef _OPENMP
#include <omp.h>
#endif

/* As many as `work` says, or as there are processors. */
static inline int work_threads(const DpsWork *work)
{
#ifdef _OPENMP
    return work->threads > 0 ? work->threads : omp_get_num_procs();
#else
    (void) work;
    return 1;
#endif
}

/* Ends the threads that OpenMP would keep for the next time. */
static inline void work_rest(void)
{
#ifdef _OPENMP
    omp_pause_resource_all(omp_pause_soft);
#endif
}

static inline bool work_cancelled(const DpsWork *work)
{
    return work->cancelled && work->cancelled(work->data);
}

typedef struct {
    const DpsWork *work; /* NULL: nobody asks for an end */
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
    if (!stop && mine && cancel->work && work_cancelled(cancel->work)) {
        stop = true;
#pragma omp atomic write
        cancel->stop = true;
    }
    return stop;
}

#endif
