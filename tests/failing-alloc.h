/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* failing-alloc.h - memory that runs out exactly when a test says so.
 *
 *     for (long n = 1;; n++) {
 *         failing_alloc_arm(n);
 *         DpsStatus status = thing_make(&thing);
 *         bool failed = failing_alloc_disarm();
 *         if (!failed)
 *             break;                      // made with fewer than n allocations
 *         CHECK(status == DPS_NO_MEMORY, ...);
 *         CHECK(failing_alloc_live() == before, ...);
 *     }
 *
 * A test program takes part when it is linked with the options in failing_alloc_link_args of
 * tests/meson.build, which send the allocations of its own objects and of static libraries here.
 * Shared libraries, the C library's own allocations among them, go on as ever.  Any number of threads
 * may allocate; arming and asking are for one thread while the others rest. */

#ifndef FAILING_ALLOC_H
#define FAILING_ALLOC_H

#include <stdbool.h>

/* From now on, the n-th allocation (1: the next one) fails, and no other. */
void failing_alloc_arm(long n);

/* Ends that; true if an allocation did fail since. */
bool failing_alloc_disarm(void);

/* Allocations since failing_alloc_arm(), with those that failed. */
long failing_alloc_count(void);

/* Bytes allocated and not yet freed; from now on the peak is counted anew. */
long failing_alloc_bytes(void);

/* The most bytes since then. */
long failing_alloc_peak(void);

/* Blocks allocated and not yet freed since the program began. */
long failing_alloc_live(void);

#endif
