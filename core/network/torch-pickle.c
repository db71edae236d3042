/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "torch-pickle-private.h"

#include <stdlib.h>
#include <string.h>

void pickle_init(Pickle *p, unsigned char *bytes, size_t size)
{
    *p = (Pickle) { .at = bytes, .end = bytes + size };
}

void pickle_clear(Pickle *p)
{
    free(p->value);
    free(p->link);
    free(p->stack);
    free(p->memo);
    *p = (Pickle) { 0 };
}

/* Room for one more in an array that doubles as it grows. */
static bool reserve(Pickle *p, void **array, int count, int *room, size_t element)
{
    if (count < *room)
        return true;
    int wanted = count < 32 ? 64 : 2 * count;
    void *larger = realloc(*array, (size_t) wanted * element);
    p->no_memory = !larger;
    if (!larger)
        return false;
    *array = larger;
    *room = wanted;
    return true;
}

/* ------------------------------------------------------------------- the stack */

bool pickle_push(Pickle *p, int value)
{
    if (!reserve(p, (void **) &p->stack, p->depth, &p->stack_room, sizeof *p->stack))
        return false;
    p->stack[p->depth++] = value;
    return true;
}

int pickle_pop(Pickle *p)
{
    return p->depth > p->mark + 1 ? p->stack[--p->depth] : -1;
}

bool pickle_push_new(Pickle *p, PickleValue v)
{
    if (!reserve(p, (void **) &p->value, p->values, &p->value_room, sizeof *p->value))
        return false;
    v.first = v.last = -1;
    p->value[p->values] = v;
    return pickle_push(p, p->values++);
}

bool pickle_add_child(Pickle *p, int to, int value)
{
    if (!reserve(p, (void **) &p->link, p->links, &p->link_room, sizeof *p->link))
        return false;
    PickleValue *v = &p->value[to];
    p->link[p->links] = (PickleLink) { value, -1 };
    if (v->last >= 0)
        p->link[v->last].next = p->links;
    else
        v->first = p->links;
    v->last = p->links++;
    v->count++;
    return true;
}

/* A mark remembers where the one before it is. */
static bool push_mark(Pickle *p)
{
    if (!pickle_push_new(p, (PickleValue) { .kind = PICKLE_MARK, .number = p->mark }))
        return false;
    p->mark = p->depth - 1;
    return true;
}

static void forget_mark(Pickle *p)
{
    p->mark = (int) p->value[p->stack[p->mark]].number;
}

/* Gives the values from stack place `from` on to a list or dictionary, and drops them. */
static bool give(Pickle *p, int to, int from)
{
    for (int i = from; i < p->depth; i++)
        if (!pickle_add_child(p, to, p->stack[i]))
            return false;
    p->depth = from;
    return true;
}

/* What stands between the last mark and the top goes into what stands before the mark. */
static bool give_marked(Pickle *p, PickleKind kind)
{
    int mark = p->mark;

    if (mark < 1 || p->value[p->stack[mark - 1]].kind != kind ||
        (kind == PICKLE_DICT && (p->depth - mark) % 2 == 0))
        return false;
    if (!give(p, p->stack[mark - 1], mark + 1))
        return false;
    forget_mark(p);
    p->depth--;
    return true;
}

/* The last n values of the stack as a tuple. */
static bool make_tuple(Pickle *p, int n)
{
    int from = p->depth - n;

    if (from <= p->mark || !pickle_push_new(p, (PickleValue) { .kind = PICKLE_LIST }))
        return false;
    int tuple = p->stack[--p->depth];
    return give(p, tuple, from) && pickle_push(p, tuple);
}

static bool make_marked_tuple(Pickle *p)
{
    if (p->mark < 0 || !make_tuple(p, p->depth - p->mark - 1))
        return false;
    forget_mark(p);
    p->stack[p->depth - 2] = p->stack[p->depth - 1]; /* over the mark */
    p->depth--;
    return true;
}

/* ---------------------------------------------------------------------- values */

const PickleValue *pickle_child(const Pickle *p, const PickleValue *v, int i)
{
    int link = i < v->count ? v->first : -1;

    while (link >= 0 && i-- > 0)
        link = p->link[link].next;
    return link < 0 ? NULL : &p->value[p->link[link].value];
}

const PickleValue *pickle_find(const Pickle *p, const PickleValue *dict, const char *key)
{
    for (int k = dict->first; dict->kind == PICKLE_DICT && k >= 0;) {
        const PickleValue *name = &p->value[p->link[k].value];
        int value = p->link[k].next;
        if (value < 0)
            break;
        if (name->kind == PICKLE_TEXT && strcmp(name->text, key) == 0)
            return &p->value[p->link[value].value];
        k = p->link[value].next;
    }
    return NULL;
}

/* n bytes, little-endian, with a sign where they are as many as `signed_from` or more. */
static bool take_number(Pickle *p, int n, int signed_from, int64_t *number)
{
    uint64_t bits = 0;

    if (n > 8 || p->end - p->at < n)
        return false;
    for (int i = n; i-- > 0;)
        bits = bits << 8 | p->at[i];
    if (n >= signed_from && n > 0 && n < 8 && p->at[n - 1] & 0x80)
        bits |= ~UINT64_C(0) << 8 * n;
    p->at += n;
    *number = (int64_t) bits;
    return true;
}

