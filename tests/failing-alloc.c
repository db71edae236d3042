/* SPDX-License-Identifier: LGPL-3.0-or-later */

#include "failing-alloc.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_long bytes, most;
static atomic_long count, live, doomed; /* doomed: which one fails; 0: none */
static atomic_bool failed;

void failing_alloc_arm(long n)
{
    count = 0;
    failed = false;
    doomed = n;
}

bool failing_alloc_disarm(void)
{
    doomed = 0;
    return failed;
}

long failing_alloc_count(void)
{
    return count;
}

long failing_alloc_live(void)
{
    return live;
}

static bool fails(void)
{
    if (atomic_fetch_add(&count, 1) + 1 != doomed)
        return false;
    failed = true;
    errno = ENOMEM;
    return true;
}

static void add_bytes(long n)
{
    long now = atomic_fetch_add(&bytes, n) + n, seen = most;

    while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
        ;
}

long failing_alloc_peak(void)
{
    return most;
}

long failing_alloc_bytes(void)
{
    return most = bytes;
}

static void *counted(void *block)
{
    if (block) {
        atomic_fetch_add(&live, 1);
        add_bytes((long) malloc_usable_size(block));
    }
    return block;
}

/* The linker's names: a call of f() arrives at __wrap_f(), and __real_f() is the f() there was. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
void __real_free(void *block);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);
void __wrap_free(void *block);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(n, size));
}

/* A block that moves stays one block. */
void *__wrap_realloc(void *block, size_t size)
{
    if (fails())
        return NULL;
    long before = block ? (long) malloc_usable_size(block) : 0;
    void *larger = __real_realloc(block, size);
    if (!block)
        return counted(larger);
    if (larger)
        add_bytes((long) malloc_usable_size(larger) - before);
    return larger;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : counted(__real_aligned_alloc(alignment, size));
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
    if (fails())
        return ENOMEM;
    int error = __real_posix_memalign(block, alignment, size);
    if (error == 0)
        counted(*block);
    return error;
}

void __wrap_free(void *block)
{
    if (block) {
        atomic_fetch_sub(&live, 1);
        atomic_fetch_sub(&bytes, (long) malloc_usable_size(block));
    }
    __real_free(block);
}
