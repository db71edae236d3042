/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fuzz.h - what the tests with inputs that chance made share: the changes, and the rounds.
 *
 * A harness has a function that takes an input, and aborts where something is wrong.  Built with clang
 * -fsanitize=fuzzer,address,undefined -DWITH_LIBFUZZER it is a libFuzzer target; built plainly it is a
 * program that takes ROUNDS and changes its seeds in a few places so many times, with the same
 * pseudo-random numbers each time. */

#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    const void *bytes;
    size_t size;
} FuzzSeed;

#define FUZZ_TEXT(text) { text, sizeof(text) - 1 }

/* A pseudo-random number below n; 0 where n is 0. */
size_t fuzz_below(uint64_t *state, size_t n);

/* Some changes to bytes[size], which has room for `room` bytes: bits, bytes, numbers, blocks left out,
 * doubled or cut off, and words (which end with NULL; may be NULL) put in.  Returns the new size. */
size_t fuzz_change(uint8_t *bytes, size_t size, size_t room, const char *const *words,
                   uint64_t *state);

/* Tries all seeds, and then `rounds` changed ones; prints how many there were. */
void fuzz_rounds(const char *name, const FuzzSeed *seeds, size_t count, const char *const *words,
                 int rounds, void (*attempt)(const uint8_t *bytes, size_t size));

static inline void fuzz_must(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "wrong: %s\n", what);
        abort();
    }
}

/* The entry of a harness. */
#ifdef WITH_LIBFUZZER
#define FUZZ_MAIN(name, seeds, words, attempt)                     \
    int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size); \
    int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)  \
    {                                                              \
        attempt(bytes, size);                                      \
        return 0;                                                  \
    }
#else
#define FUZZ_MAIN(name, seeds, words, attempt)                           \
    int main(int argc, char **argv)                                      \
    {                                                                    \
        fuzz_rounds(name, seeds, sizeof(seeds) / sizeof *(seeds), words, \
                    argc > 1 ? atoi(argv[1]) : 5000, attempt);           \
        return 0;                                                        \
    }
#endif

#endif