static bool push_number(Pickle *p, int n, int signed_from)
{
    PickleValue v = { .kind = PICKLE_NUMBER };

    return take_number(p, n, signed_from, &v.number) && pickle_push_new(p, v);
}

/* LONG1.  PyTorch's magic number has ten bytes: a number that long is as good as 0 here. */
static bool push_long(Pickle *p)
{
    int64_t bytes;

    if (!take_number(p, 1, 8, &bytes) || p->end - p->at < bytes)
        return false;
    if (bytes <= 8)
        return push_number(p, (int) bytes, 1);
    p->at += bytes;
    return pickle_push_new(p, (PickleValue) { .kind = PICKLE_NUMBER });
}

/* A text whose length takes n bytes: moved by one over it, to make room for its end. */
static bool push_text(Pickle *p, int n)
{
    int64_t length;

    if (!take_number(p, n, 8, &length) || length > p->end - p->at ||
        memchr(p->at, 0, (size_t) length))
        return false;
    char *text = (char *) p->at - 1;
    memmove(text, p->at, (size_t) length);
    text[length] = 0;
    p->at += length;
    return pickle_push_new(p, (PickleValue) { .kind = PICKLE_TEXT, .text = text });
}

/* ----------------------------------------------------------------------- memory */

/* Keeps the top of the stack under a number of n bytes.  There are no more than there are bytes. */
static bool keep(Pickle *p, int n, const unsigned char *start)
{
    int64_t place;

    if (!take_number(p, n, 8, &place) || place >= p->end - start || p->depth <= p->mark + 1)
        return false;
    while (p->memo_room <= place) {
        int before = p->memo_room;
        if (!reserve(p, (void **) &p->memo, p->memo_room, &p->memo_room, sizeof *p->memo))
            return false;
        for (int i = before; i < p->memo_room; i++)
            p->memo[i] = -1;
    }
    p->memo[place] = p->stack[p->depth - 1];
    return true;
}

static bool recall(Pickle *p, int n)
{
    int64_t place;

    return take_number(p, n, 8, &place) && place < p->memo_room && p->memo[place] >= 0 &&
           pickle_push(p, p->memo[place]);
}

/* A pair onto a dictionary, or a value onto a list. */
static bool give_last(Pickle *p, PickleKind kind, int n)
{
    int to = p->depth - n - 1;

    return to > p->mark && p->value[p->stack[to]].kind == kind && give(p, p->stack[to], to + 1);
}

/* One opcode. */
static bool step(Pickle *p, int opcode, const unsigned char *start)
{
    switch (opcode) {
    case 0x80: /* PROTO */
        return p->at < p->end && *p->at++ == 2;
    case '(':
        return push_mark(p);
    case 'N':
        return pickle_push_new(p, (PickleValue) { .kind = PICKLE_NONE });
    case 0x88: /* true */
    case 0x89:
        return pickle_push_new(p, (PickleValue) { .kind = PICKLE_NUMBER, .number = opcode == 0x88 });
    case 'K':
        return push_number(p, 1, 8);
    case 'M':
        return push_number(p, 2, 8);
    case 'J':
        return push_number(p, 4, 1);
    case 'G': /* a float: none is needed */
        return push_number(p, 8, 8);
    case 0x8a:
        return push_long(p);
    case 'U':
        return push_text(p, 1);
    case 'T':
    case 'X':
        return push_text(p, 4);
    case 'c':
        return pickle_push_name(p);
    case ')':
    case ']':
        return pickle_push_new(p, (PickleValue) { .kind = PICKLE_LIST });
    case '}':
        return pickle_push_new(p, (PickleValue) { .kind = PICKLE_DICT });
    case 0x85:
    case 0x86:
    case 0x87:
        return make_tuple(p, opcode - 0x84);
    case 't':
        return make_marked_tuple(p);
    case 'a':
        return give_last(p, PICKLE_LIST, 1);
    case 's':
        return give_last(p, PICKLE_DICT, 2);
    case 'e':
        return give_marked(p, PICKLE_LIST);
    case 'u':
        return give_marked(p, PICKLE_DICT);
    case 'q':
        return keep(p, 1, start);
    case 'r':
        return keep(p, 4, start);
    case 'h':
        return recall(p, 1);
    case 'j':
        return recall(p, 4);
    case 'Q':
        return pickle_push_storage(p);
    case 'R':
        return pickle_call(p);
    case 'b': /* what an object knows beside its content */
        return pickle_pop(p) >= 0 && p->depth > p->mark + 1;
    default:
        return false;
    }
}

int pickle_read(Pickle *p)
{
    const unsigned char *start = p->at;

    p->depth = 0;
    p->mark = -1;
    for (int i = 0; i < p->memo_room; i++)
        p->memo[i] = -1;
    while (p->at < p->end) {
        int opcode = *p->at++;
        if (opcode == '.')
            return pickle_pop(p);
        if (!step(p, opcode, start))
            return -1;
    }
    return -1;
}
