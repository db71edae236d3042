/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fuzz-weights.c - the safetensors reader against files that chance made.  See fuzz.h.  An input is tried as it is,
 * and with the length of its header made to fit, so that what is behind the length is reached, too. */

#define _GNU_SOURCE

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "network/weights.h"

#define HEADER                                                                                    \
    "{\"__metadata__\":{\"architecture\":\"vgg19\",\"input\":\"RGB in [0,1]\\n\\u00e4\"},"         \
    "\"features.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,3,1,1],\"data_offsets\":[0,24]},"       \
    "\"features.0.bias\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[24,28]},"              \
    "\"none\":{\"dtype\":\"BF16\",\"shape\":[0,7],\"data_offsets\":[28,28]},"                      \
    "\"scale\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[28,36]},"                         \
    "\"steps\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[36,44]}}  "
#define DATA "\0\0\x80\x3f\0\0\0\xc0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x3c\0\xc0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

enum { LENGTH = 8, DATA_SIZE = sizeof DATA - 1 };

static const FuzzSeed seeds[] = { FUZZ_TEXT("\0\0\0\0\0\0\0\0" HEADER DATA) };
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
                                     "9",
                                     "9223372036854775807",
                                     "-",
                                     "1.5",
                                     "null",
                                     "\"a\":",
                                     "\"dtype\":\"F64\"",
                                     "\"__metadata__\":{}",
                                     "\303\244",
                                     NULL };

static char path[32]; /* of a file in memory */
static int file = -1;

static void must_be_sentence(const char *message)
{
    fuzz_must(strlen(message) > 20 && strlen(message) < DPS_MESSAGE, "a failure without a sentence");
    for (const char *c = message; *c; c++)
        fuzz_must((unsigned char) *c >= 0x20, "a control character in a message");
}

static void read_all(const Weights *w, int64_t size)
{
    int64_t end = 0;

    for (int i = 0; i < weights_count(w); i++) {
        const WeightTensor *t = weights_tensor(w, i);
        DpsMessage message[1] = { 0 };
        fuzz_must(t->offset >= LENGTH && t->bytes >= 0 && t->offset + t->bytes <= size, "beyond the file");
        fuzz_must(t->offset >= end, "an overlap");
        fuzz_must(weights_find(w, t->name) == t, "a tensor that is not found");
        end = t->offset + t->bytes;
        if (t->count > size)
            continue;
        float *out = malloc((size_t) t->count * sizeof *out + 1);
        fuzz_must(out != NULL, "out of memory");
        if (weights_read(w, t->name, t->ndim, t->shape, out, message) != DPS_OK)
            must_be_sentence(message->text);
        free(out);
    }
    weights_metadata(w, "input");
}

static void try(const uint8_t *bytes, size_t size)
{
    DpsMessage message[1] = { 0 };
    Weights *w;

    if (file < 0) {
        file = memfd_create("fuzz-weights", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    fuzz_must(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, bytes, size, 0) == (ssize_t) size,
              "the file can't be written");
    if (weights_open(path, &w, message) == DPS_OK) {
        read_all(w, (int64_t) size);
        weights_close(w);
    } else {
        fuzz_must(w == NULL, "a failure that leaves something open");
        must_be_sentence(message->text);
    }
}

static void attempt(const uint8_t *bytes, size_t size)
{
    try(bytes, size);
    if (size < LENGTH + DATA_SIZE)
        return;
    uint8_t *whole = malloc(size);
    fuzz_must(whole != NULL, "out of memory");
    memcpy(whole, bytes, size);
    for (int i = 0; i < LENGTH; i++)
        whole[i] = (uint8_t) ((uint64_t) (size - LENGTH - DATA_SIZE) >> 8 * i);
    try(whole, size);
    free(whole);
}

FUZZ_MAIN("fuzz-weights", seeds, words, attempt)
