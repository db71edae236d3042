/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "learnt.h"
#include "message.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char magic[8] = { 'D', 'P', 'S', 'T', 'Y', 'L', 'E', '\n' };

enum { VERSION = 1, HEADER = 24, CHECKSUM = 8 };

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t checksum(const uint8_t *bytes, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

static uint8_t *put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *at++ = (uint8_t) (value >> 8 * i);
    return at;
}

static uint64_t get(const uint8_t *at, int bytes)
{
    uint64_t value = 0;

    for (int i = bytes; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

static size_t file_size(uint64_t width, uint64_t height)
{
    return HEADER + 3 * (size_t) (width * height) + 4 * (size_t) PREDICTOR_WEIGHTS + CHECKSUM;
}

bool dps_learnt_print(const DpsLearnt *l, unsigned char **bytes, size_t *size)
{
    int w = l->style.width, h = l->style.height;
    uint8_t *at = *bytes = malloc(*size = file_size((uint64_t) w, (uint64_t) h));
    uint32_t bits;

    if (!at)
        return false;
    memcpy(at, magic, sizeof magic);
    at = put(at + sizeof magic, VERSION, 4);
    at = put(at, (uint64_t) w, 4);
    at = put(at, (uint64_t) h, 4);
    at = put(at, PREDICTOR_WEIGHTS, 4);
    for (size_t i = 0; i < image_pixels(&l->style); i++)
        for (int c = 0; c < 3; c++)
            *at++ = (uint8_t) lrintf(255 * image_plane(&l->style, c)[i]);
    for (int i = 0; i < PREDICTOR_WEIGHTS; i++) {
        memcpy(&bits, &l->weight[i], sizeof bits);
        at = put(at, bits, 4);
    }
    put(at, checksum(*bytes, *size - CHECKSUM), CHECKSUM);
    return true;
}

/* ---------------------------------------------------------------------- reading */

static bool sides_fit(uint64_t w, uint64_t h)
{
    return w >= 1 && w <= LEARNT_SIDE && h >= 1 && h <= LEARNT_SIDE;
}

static DpsStatus check(const uint8_t *bytes, size_t size, const char *name, DpsMessage *message)
{
    if (size < HEADER || memcmp(bytes, magic, sizeof magic) != 0)
        say_of(message, DPS_SAY_BAD_FILE, name,
               N_("this is no learnt style; make one with “photo-style train”"));
    else if (get(bytes + 8, 4) != VERSION)
        say_of(message, DPS_SAY_BAD_FILE, name,
               N_("this learnt style is of version %u, and this program knows version %u; learn it "
                  "again, or use the program that made it"),
               (unsigned) get(bytes + 8, 4), (unsigned) VERSION);
    else if (!sides_fit(get(bytes + 12, 4), get(bytes + 16, 4)) ||
             get(bytes + 20, 4) != PREDICTOR_WEIGHTS)
        say_of(message, DPS_SAY_BAD_FILE, name,
               N_("what this learnt style says of its size is impossible: the file is damaged; copy it "
                  "again"));
    else if (size != file_size(get(bytes + 12, 4), get(bytes + 16, 4)))
        say_of(message, DPS_SAY_BAD_FILE, name,
               N_("this learnt style should have %lu bytes and has %lu: the file is cut short or "
                  "damaged; copy it again"),
               (unsigned long) file_size(get(bytes + 12, 4), get(bytes + 16, 4)),
               (unsigned long) size);
    else if (get(bytes + size - CHECKSUM, CHECKSUM) != checksum(bytes, size - CHECKSUM))
        say_of(message, DPS_SAY_BAD_FILE, name,
               N_("the checksum of this learnt style is wrong: the file is damaged; copy it again"));
    else
        return DPS_OK;
    return DPS_BAD_FILE;
}

/* False: a weight is no number. */
static bool fill(const uint8_t *at, DpsLearnt *l)
{
    for (size_t i = 0; i < image_pixels(&l->style); i++)
        for (int c = 0; c < 3; c++)
            image_plane(&l->style, c)[i] = (float) *at++ / 255;
    for (int i = 0; i < PREDICTOR_WEIGHTS; i++, at += 4) {
        uint32_t bits = (uint32_t) get(at, 4);
        memcpy(&l->weight[i], &bits, sizeof bits);
        if (!isfinite(l->weight[i]))
            return false;
    }
    return true;
}

DpsStatus dps_learnt_parse(const unsigned char *bytes, size_t size, const char *name,
                           DpsLearnt **learnt, DpsMessage *message)
{
    DpsStatus status = check(bytes, size, name, message);

    *learnt = NULL;
    if (status)
        return status;
    DpsLearnt *l = calloc(1, sizeof *l);
    if (!l || !dps_image_init(&l->style, 3, (int) get(bytes + 12, 4), (int) get(bytes + 16, 4))) {
        free(l);
        say_of(message, DPS_SAY_NO_MEMORY, name,
               N_("there is not enough memory to read this file; close other programs and try "
                  "again"));
        return DPS_NO_MEMORY;
    }
    if (fill(bytes + HEADER, l)) {
        *learnt = l;
        return DPS_OK;
    }
    dps_learnt_free(l);
    say_of(message, DPS_SAY_BAD_FILE, name,
           N_("a weight of this learnt style is infinite or no number; learn it again"));
    return DPS_BAD_FILE;
}
