/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>

/* The longest word, and more. */
#define SPARE 256

/* Steele and Vigna's splitmix64. */
static uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

size_t fuzz_below(uint64_t *state, size_t n)
{
    return n > 0 ? (size_t) (random_bits(state) % n) : 0;
}

static size_t put_word(uint8_t *bytes, size_t size, size_t room, size_t at,
                       const char *const *words, uint64_t *state)
{
    size_t count = 0;

    while (words && words[count])
        count++;
    if (count == 0)
        return size;
    const char *word = words[fuzz_below(state, count)];
    size_t n = strlen(word);
    if (size + n > room)
        return size;
    memmove(bytes + at + n, bytes + at, size - at);
    memcpy(bytes + at, word, n);
    return size + n;
}

static size_t change_once(uint8_t *bytes, size_t size, size_t room, const char *const *words,
                          uint64_t *state)
{
    static const uint32_t numbers[] = { 0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff };
    size_t at = fuzz_below(state, size), n = 1 + fuzz_below(state, 64);

    n = n < size - at ? n : size - at;
    switch (fuzz_below(state, 8)) {
    case 0: /* a bit */
        if (size > 0)
            bytes[at] ^= (uint8_t) (1u << fuzz_below(state, 8));
        break;
    case 1: /* bytes */
        for (size_t i = 0; i < n; i++)
            bytes[at + i] = (uint8_t) random_bits(state);
        break;
    case 2: /* the same byte */
        if (size > 0)
            memset(bytes + at, (int) random_bits(state), n);
        break;
    case 3: /* a number at its limits */
        if (size - at >= 4)
            memcpy(bytes + at, &numbers[fuzz_below(state, 8)], 1 + fuzz_below(state, 4));
        break;
    case 4: /* the end is missing */
        if (fuzz_below(state, 4) == 0)
            size = at;
        break;
    case 5: /* something is left out */
        memmove(bytes + at, bytes + at + n, size - at - n);
        size -= n;
        break;
    case 6:
        size = put_word(bytes, size, room, at, words, state);
        break;
    default: /* the same again, elsewhere */
        memmove(bytes + fuzz_below(state, size - n + 1), bytes + at, n);
        break;
    }
    return size;
}

size_t fuzz_change(uint8_t *bytes, size_t size, size_t room, const char *const *words,
                   uint64_t *state)
{
    for (size_t k = 1 + fuzz_below(state, 5); k > 0; k--)
        size = change_once(bytes, size, room, words, state);
    return size;
}

void fuzz_rounds(const char *name, const FuzzSeed *seeds, size_t count, const char *const *words,
                 int rounds, void (*attempt)(const uint8_t *bytes, size_t size))
{
    uint64_t state = 1;

    for (size_t i = 0; i < count; i++)
        attempt(seeds[i].bytes, seeds[i].size);
    for (int i = 0; i < rounds; i++) {
        if (i > 0 && i % 1000000 == 0) {
            printf("%s: %d so far\n", name, i);
            fflush(stdout);
        }
        const FuzzSeed *seed = &seeds[fuzz_below(&state, count)];
        uint8_t *bytes = malloc(seed->size + SPARE);
        fuzz_must(bytes != NULL, "out of memory");
        memcpy(bytes, seed->bytes, seed->size);
        size_t size = fuzz_change(bytes, seed->size, seed->size + SPARE, words, &state);
        /* to the byte, for what watches over memory */
        uint8_t *exact = malloc(size + !size);
        fuzz_must(exact != NULL, "out of memory");
        memcpy(exact, bytes, size);
        attempt(exact, size);
        free(exact);
        free(bytes);
    }
    printf("%s: %d changed inputs\n", name, rounds);
}
