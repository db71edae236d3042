/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* check.h - what a test program needs, for its one source file with main().
 *
 *     int main(void)
 *     {
 *         CHECK(1 + 1 == 2, "the sum is %d", 1 + 1);
 *         return check_done("arithmetic");
 *     }
 *
 * A failed check is printed with its place, and the program goes on.  A test that can't run here
 * calls skip() with the reason: meson reads exit code 77 as "skipped". */

#ifndef CHECK_H
#define CHECK_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int check_count, check_failures;

/* So many threads, and on to the end: a DpsWork for one call. */
#define THREADS(n) (&(DpsWork){ .threads = (n) })

/* Counts a check, and prints place, condition and message if the condition is false. */
#define CHECK(condition, ...) \
    check_that((condition) ? 1 : 0, __FILE__, __LINE__, #condition, __VA_ARGS__)

__attribute__((format(printf, 5, 6))) static inline int check_that(int good, const char *file,
                                                                   int line, const char *condition,
                                                                   const char *format, ...)
{
    check_count++;
    if (good)
        return 1;
    check_failures++;
    va_list args;
    va_start(args, format);
    printf("%s:%d: not true: %s: ", file, line, condition);
    vprintf(format, args);
    printf("\n");
    fflush(stdout);
    va_end(args);
    return 0;
}

__attribute__((noreturn)) static inline void skip(const char *reason)
{
    printf("SKIP: %s\n", reason);
    exit(77);
}

/* Prints the summary and returns main's exit code. */
static inline int check_done(const char *name)
{
    if (check_failures > 0)
        printf("%s: %d of %d checks failed\n", name, check_failures, check_count);
    else
        printf("%s: %d checks, all good\n", name, check_count);
    return check_failures > 0;
}

#endif
