/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* torch-objects.c - what a pickle of PyTorch's asks to be called, and what is made in its place. */

#include "torch-pickle-private.h"

#include <string.h>

/* Names that may be asked for, and what a call makes. */
enum { NAME_DICT, NAME_TENSOR, NAME_PARAMETER, NAME_STORAGE };

static const struct {
    const char *name; /* module, line end, name */
    int which;
    const char *dtype;
} names[] = {
    { "collections\nOrderedDict", NAME_DICT, NULL },
    { "torch._utils\n_rebuild_tensor", NAME_TENSOR, NULL },
    { "torch._utils\n_rebuild_tensor_v2", NAME_TENSOR, NULL },
    { "torch._utils\n_rebuild_parameter", NAME_PARAMETER, NULL },
    { "torch\nFloatStorage", NAME_STORAGE, "F32" },
    { "torch\nDoubleStorage", NAME_STORAGE, "F64" },
    { "torch\nHalfStorage", NAME_STORAGE, "F16" },
    { "torch\nBFloat16Storage", NAME_STORAGE, "BF16" },
    { "torch\nLongStorage", NAME_STORAGE, "I64" },
    { "torch\nIntStorage", NAME_STORAGE, "I32" },
    { "torch\nShortStorage", NAME_STORAGE, "I16" },
    { "torch\nCharStorage", NAME_STORAGE, "I8" },
    { "torch\nByteStorage", NAME_STORAGE, "U8" },
    { "torch\nBoolStorage", NAME_STORAGE, "BOOL" },
};

bool pickle_push_name(Pickle *p)
{
    size_t left = (size_t) (p->end - p->at);
    unsigned char *middle = memchr(p->at, '\n', left);
    unsigned char *end = middle ? memchr(middle + 1, '\n', (size_t) (p->end - middle - 1)) : NULL;

    if (!end)
        return false;
    size_t length = (size_t) (end - p->at);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == length && memcmp(names[i].name, p->at, length) == 0) {
            p->at = end + 1;
            return pickle_push_new(p, (PickleValue) { .kind = PICKLE_NAME,
                                               .number = names[i].which,
                                               .dtype = names[i].dtype });
        }
    *middle = '.';
    p->stranger = (const char *) p->at;
    p->stranger_length = length < 80 ? (int) length : 80;
    return false;
}

bool pickle_push_storage(Pickle *p)
{
    int id = pickle_pop(p);

    if (id < 0)
        return false;
    const PickleValue *v = &p->value[id], *kind = pickle_child(p, v, 0),
                      *of = pickle_child(p, v, 1);
    const PickleValue *key = pickle_child(p, v, 2), *count = pickle_child(p, v, 4);
    const PickleValue *view = pickle_child(p, v, 5);
    if (v->kind != PICKLE_LIST || !count || kind->kind != PICKLE_TEXT ||
        strcmp(kind->text, "storage") != 0 || of->kind != PICKLE_NAME || !of->dtype ||
        key->kind != PICKLE_TEXT || count->kind != PICKLE_NUMBER || count->number < 0 ||
        (view && view->kind != PICKLE_NONE))
        return false;
    return pickle_push_new(p, (PickleValue) { .kind = PICKLE_STORAGE,
                                       .number = count->number,
                                       .text = key->text,
                                       .dtype = of->dtype });
}

/* OrderedDict(), or OrderedDict([[key, value], ...]) as Python 2 has it. */
static bool make_dict(Pickle *p, const PickleValue *arguments)
{
    const PickleValue *pairs = pickle_child(p, arguments, 0);
    int at = pairs ? pairs->first : -1;

    if (arguments->count > 1 || (pairs && pairs->kind != PICKLE_LIST) ||
        !pickle_push_new(p, (PickleValue) { .kind = PICKLE_DICT }))
        return false;
    for (int dict = p->stack[p->depth - 1]; at >= 0; at = p->link[at].next) {
        const PickleValue *pair = &p->value[p->link[at].value];
        if (pair->kind != PICKLE_LIST || pair->count != 2)
            return false;
        int first = pair->first, key = p->link[first].value;
        int value = p->link[p->link[first].next].value;
        if (!pickle_add_child(p, dict, key) || !pickle_add_child(p, dict, value))
            return false;
    }
    return true;
}

/* _rebuild_tensor(storage, offset, sizes, strides, ...) */
static bool make_tensor(Pickle *p, int arguments)
{
    static const PickleKind kinds[] = { PICKLE_STORAGE, PICKLE_NUMBER, PICKLE_LIST, PICKLE_LIST };
    int child[4], at = p->value[arguments].first;

    for (int i = 0; i < 4; i++, at = p->link[at].next) {
        if (at < 0 || p->value[p->link[at].value].kind != kinds[i])
            return false;
        child[i] = p->link[at].value;
    }
    if (!pickle_push_new(p, (PickleValue) { .kind = PICKLE_TENSOR }))
        return false;
    int tensor = p->stack[p->depth - 1];
    for (int i = 0; i < 4; i++)
        if (!pickle_add_child(p, tensor, child[i]))
            return false;
    return true;
}

bool pickle_call(Pickle *p)
{
    int arguments = pickle_pop(p), function = arguments < 0 ? -1 : pickle_pop(p);

    if (function < 0 || p->value[function].kind != PICKLE_NAME ||
        p->value[arguments].kind != PICKLE_LIST)
        return false;
    int first = p->value[arguments].first;
    switch (p->value[function].number) {
    case NAME_DICT: {
        PickleValue copy = p->value[arguments]; /* the array may move */
        return make_dict(p, &copy);
    }
    case NAME_TENSOR:
        return make_tensor(p, arguments);
    case NAME_PARAMETER: /* (tensor, ...) */
        return first >= 0 && p->value[p->link[first].value].kind == PICKLE_TENSOR &&
               pickle_push(p, p->link[first].value);
    default:
        return false;
    }
}
