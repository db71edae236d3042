/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Files of PyTorch's, old and new: what they hold is read where it lies, and nothing that they ask for is
 * run. */

#define _GNU_SOURCE

#include "torch-bytes.h"
#include "weights-file.h"

static void check_content(Bytes b, const char *what)
{
    Weights *w;
    DpsMessage message[1] = { 0 };
    float weight[6], bias[2];

    write_bytes(b.byte, b.size);
    CHECK(weights_open(path, &w, message) == DPS_OK, "%s: %s", what, message->text);
    if (!w)
        return;
    CHECK(weights_count(w) == 2, "%s: %d tensors", what, weights_count(w));
    CHECK(!weights_read(w, "features.0.weight", 4, (int64_t[]) { 2, 3, 1, 1 }, weight, message) &&
              !weights_read(w, "features.0.bias", 1, (int64_t[]) { 2 }, bias, message),
          "%s: %s", what, message->text);
    for (int i = 0; i < 8; i++)
        CHECK((i < 6 ? weight[i] : bias[i - 6]) == (float) i, "%s: number %d is another", what, i);
    weights_close(w);
}

static void check_refused(Bytes b, const char *word, const char *what)
{
    Weights *w;
    DpsMessage message[1] = { 0 };

    write_bytes(b.byte, b.size);
    CHECK(weights_open(path, &w, message) == DPS_BAD_FILE && !w, "%s: opened", what);
    CHECK(strstr(message->text, word) != NULL, "%s: %s", what, message->text);
}

/* Puts `with` in the place of the first `what`, which is as long. */
static Bytes replaced(Bytes b, const char *what, const char *with)
{
    uint8_t *at = memmem(b.byte, b.size, what, strlen(what));

    CHECK(at != NULL, "there is no %s", what ? what : "such thing");
    if (at)
        memcpy(at, with, strlen(what));
    return b;
}

int main(void)
{
    make_folder();
    check_content(torch_row(""), "row");
    check_content(torch_zip("", 0, 0), "zip");
    check_content(torch_zip("", 0, 1), "zip with wide numbers");

    check_refused(torch_row("cos\nsystem\n(X\x04\0\0\0ls"), "os.system", "a call");
    check_refused(torch_zip("cposix\nsystem\n", 0, 0), "posix.system", "a call in a zip");
    check_refused(torch_zip("c__builtin__\neval\n", 0, 0), "__builtin__.eval", "eval");
    check_refused(torch_zip("i", 0, 0), "unknown here", "INST");
    check_refused(torch_zip("\x93", 0, 0), "unknown here", "STACK_GLOBAL");
    check_refused(torch_zip("", 8, 0), "unknown here", "packed");
    check_refused(replaced(torch_row(""), "\x88s.", "\x89s."), "unknown here", "big-endian");
    check_refused(replaced(torch_zip("", 0, 0), "K\x08tQK\x06", "K\x08tQK\x07"), "features.0.bias",
                  "beyond the storage");
    check_refused(replaced(torch_zip("", 0, 0), "(K\x03K\x01K\x01K\x01t", "(K\x01K\x02K\x01K\x01t"),
                  "isn't stored in order", "transposed");
    for (size_t size = 8; size < torch_row("").size; size++) {
        Bytes b = torch_row("");
        b.size = size;
        check_refused(b, ": ", "cut short");
    }
    remove_folder();
    return check_done("torch-file");
}
