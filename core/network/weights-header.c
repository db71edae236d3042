/* SPDX-License-Identifier: LGPL-3.0-or-later */

#include "weights-private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The kinds of number that the format knows, but for those of less than a byte. */
int weights_dtype_size(const char *dtype, const char **constant)
{
    static const struct {
        const char *name;
        int bytes;
    } known[] = { { "F32", 4 },     { "F16", 2 },    { "BF16", 2 }, { "F64", 8 }, { "BOOL", 1 },
                  { "U8", 1 },      { "I8", 1 },     { "U16", 2 },  { "I16", 2 }, { "U32", 4 },
                  { "I32", 4 },     { "U64", 8 },    { "I64", 8 },  { "C64", 8 }, { "F8_E4M3", 1 },
                  { "F8_E5M2", 1 }, { "F8_E8M0", 1 } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].name, dtype)) {
            *constant = known[i].name;
            return known[i].bytes;
        }
    return 0;
}

static DpsStatus syntax_error(const Json *json, const WeightReport *report)
{
    return weights_fail(report, DPS_BAD_FILE,
                        N_("%s is missing at byte %lld: the file is damaged; get it again"),
                        json->missing, (long long) (json->at - json->start) + 8);
}

/* Makes room for one more element in an array that doubles as it grows. */
static bool grow(void **array, int count, int *room, size_t element)
{
    if (count < *room)
        return true;
    int wanted = *room > 0 ? 2 * *room : 32;
    void *larger = realloc(*array, (size_t) wanted * element);
    if (!larger)
        return false;
    *array = larger;
    *room = wanted;
    return true;
}

bool weights_count_bytes(WeightTensor *t, int64_t number_size)
{
    t->count = 1;
    for (int i = 0; i < t->ndim; i++)
        t->count = t->shape[i] == 0 ? 0 : t->count;
    for (int i = 0; i < t->ndim && t->count > 0; i++) {
        if (t->count > INT64_MAX / t->shape[i])
            return false;
        t->count *= t->shape[i];
    }
    if (t->count > INT64_MAX / number_size)
        return false;
    t->bytes = t->count * number_size;
    return true;
}

/* Checks a tensor against itself and the file.  begin and end count from the first byte of data. */
static DpsStatus check_tensor(const Weights *w, WeightTensor *t, int64_t begin, int64_t end,
                              const WeightReport *report)
{
    int number_size = weights_dtype_size(t->dtype, &t->dtype);
    if (number_size == 0)
        return weights_fail(
            report, DPS_BAD_FILE,
            N_("tensor %.*s holds numbers of the unknown kind %.*s; save it as F32"),
            SHOWN(t->name), SHOWN(t->dtype));
    if (!weights_count_bytes(t, number_size))
        return weights_fail(
            report, DPS_BAD_FILE,
            N_("tensor %.*s is impossibly large: the file is damaged; get it again"),
            SHOWN(t->name));
    if (begin > end || end - begin != t->bytes)
        return weights_fail(
            report, DPS_BAD_FILE,
            N_("tensor %.*s needs %lld bytes for its shape, but is said to go "
               "from byte %lld to byte %lld of the data: the file is damaged; get it again"),
            SHOWN(t->name), (long long) t->bytes, (long long) begin, (long long) end);
    if (end > w->file_size - w->header_end) {
        int64_t last = end < INT64_MAX - w->header_end ? w->header_end + end : INT64_MAX;
        return weights_fail(report, DPS_BAD_FILE,
                            N_("tensor %.*s ends at byte %lld, but the file holds only %lld: the "
                               "file is cut short; get it again"),
                            SHOWN(t->name), (long long) last, (long long) w->file_size);
    }
    t->offset = w->header_end + begin;
    return DPS_OK;
}

/* {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]}, each exactly once. */
static DpsStatus parse_tensor(Weights *w, Json *json, const char *name, const WeightReport *report)
{
    WeightTensor t = { .name = name, .ndim = -1 };
    int64_t offsets[2];
    int offset_count = -1;
    if (!json_expect(json, '{'))
        return syntax_error(json, report);
    do {
        const char *key;
        bool good = json_string(json, &key) && json_expect(json, ':');
        if (good && !strcmp(key, "dtype") && !t.dtype)
            good = json_string(json, &t.dtype);
        else if (good && !strcmp(key, "shape") && t.ndim < 0)
            good = json_integers(json, WEIGHTS_MAX_DIMS, t.shape, &t.ndim);
        else if (good && !strcmp(key, "data_offsets") && offset_count < 0)
            good = json_integers(json, 2, offsets, &offset_count);
        else if (good)
            return weights_fail(report, DPS_BAD_FILE,
                                N_("tensor %.*s has \"%.*s\", which is unknown or there "
                                   "twice: the file is damaged; get it again"),
                                SHOWN(name), SHOWN(key));
        if (!good)
            return syntax_error(json, report);
    } while (json_take(json, ','));
    if (!json_expect(json, '}'))
        return syntax_error(json, report);

    if (!t.dtype || t.ndim < 0 || offset_count != 2)
        return weights_fail(report, DPS_BAD_FILE,
                            N_("tensor %.*s lacks its kind of number, shape or "
                               "place: the file is damaged; get it again"),
                            SHOWN(name));
    DpsStatus status = check_tensor(w, &t, offsets[0], offsets[1], report);
    if (status != DPS_OK)
        return status;
    if (!grow((void **) &w->tensors, w->tensor_count, &w->tensor_room, sizeof t))
        return weights_no_memory(report);
    w->tensors[w->tensor_count++] = t;
    return DPS_OK;
}

