/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fuzz-torch.c - the reader of PyTorch's files against files that chance made.  See fuzz.h. */

#define _GNU_SOURCE

#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "network/weights.h"
#include "torch-bytes.h"

static char path[32]; /* of a file in memory */
static int file = -1;

static const char *const words[] = { "(",
                                     ")",
                                     "]",
                                     "}",
                                     "t",
                                     "R",
                                     "Q",
                                     "b",
                                     "u",
                                     "s",
                                     "e",
                                     "a",
                                     "N",
                                     "\x85",
                                     ".",
                                     "q\x01",
                                     "h\x01",
                                     "K\x08",
                                     "0",
                                     "PK\3\4",
                                     "PK\1\2",
                                     "ccollections\nOrderedDict\n",
                                     "cos\nsystem\n",
                                     "ctorch\nFloatStorage\n",
                                     "X\x01",
                                     NULL };

static void read_all(const Weights *w, int64_t size)
{
    for (int i = 0; i < weights_count(w); i++) {
        const WeightTensor *t = weights_tensor(w, i);
        fuzz_must(t->offset >= 0 && t->bytes >= 0 && t->offset + t->bytes <= size,
                  "beyond the file");
        fuzz_must(weights_find(w, t->name) == t, "a tensor that is not found");
        float *out = malloc((size_t) t->count * sizeof *out + 1);
        fuzz_must(out != NULL, "out of memory");
        weights_read(w, t->name, t->ndim, t->shape, out, NULL);
        free(out);
    }
}

static void attempt(const uint8_t *bytes, size_t size)
{
    DpsMessage message[1] = { 0 };
    Weights *w;

    if (file < 0) {
        file = memfd_create("fuzz-torch", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    fuzz_must(file >= 0 && ftruncate(file, 0) == 0 &&
                  pwrite(file, bytes, size, 0) == (ssize_t) size,
              "the file can't be written");
    if (weights_open(path, &w, message) == DPS_OK)
        read_all(w, (int64_t) size);
    else
        fuzz_must(w == NULL && strlen(message->text) > 20, "a failure without a sentence");
    weights_close(w);
}

#ifdef WITH_LIBFUZZER
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    attempt(bytes, size);
    return 0;
}
#else
int main(int argc, char **argv)
{
    Bytes file_bytes[] = { torch_row(""), torch_zip("", 0, 0), torch_zip("", 0, 1) };
    FuzzSeed seeds[3];

    for (int i = 0; i < 3; i++)
        seeds[i] = (FuzzSeed) { file_bytes[i].byte, file_bytes[i].size };
    fuzz_rounds("fuzz-torch", seeds, 3, words, argc > 1 ? atoi(argv[1]) : 5000, attempt);
    return 0;
}
#endif
