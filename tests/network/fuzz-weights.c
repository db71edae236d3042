/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fuzz-weights.c - the safetensors reader against files that chance made.
 *
 * Built with clang -fsanitize=fuzzer,address,undefined -DWITH_LIBFUZZER it is a libFuzzer target.
 * Built plainly it is an ordinary test:
 *
 *     fuzz-weights [ROUNDS [SEED-FILE]]
 *
 * changes a small good file (or the one given) in a few places, opens it and reads all that can be
 * read, ROUNDS times, with the same pseudo-random numbers each time.  Wrong is a crash, a failure
 * without a one-line sentence, and a tensor that reaches beyond the file. */

#define _GNU_SOURCE

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "network/weights.h"

static char path[32]; /* of a file in memory */
static int file = -1;

static void must(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "fuzz-weights: %s\n", what);
        abort();
    }
}

static void must_be_sentence(const char *message)
{
    must(strlen(message) > 20 && strlen(message) < DPS_MESSAGE, "a failure without a sentence");
    for (const char *c = message; *c; c++)
        must((unsigned char) *c >= 0x20, "a control character in a message");
}

static void read_all(const Weights *w, int64_t size)
{
    int64_t end = 0;
    for (int i = 0; i < weights_count(w); i++) {
        const WeightTensor *t = weights_tensor(w, i);
        DpsMessage message[1] = { 0 };
        must(t->offset >= 8 && t->bytes >= 0 && t->offset + t->bytes <= size, "beyond the file");
        must(t->offset >= end, "an overlap");
        must(weights_find(w, t->name) == t, "a tensor that is not found");
        end = t->offset + t->bytes;
        if (t->count > size)
            continue;
        float *out = malloc((size_t) t->count * sizeof *out + 1);
        must(out != NULL, "out of memory");
        if (weights_read(w, t->name, t->ndim, t->shape, out, message) != DPS_OK)
            must_be_sentence(message->text);
        free(out);
    }
    weights_metadata(w, "input");
}

/* One file: 1 if it was accepted. */
static int try_bytes(const uint8_t *bytes, size_t size)
{
    DpsMessage message[1] = { 0 };
    Weights *w;
    if (file < 0) {
        file = memfd_create("fuzz-weights", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    must(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, bytes, size, 0) == (ssize_t) size,
         "the file can't be written");
    if (weights_open(path, &w, message) != DPS_OK) {
        must(w == NULL, "a failure that leaves something open");
        must_be_sentence(message->text);
        return 0;
    }
    read_all(w, (int64_t) size);
    weights_close(w);
    return 1;
}

#ifdef WITH_LIBFUZZER

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    try_bytes(bytes, size);
    return 0;
}

#else

static const char seed_header[] =
    "{\"__metadata__\":{\"architecture\":\"vgg19\",\"input\":\"RGB in [0,1]\\n\\u00e4\"},"
    "\"features.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,3,1,1],\"data_offsets\":[0,24]},"
    "\"features.0.bias\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[24,28]},"
    "\"none\":{\"dtype\":\"BF16\",\"shape\":[0,7],\"data_offsets\":[28,28]},"
    "\"scale\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[28,36]},"
    "\"steps\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[36,44]}}  ";

/* Steele and Vigna's splitmix64. */
static uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t below(uint64_t *state, size_t n)
{
    return n > 0 ? (size_t) (random_bits(state) % n) : 0;
}

