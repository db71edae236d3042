/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "torch-zip.h"

#include <stdlib.h>
#include <string.h>

uint64_t zip_number(const unsigned char *at, int bytes)
{
    uint64_t value = 0;

    for (int i = bytes; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

#define END_SIZE 22
#define END64_SIZE 56
#define LOCATOR_SIZE 20

DpsStatus zip_open(const Weights *w, int64_t limit, Zip *zip)
{
    unsigned char end[LOCATOR_SIZE + END_SIZE], end64[END64_SIZE];
    int64_t begin;

    if (w->file_size < (int64_t) sizeof end ||
        !weights_read_at(w->fd, end, sizeof end, w->file_size - (int64_t) sizeof end) ||
        memcmp(end + LOCATOR_SIZE, "PK\5\6", 4))
        return DPS_BAD_FILE;
    zip->size = (int64_t) zip_number(end + LOCATOR_SIZE + 12, 4);
    begin = (int64_t) zip_number(end + LOCATOR_SIZE + 16, 4);
    if (memcmp(end, "PK\6\7", 4) == 0) {
        uint64_t at = zip_number(end + 8, 8);
        if (at > (uint64_t) w->file_size || w->file_size - (int64_t) at < END64_SIZE ||
            !weights_read_at(w->fd, end64, sizeof end64, (int64_t) at) ||
            memcmp(end64, "PK\6\6", 4))
            return DPS_BAD_FILE;
        zip->size = (int64_t) zip_number(end64 + 40, 8);
        begin = (int64_t) zip_number(end64 + 48, 8);
    }
    if (zip->size <= 0 || zip->size > limit || begin < 0 || begin > w->file_size - zip->size)
        return DPS_BAD_FILE;
    zip->directory = malloc((size_t) zip->size);
    if (!zip->directory)
        return DPS_NO_MEMORY;
    return weights_read_at(w->fd, zip->directory, (size_t) zip->size, begin) ? DPS_OK
                                                                             : DPS_BAD_FILE;
}

void zip_close(Zip *zip)
{
    free(zip->directory);
    zip->directory = NULL;
}

/* Numbers that don't fit in a directory's entry, from its extra field 1: eight bytes each. */
static bool wide(const unsigned char **extra, const unsigned char *end, int64_t *value)
{
    if (*value != 0xffffffff)
        return true;
    if (end - *extra < 8)
        return false;
    uint64_t whole = zip_number(*extra, 8);
    *extra += 8;
    *value = (int64_t) whole;
    return whole <= INT64_MAX;
}

/* Reads the entry at *at, and steps over it; `begin` is that of the member's own header. */
static bool read_entry(const unsigned char **at, const unsigned char *end, ZipMember *m)
{
    const unsigned char *e = *at;

    if (end - e < 46 || memcmp(e, "PK\1\2", 4))
        return false;
    int name = (int) zip_number(e + 28, 2), more = (int) zip_number(e + 30, 2),
        comment = (int) zip_number(e + 32, 2);
    int64_t packed = (int64_t) zip_number(e + 20, 4), place = (int64_t) zip_number(e + 42, 4);
    const unsigned char *extra = e + 46 + name, *extra_end = extra + more;
    m->size = (int64_t) zip_number(e + 24, 4);
    m->name = e + 46;
    m->name_length = name;
    if (end - e < 46 + name + more + comment)
        return false;
    *at = extra_end + comment;
    while (extra_end - extra >= 4 && zip_number(extra, 2) != 1) {
        int64_t field = 4 + (int64_t) zip_number(extra + 2, 2);
        extra += field < extra_end - extra ? field : extra_end - extra;
    }
    extra = extra_end - extra >= 4 ? extra + 4 : extra_end;
    if (!wide(&extra, extra_end, &m->size) || !wide(&extra, extra_end, &packed) ||
        !wide(&extra, extra_end, &place))
        return false;
    m->begin = place;
    m->packed = zip_number(e + 10, 2) != 0 || packed != m->size;
    return true;
}

/* Steps over the member's own header. */
static bool find_content(const Weights *w, ZipMember *m)
{
    unsigned char local[30];

    if (m->packed || m->begin > w->file_size - (int64_t) sizeof local ||
        !weights_read_at(w->fd, local, sizeof local, m->begin) || memcmp(local, "PK\3\4", 4))
        return false;
    m->begin += 30 + (int64_t) zip_number(local + 26, 2) + (int64_t) zip_number(local + 28, 2);
    return m->size <= w->file_size && m->begin <= w->file_size - m->size;
}

bool zip_find(const Weights *w, const Zip *zip, const char *name, ZipMember *m)
{
    const unsigned char *at = zip->directory, *end = at + zip->size;
    int length = (int) strlen(name);

    while (read_entry(&at, end, m)) {
        const unsigned char *slash = memchr(m->name, '/', (size_t) m->name_length);
        if (slash && m->name + m->name_length - slash - 1 == length &&
            memcmp(slash + 1, name, (size_t) length) == 0)
            return find_content(w, m);
    }
    return false;
}
