/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a file of PyTorch's says of its tensors, in both of its formats:
 *
 *   since 1.6   a zip, in it "NAME/data.pkl", a pickle of a dictionary of tensors, and the numbers of
 *               storage KEY, not compressed, as "NAME/data/KEY"; perhaps "NAME/byteorder"
 *   before      one after the other pickles of a magic number, a version, the writer's machine, the
 *               dictionary and a list of the storages' keys; then the storages in this order, each
 *               after its count in eight bytes
 *
 * (PyTorch, torch/serialization.py and caffe2/serialize/inline_container.cc.)
 * The numbers stay where they are, as in a safetensors file: weights.c reads them from there. */

#include "torch-pickle.h"
#include "torch-zip.h"
#include "weights-private.h"

#include <stdlib.h>
#include <string.h>

#define PICKLE_LIMIT (8 << 20) /* a list of 300 tensors has 60 kB */
#define MOST_TENSORS 4096

static DpsStatus fail(const WeightReport *report)
{
    return weights_fail(
        report, DPS_BAD_FILE,
        N_("the file is damaged, or of a kind of PyTorch's files that is unknown here; "
           "get it again, or save its state_dict() alone"));
}

bool torch_looks_like(const unsigned char *first)
{
    return memcmp(first, "PK\3\4", 4) == 0 || memcmp(first, "\x80\2\x8a\x0al\xfc\x9c\x46", 8) == 0;
}

/* --------------------------------------------------------------------- tensors */

/* Where the storage called `key` is in the file, and how many bytes it has. */
typedef bool FindStorage(const Weights *w, const void *where, const PickleValue *storage,
                         int64_t *begin, int64_t *bytes);

/* A tensor of the dictionary; its numbers must lie in the order of its shape. */
static bool read_tensor(const Weights *w, const Pickle *p, const PickleValue *v, WeightTensor *t,
                        FindStorage *find, const void *where)
{
    const PickleValue *storage = pickle_child(p, v, 0), *sizes = pickle_child(p, v, 2);
    const PickleValue *strides = pickle_child(p, v, 3);
    int64_t offset = pickle_child(p, v, 1)->number, begin, bytes;
    int size = weights_dtype_size(storage->dtype, &t->dtype);

    if (sizes->count > WEIGHTS_MAX_DIMS || strides->count != sizes->count)
        return false;
    t->ndim = sizes->count;
    for (int i = 0; i < t->ndim; i++) {
        const PickleValue *n = pickle_child(p, sizes, i);
        if (n->kind != PICKLE_NUMBER || n->number < 0)
            return false;
        t->shape[i] = n->number;
    }
    if (!weights_count_bytes(t, size))
        return false;
    int64_t stride = 1;
    for (int i = t->ndim; i-- > 0 && t->count > 0;) {
        const PickleValue *s = pickle_child(p, strides, i);
        if (s->kind != PICKLE_NUMBER || (t->shape[i] > 1 && s->number != stride))
            return false;
        stride *= t->shape[i];
    }
    if (!find(w, where, storage, &begin, &bytes) || storage->number > bytes / size || offset < 0 ||
        offset > storage->number || t->count > storage->number - offset)
        return false;
    t->offset = begin + offset * size;
    return true;
}

/* Those of the dictionary, or of what it has as "state_dict". */
static DpsStatus read_tensors(Weights *w, const Pickle *p, const PickleValue *dict,
                              FindStorage *find, const void *where, const WeightReport *report)
{
    const PickleValue *inner = pickle_find(p, dict, "state_dict");

    if (inner && inner->kind == PICKLE_DICT)
        dict = inner;
    if (dict->kind != PICKLE_DICT || dict->count > 2 * MOST_TENSORS)
        return fail(report);
    w->tensors = calloc((size_t) dict->count / 2 + 1, sizeof *w->tensors);
    if (!w->tensors)
        return weights_no_memory(report);
    for (int k = dict->first; k >= 0;) {
        const PickleValue *name = &p->value[p->link[k].value];
        int link = p->link[k].next;
        if (link < 0)
            break;
        const PickleValue *v = &p->value[p->link[link].value];
        k = p->link[link].next;
        if (name->kind != PICKLE_TEXT || v->kind != PICKLE_TENSOR)
            continue;
        WeightTensor *t = &w->tensors[w->tensor_count++];
        t->name = name->text;
        if (!read_tensor(w, p, v, t, find, where))
            return weights_fail(
                report, DPS_BAD_FILE,
                N_("tensor %.*s reaches beyond the file or isn't stored in order; get "
                   "the file again"),
                SHOWN(t->name));
    }
    return weights_order(w, report);
}

static DpsStatus refused(const Pickle *p, const WeightReport *report)
{
    if (p->no_memory)
        return weights_no_memory(report);
    if (p->stranger)
        return weights_fail(
            report, DPS_BAD_FILE,
            N_("this file wants %.*s to be run, which a list of weights doesn't need: it "
               "is not opened; save its state_dict() alone"),
            p->stranger_length, p->stranger);
    return fail(report);
}

/* ------------------------------------------------------------- the two formats */