/* {"KEY": "TEXT", ...} */
static DpsStatus parse_metadata(Weights *w, Json *json, const WeightReport *report)
{
    if (!json_expect(json, '{'))
        return syntax_error(json, report);
    if (json_take(json, '}'))
        return DPS_OK;
    do {
        WeightText t;
        if (!json_string(json, &t.key) || !json_expect(json, ':') || !json_string(json, &t.text))
            return syntax_error(json, report);
        if (!grow((void **) &w->texts, w->text_count, &w->text_room, sizeof t))
            return weights_no_memory(report);
        w->texts[w->text_count++] = t;
    } while (json_take(json, ','));
    return json_expect(json, '}') ? DPS_OK : syntax_error(json, report);
}

static DpsStatus parse_entries(Weights *w, Json *json, const WeightReport *report)
{
    bool metadata = false;
    do {
        const char *name;
        DpsStatus status;
        if (!json_string(json, &name) || !json_expect(json, ':'))
            return syntax_error(json, report);
        if (strcmp(name, "__metadata__"))
            status = parse_tensor(w, json, name, report);
        else if (!metadata)
            status = parse_metadata(w, json, report);
        else
            status =
                weights_fail(report, DPS_BAD_FILE,
                             N_("there are two __metadata__: the file is damaged; get it again"));
        if (status != DPS_OK)
            return status;
        metadata = metadata || !strcmp(name, "__metadata__");
    } while (json_take(json, ','));
    return json_expect(json, '}') ? DPS_OK : syntax_error(json, report);
}

/* ------------------------------------------------------- the entries together */

static int compare_keys(const void *a, const void *b)
{
    return strcmp(((const WeightText *) a)->key, ((const WeightText *) b)->key);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const WeightTensor *) a)->name, ((const WeightTensor *) b)->name);
}

/* By place; of two at the same place the empty one comes first. */
static int compare_places(const void *a, const void *b)
{
    const WeightTensor *s = a, *t = b;
    if (s->offset != t->offset)
        return s->offset < t->offset ? -1 : 1;
    return (s->bytes > t->bytes) - (s->bytes < t->bytes);
}

static void sort(void *array, int count, size_t size, int (*compare)(const void *, const void *))
{
    if (count > 0)
        qsort(array, (size_t) count, size, compare);
}

DpsStatus weights_order(Weights *w, const WeightReport *report)
{
    sort(w->texts, w->text_count, sizeof *w->texts, compare_keys);
    for (int i = 1; i < w->text_count; i++)
        if (!strcmp(w->texts[i - 1].key, w->texts[i].key))
            return weights_fail(
                report, DPS_BAD_FILE,
                N_("there are two metadata called %.*s: the file is damaged; get it again"),
                SHOWN(w->texts[i].key));
    sort(w->tensors, w->tensor_count, sizeof *w->tensors, compare_names);
    for (int i = 1; i < w->tensor_count; i++)
        if (!strcmp(w->tensors[i - 1].name, w->tensors[i].name))
            return weights_fail(
                report, DPS_BAD_FILE,
                N_("there are two tensors called %.*s: the file is damaged; get it again"),
                SHOWN(w->tensors[i].name));
    sort(w->tensors, w->tensor_count, sizeof *w->tensors, compare_places);
    return DPS_OK;
}

/* The tensors have to tile the data, as the format says: no overlap, no hole, no remainder. */
static DpsStatus check_places(Weights *w, const WeightReport *report)
{
    int64_t at = w->header_end;
    for (int i = 0; i < w->tensor_count; i++) {
        const WeightTensor *t = &w->tensors[i];
        if (t->offset != at)
            return weights_fail(report, DPS_BAD_FILE,
                                N_("tensor %.*s begins at byte %lld, where byte %lld is its turn: "
                                   "the file is damaged; get it again"),
                                SHOWN(t->name), (long long) t->offset, (long long) at);
        at += t->bytes;
    }
    if (at != w->file_size)
        return weights_fail(report, DPS_BAD_FILE,
                            N_("the last tensor ends at byte %lld, but the file holds %lld: the "
                               "file is damaged; get it again"),
                            (long long) at, (long long) w->file_size);
    return DPS_OK;
}

DpsStatus weights_parse_header(Weights *w, const WeightReport *report)
{
    Json json = { w->header, w->header, w->header + (w->header_end - 8), NULL };
    DpsStatus status = DPS_OK;
    if (!json_expect(&json, '{'))
        return syntax_error(&json, report);
    if (!json_take(&json, '}'))
        status = parse_entries(w, &json, report);
    if (status == DPS_OK && !json_end(&json))
        status = syntax_error(&json, report);
    if (status == DPS_OK)
        status = weights_order(w, report);
    return status == DPS_OK ? check_places(w, report) : status;
}
