/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* torch-bytes.h - for the tests of PyTorch's files: making small ones, byte by byte, in both formats.
 *
 * Two tensors: "features.0.weight", 2 x 3 x 1 x 1, of the numbers 0 1 2 3 4 5 as F32, and
 * "features.0.bias", 2, of 6 and 7, the last two numbers of the same storage. */

#ifndef TORCH_BYTES_H
#define TORCH_BYTES_H

#include <stdint.h>
#include <string.h>

typedef struct {
    uint8_t byte[4096];
    size_t size;
} Bytes;

static inline void put(Bytes *b, const void *bytes, size_t size)
{
    memcpy(b->byte + b->size, bytes, size);
    b->size += size;
}

static inline void put_number(Bytes *b, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8)
        b->byte[b->size++] = (uint8_t) value;
}

#define PUT(b, text) put(b, text, sizeof(text) - 1)

static inline void put_text(Bytes *b, const char *text)
{
    PUT(b, "X");
    put_number(b, strlen(text), 4);
    put(b, text, strlen(text));
}

/* _rebuild_tensor_v2(storage, offset, sizes, strides, False, OrderedDict()) */
static inline void put_tensor(Bytes *b, int offset, const char *sizes, const char *strides,
                              const char *tail)
{
    PUT(b, "ctorch._utils\n_rebuild_tensor_v2\n((");
    put_text(b, "storage");
    PUT(b, "ctorch\nFloatStorage\n");
    put_text(b, "0");
    put_text(b, "cpu");
    PUT(b, "K\x08");
    put(b, tail, strlen(tail));
    PUT(b, "tQK");
    put_number(b, (uint64_t) offset, 1);
    put(b, sizes, strlen(sizes));
    put(b, strides, strlen(strides));
    PUT(b, "\x89"
           "ccollections\nOrderedDict\n)RtR");
}

/* The dictionary; `before` is put in front of its opcodes, `tail` at the end of a storage's tuple. */
static inline void put_dictionary(Bytes *b, const char *before, const char *tail)
{
    PUT(b, "\x80\x02");
    put(b, before, strlen(before));
    PUT(b, "ccollections\nOrderedDict\n)Rq\x01(");
    put_text(b, "features.0.weight");
    put_tensor(b, 0, "(K\x02K\x03K\x01K\x01t", "(K\x03K\x01K\x01K\x01t", tail);
    put_text(b, "features.0.bias");
    put_tensor(b, 6, "K\x02\x85", "K\x01\x85", tail);
    PUT(b, "u}");
    put_text(b, "_metadata");
    PUT(b, "Nsb.");
}

static inline void put_data(Bytes *b)
{
    for (int i = 0; i < 8; i++) {
        float value = (float) i;
        put(b, &value, sizeof value);
    }
}

/* The format before PyTorch 1.6. */
static inline Bytes torch_row(const char *before)
{
    Bytes b = { .size = 0 };

    PUT(&b, "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}");
    put_text(&b, "little_endian");
    PUT(&b, "\x88s.");
    put_dictionary(&b, before, "N");
    PUT(&b, "\x80\x02]");
    put_text(&b, "0");
    PUT(&b, "a.");
    put_number(&b, 8, 8);
    put_data(&b);
    return b;
}

static inline void put_local(Bytes *b, const char *name, const Bytes *content, int method)
{
    PUT(b, "PK\3\4");
    put_number(b, 0, 4);
    put_number(b, (uint64_t) method, 2);
    put_number(b, 0, 8); /* time, sum */
    put_number(b, content->size, 4);
    put_number(b, content->size, 4);
    put_number(b, strlen(name), 2);
    put_number(b, 4, 2);
    put(b, name, strlen(name));
    PUT(b, "FB\0\0");
    put(b, content->byte, content->size);
}

/* wide: sizes and places stand in an extra field, as where they are 4 GB and more. */
static inline void put_central(Bytes *b, const char *name, size_t size, size_t at, int method,
                               int wide)
{
    PUT(b, "PK\1\2");
    put_number(b, 0, 6);
    put_number(b, (uint64_t) method, 2);
    put_number(b, 0, 8);
    put_number(b, wide ? 0xffffffff : size, 4);
    put_number(b, wide ? 0xffffffff : size, 4);
    put_number(b, strlen(name), 2);
    put_number(b, wide ? 28 : 0, 2);
    put_number(b, 0, 10);
    put_number(b, wide ? 0xffffffff : at, 4);
    put(b, name, strlen(name));
    if (wide) {
        put_number(b, 1, 2);
        put_number(b, 24, 2);
        put_number(b, size, 8);
        put_number(b, size, 8);
        put_number(b, at, 8);
    }
}

/* The format since then. */
static inline Bytes torch_zip(const char *before, int method, int wide)
{
    Bytes b = { .size = 0 }, content[2] = { { .size = 0 }, { .size = 0 } };
    const char *const name[] = { "net/data.pkl", "net/data/0" };
    size_t at[2], begin, size;

    put_dictionary(&content[0], before, "");
    put_data(&content[1]);
    for (int i = 0; i < 2; i++) {
        at[i] = b.size;
        put_local(&b, name[i], &content[i], method);
    }
    begin = b.size;
    for (int i = 0; i < 2; i++)
        put_central(&b, name[i], content[i].size, at[i], method, wide);
    size = b.size - begin;
    if (wide) {
        size_t end = b.size;
        PUT(&b, "PK\6\6");
        put_number(&b, 44, 8);
        put_number(&b, 0, 4 + 8);
        put_number(&b, 2, 8);
        put_number(&b, 2, 8);
        put_number(&b, size, 8);
        put_number(&b, begin, 8);
        PUT(&b, "PK\6\7");
        put_number(&b, 0, 4);
        put_number(&b, end, 8);
        put_number(&b, 1, 4);
    }
    PUT(&b, "PK\5\6");
    put_number(&b, 0, 4);
    put_number(&b, 2, 2);
    put_number(&b, 2, 2);
    put_number(&b, wide ? 0xffffffff : size, 4);
    put_number(&b, wide ? 0xffffffff : begin, 4);
    put_number(&b, 0, 2);
    return b;
}

#endif