/* One change to bytes[size], which has room for `room`; returns the new size. */
static size_t mutate(uint8_t *bytes, size_t size, size_t room, uint64_t *state)
{
    static const char *const words[] = { "{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         ":",
                                         "\"",
                                         "\\",
                                         "\\u0041",
                                         "0",
                                         "9223372036854775807",
                                         "-",
                                         "1.5",
                                         "null",
                                         "\"a\":",
                                         "\"dtype\":\"F64\"",
                                         "\"__metadata__\":{}",
                                         "\303\244" };
    size_t at = below(state, size), n = 1 + below(state, 24);
    switch (below(state, 8)) {
    case 0: /* a bit */
        if (size > 0)
            bytes[at] ^= (uint8_t) (1u << below(state, 8));
        break;
    case 1: /* a byte */
        if (size > 0)
            bytes[at] = (uint8_t) random_bits(state);
        break;
    case 2: /* a digit for a digit */
        for (; at < size; at++)
            if (bytes[at] >= '0' && bytes[at] <= '9') {
                bytes[at] = (uint8_t) ('0' + below(state, 10));
                break;
            }
        break;
    case 3: /* the length of the header */
        if (size >= 8)
            bytes[below(state, 8)] = (uint8_t) random_bits(state);
        break;
    case 4: /* cut the end */
        size -= below(state, size / 4 + 1);
        break;
    case 5: /* leave something out */
        n = n < size - at ? n : size - at;
        memmove(bytes + at, bytes + at + n, size - at - n);
        size -= n;
        break;
    case 6: { /* put a word in */
        const char *word = words[below(state, sizeof words / sizeof *words)];
        n = strlen(word);
        if (size + n <= room) {
            memmove(bytes + at + n, bytes + at, size - at);
            memcpy(bytes + at, word, n);
            size += n;
        }
        break;
    }
    default: /* the same again, elsewhere */
        n = n < size - at ? n : size - at;
        memmove(bytes + below(state, size - n + 1), bytes + at, n);
        break;
    }
    return size;
}

/* The length of the header again, after a change that kept its closing bracket. */
static void mend_length(uint8_t *bytes, size_t size, size_t data)
{
    uint64_t length = size >= 8 + data ? size - 8 - data : 0;
    for (int i = 0; i < 8 && size >= 8; i++)
        bytes[i] = (uint8_t) (length >> 8 * i);
}

static uint8_t *load_seed(const char *name, size_t *size)
{
    static const uint8_t data[44] = { 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, [24] = 0, 0x3c, 0, 0xc0 };
    size_t header = sizeof seed_header - 1;
    FILE *seed = name ? fopen(name, "rb") : NULL;
    must(!name || seed, "the seed file can't be opened");
    if (seed) {
        must(fseek(seed, 0, SEEK_END) == 0, "the seed file has no end");
        *size = (size_t) ftell(seed);
        rewind(seed);
    } else {
        *size = 8 + header + sizeof data;
    }
    uint8_t *bytes = calloc(1, *size + 1);
    must(bytes != NULL, "out of memory");
    if (seed) {
        must(fread(bytes, 1, *size, seed) == *size, "the seed file can't be read");
        fclose(seed);
    } else {
        memcpy(bytes + 8, seed_header, header);
        memcpy(bytes + 8 + header, data, sizeof data);
        mend_length(bytes, *size, sizeof data);
    }
    return bytes;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 5000, accepted = 0;
    size_t size;
    uint8_t *seed = load_seed(argc > 2 ? argv[2] : NULL, &size);
    size_t room = size + 256, data = 0;
    for (int i = 0; i < 8 && size >= 8; i++)
        data |= (size_t) seed[i] << 8 * i;
    data = size >= 8 + data ? size - 8 - data : 0;
    uint8_t *bytes = malloc(room);
    must(bytes != NULL, "out of memory");
    must(try_bytes(seed, size), "the seed itself is refused");
    uint64_t state = 1;
    for (int i = 0; i < rounds; i++) {
        size_t n = size;
        memcpy(bytes, seed, size);
        for (size_t k = 1 + below(&state, 4); k > 0; k--)
            n = mutate(bytes, n, room, &state);
        if (below(&state, 2))
            mend_length(bytes, n, data);
        accepted += try_bytes(bytes, n);
    }
    free(bytes);
    free(seed);
    must(rounds == 0 || (accepted > 0 && accepted < rounds), "all files alike: this tests nothing");
    printf("fuzz-weights: %d changed files, %d still good, the others refused\n", rounds, accepted);
    return 0;
}

#endif
