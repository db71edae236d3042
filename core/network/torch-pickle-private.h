/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* torch-pickle-private.h - what torch-pickle.c (numbers, texts, lists, the stack) and torch-objects.c (names and
 * calls) share, and nobody else includes.  Functions are false where memory is short or the pickle isn't understood. */

#ifndef TORCH_PICKLE_PRIVATE_H
#define TORCH_PICKLE_PRIVATE_H

#include "torch-pickle.h"

/* A value's number onto the stack; the same for one that is new and has no children yet. */
bool pickle_push(Pickle *, int value);
bool pickle_push_new(Pickle *, PickleValue);

/* The value taken off the stack; -1 where there is none. */
int pickle_pop(Pickle *);

bool pickle_add_child(Pickle *, int to, int value);

/* GLOBAL: a name, "module\nname\n", from the bytes onto the stack; others than those of tensors are refused. */
bool pickle_push_name(Pickle *);

/* BINPERSID of ('storage', class, key, place, how many[, None]). */
bool pickle_push_storage(Pickle *);

/* REDUCE: what a call of a name would make. */
bool pickle_call(Pickle *);

#endif