static bool find_in_zip(const Weights *w, const void *where, const PickleValue *storage,
                        int64_t *begin, int64_t *bytes)
{
    char name[80] = "data/";
    ZipMember m;

    if (strlen(storage->text) > 64)
        return false;
    strcat(name, storage->text);
    if (!zip_find(w, where, name, &m))
        return false;
    *begin = m.begin;
    *bytes = m.size;
    return true;
}

static bool is_big_endian(const Weights *w, const Zip *zip)
{
    char order[3];
    ZipMember m;

    return zip_find(w, zip, "byteorder", &m) && m.size == 3 &&
           weights_read_at(w->fd, order, 3, m.begin) && memcmp(order, "big", 3) == 0;
}

static DpsStatus parse_zip(Weights *w, Pickle *p, Zip *zip, const WeightReport *report)
{
    ZipMember m;
    DpsStatus status = zip_open(w, PICKLE_LIMIT, zip);

    if (status)
        return status == DPS_NO_MEMORY ? weights_no_memory(report) : fail(report);
    if (!zip_find(w, zip, "data.pkl", &m) || m.size > PICKLE_LIMIT || is_big_endian(w, zip))
        return fail(report);
    w->header = malloc((size_t) m.size + 1);
    if (!w->header)
        return weights_no_memory(report);
    if (!weights_read_at(w->fd, w->header, (size_t) m.size, m.begin))
        return fail(report);
    pickle_init(p, (unsigned char *) w->header, (size_t) m.size);
    int dict = pickle_read(p);
    return dict < 0 ? refused(p, report)
                    : read_tensors(w, p, &p->value[dict], find_in_zip, zip, report);
}

typedef struct {
    const char *key;
    int64_t begin, bytes;
    int size; /* of one number, which only the tensors know */
} Storage;

typedef struct {
    Storage *storage;
    int count;
} Row;

static Storage *in_row(const Row *row, const char *key)
{
    for (int i = 0; i < row->count; i++)
        if (strcmp(row->storage[i].key, key) == 0)
            return &row->storage[i];
    return NULL;
}

static bool find_in_row(const Weights *w, const void *where, const PickleValue *storage,
                        int64_t *begin, int64_t *bytes)
{
    const Storage *s = in_row(where, storage->text);

    if (!s)
        return false;
    *begin = s->begin;
    *bytes = s->bytes;
    return true;
}

/* Finds where each storage is: its count, then its numbers, from byte `at` of the file. */
static bool lay_row(const Weights *w, const Pickle *p, const PickleValue *keys, int64_t at,
                    Row *row)
{
    int storages = 0;

    for (int k = keys->first; k >= 0; k = p->link[k].next) {
        const PickleValue *key = &p->value[p->link[k].value];
        if (key->kind != PICKLE_TEXT)
            return false;
        row->storage[row->count++] = (Storage) { .key = key->text };
    }
    for (int i = 0; i < p->values; i++) {
        const PickleValue *v = &p->value[i];
        if (v->kind != PICKLE_STORAGE)
            continue;
        Storage *s = ++storages <= 4 * MOST_TENSORS ? in_row(row, v->text) : NULL;
        if (!s)
            return false;
        s->size = weights_dtype_size(v->dtype, &(const char *) { NULL });
    }
    for (Storage *s = row->storage; s < row->storage + row->count; s++) {
        unsigned char count[8];
        if (s->size == 0 || at > w->file_size - 8 ||
            !weights_read_at(w->fd, count, sizeof count, at))
            return false;
        s->begin = at + 8;
        if (zip_number(count, 8) > (uint64_t) (w->file_size - s->begin) / (unsigned) s->size)
            return false;
        s->bytes = (int64_t) zip_number(count, 8) * s->size;
        at = s->begin + s->bytes;
    }
    return true;
}

static DpsStatus parse_row(Weights *w, Pickle *p, const WeightReport *report)
{
    int64_t size = w->file_size < PICKLE_LIMIT ? w->file_size : PICKLE_LIMIT;
    int value[5];

    w->header = malloc((size_t) size);
    if (!w->header)
        return weights_no_memory(report);
    if (!weights_read_at(w->fd, w->header, (size_t) size, 0))
        return fail(report);
    pickle_init(p, (unsigned char *) w->header, (size_t) size);
    for (int i = 0; i < 5; i++)
        if ((value[i] = pickle_read(p)) < 0)
            return refused(p, report);
    const PickleValue *little = pickle_find(p, &p->value[value[2]], "little_endian");
    if (!little || little->number != 1 || p->value[value[4]].kind != PICKLE_LIST ||
        p->value[value[4]].count > MOST_TENSORS)
        return fail(report);
    Row row = { malloc(((size_t) p->value[value[4]].count + 1) * sizeof *row.storage), 0 };
    if (!row.storage)
        return weights_no_memory(report);
    DpsStatus status = DPS_BAD_FILE;
    if (lay_row(w, p, &p->value[value[4]], (char *) p->at - w->header, &row))
        status = read_tensors(w, p, &p->value[value[3]], find_in_row, &row, report);
    else
        fail(report);
    free(row.storage);
    return status;
}

DpsStatus torch_parse(Weights *w, const unsigned char *first, const WeightReport *report)
{
    Pickle p = { 0 };
    Zip zip = { 0 };
    DpsStatus status = *first == 'P' ? parse_zip(w, &p, &zip, report) : parse_row(w, &p, report);

    zip_close(&zip);
    pickle_clear(&p);
    return status;
}
