/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* torch-pickle.h - the part of Python's pickle format that a list of tensors consists of.
 *
 * A pickle is a program, and Python runs it; this reader runs none.  It knows the opcodes that numbers,
 * texts, lists, dictionaries and PyTorch's tensors are made of, and the few names that those have there
 * ("torch._utils _rebuild_tensor_v2"), and refuses the whole file at any other.
 * (docs.python.org, "pickletools"; protocol 2, which is what PyTorch writes.)
 *
 * Values point into the bytes that were read, texts being ended with 0 in place.  Nothing here knows of
 * files, or of where a tensor's numbers are. */

#ifndef TORCH_PICKLE_H
#define TORCH_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    PICKLE_NONE,
    PICKLE_NUMBER, /* `number`; true is 1 */
    PICKLE_TEXT,   /* `text` */
    PICKLE_NAME, /* of a class or a function: `number` is its place in a table; `text` for storages: dtype */
    PICKLE_MARK,
    PICKLE_LIST,    /* a tuple, too: children */
    PICKLE_DICT,    /* children: key, value, key, value ... */
    PICKLE_STORAGE, /* numbers in the file: `text` is their key, `number` how many, `dtype` */
    PICKLE_TENSOR   /* children: storage, offset, sizes, strides */
} PickleKind;

typedef struct {
    PickleKind kind;
    int64_t number;
    const char *text, *dtype; /* dtype as in a safetensors file */
    int first, last, count;   /* children: links */
} PickleValue;

typedef struct {
    int value, next; /* next: -1 at the end */
} PickleLink;

typedef struct {
    unsigned char *at, *end; /* what is left to read */
    PickleValue *value;
    PickleLink *link;
    int *stack, *memo;
    int values, value_room, links, link_room, depth, stack_room, memo_room;
    int mark; /* place of the last one in the stack, or -1 */
    bool no_memory;
    const char *stranger; /* a name that was refused; its end is `stranger_length` */
    int stranger_length;
} Pickle;

/* Over bytes that stay where they are, and are changed; pickle_clear frees the rest. */
void pickle_init(Pickle *, unsigned char *bytes, size_t size);
void pickle_clear(Pickle *);

/* Reads one pickle, behind which the next may begin.  Its value's number; or -1: out of memory, a
 * stranger, or (neither being said) no pickle that is understood. */
int pickle_read(Pickle *);

/* Child i of a value, NULL where there is none. */
const PickleValue *pickle_child(const Pickle *, const PickleValue *, int i);

/* The value that a dictionary has for a text, or NULL. */
const PickleValue *pickle_find(const Pickle *, const PickleValue *dict, const char *key);

#endif
