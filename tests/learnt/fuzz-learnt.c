/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fuzz-learnt.c - files of learnt styles against bytes that chance made.  See fuzz.h.  An input is the front of a
 * file; the rest, and its checksum, are made to fit, so that what is behind the checksum is reached, too. */

#include <math.h>
#include <string.h>

#include "dps.h"
#include "fuzz.h"
#include "learnt/learnt.h"

static const FuzzSeed seeds[] = {
    FUZZ_TEXT("DPSTYLE\n\1\0\0\0\2\0\0\0\3\0\0\0\x40\x7e\0\0abcdefghijklmnopqr\0\0\x80\x3f"),
    FUZZ_TEXT("DPSTYLE\n\1\0\0\0\1\0\0\0\1\0\0\0"),
};

static void try(const uint8_t *bytes, size_t size)
{
    DpsMessage message = { 0 };
    DpsLearnt *learnt;
    DpsStatus status = dps_learnt_parse(bytes, size, "x.dps", &learnt, &message);

    fuzz_must((status == DPS_OK) == (learnt != NULL), "a status and no style, or the other way round");
    fuzz_must(status == DPS_OK || message.code != DPS_SAY_NOTHING, "no sentence");
    if (!learnt)
        return;
    const DpsImage *style = dps_learnt_style(learnt);
    for (size_t i = 0; i < image_values(style); i++)
        fuzz_must(style->data[i] >= 0 && style->data[i] <= 1, "a colour that is none");
    for (int i = 0; i < PREDICTOR_WEIGHTS; i++)
        fuzz_must(isfinite(learnt->weight[i]), "a weight that is no number");
    unsigned char *again;
    size_t written;
    fuzz_must(dps_learnt_print(learnt, &again, &written), "out of memory");
    fuzz_must(written == size && memcmp(again, bytes, size) == 0, "not what was read");
    free(again);
    dps_learnt_free(learnt);
}

static uint64_t power(uint64_t base, size_t n)
{
    uint64_t all = 1;

    for (; n > 0; n /= 2, base *= base)
        all *= n % 2 ? base : 1;
    return all;
}

/* As long as its header says, if that is possible, with the right checksum.  What follows the input is nought, so
 * that each byte of it only multiplies the checksum once more. */
static void complete(const uint8_t *bytes, size_t size)
{
    size_t w = bytes[12] + 256u * bytes[13], h = bytes[16] + 256u * bytes[17];
    size_t whole = 24 + 3 * w * h + 4 * (size_t) PREDICTOR_WEIGHTS + 8;

    if (w > LEARNT_SIDE || h > LEARNT_SIDE || size > whole - 8)
        return;
    uint8_t *all = calloc(1, whole);
    uint64_t hash = 0xcbf29ce484222325u;
    fuzz_must(all != NULL, "out of memory");
    memcpy(all, bytes, size);
    for (int i = 0; i < 4; i++)
        all[20 + i] = (uint8_t) (PREDICTOR_WEIGHTS >> 8 * i);
    size_t front = size > 24 ? size : 24;
    for (size_t i = 0; i < front; i++)
        hash = (hash ^ all[i]) * 0x100000001b3u;
    hash *= power(0x100000001b3u, whole - 8 - front);
    for (size_t i = 0; i < 8; i++)
        all[whole - 8 + i] = (uint8_t) (hash >> 8 * i);
    try(all, whole);
    free(all);
}

static void attempt(const uint8_t *bytes, size_t size)
{
    try(bytes, size);
    if (size >= 24)
        complete(bytes, size);
}

FUZZ_MAIN("fuzz-learnt", seeds, NULL, attempt)
