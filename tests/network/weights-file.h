/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* weights-file.h - for the tests of files with weights: writing them, and judging messages.  Each
 * test works in a folder of its own, on the file `path` in it. */

#ifndef WEIGHTS_FILE_H
#define WEIGHTS_FILE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "network/weights.h"

static char folder[] = "/tmp/test-weights-XXXXXX";
static char path[64];

static inline void make_folder(void)
{
    if (!mkdtemp(folder)) {
        printf("%s: can't be made\n", folder);
        exit(1);
    }
    snprintf(path, sizeof path, "%s/x.safetensors", folder);
}

static inline void remove_folder(void)
{
    unlink(path);
    CHECK(rmdir(folder) == 0, "%s: something is left in it", folder);
}

static inline void write_bytes(const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        printf("%s: can't be written\n", path);
        exit(1);
    }
}

/* A file with this header and `size` bytes of data; returns its size.  `whole` gets a copy. */
static inline size_t write_file(const char *header, size_t header_size, const void *data,
                                size_t size, unsigned char *whole)
{
    unsigned char *bytes = calloc(1, 8 + header_size + size + 1);
    if (!bytes)
        exit(1);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char) ((uint64_t) header_size >> 8 * i);
    memcpy(bytes + 8, header, header_size);
    if (size > 0)
        memcpy(bytes + 8 + header_size, data, size);
    write_bytes(bytes, 8 + header_size + size);
    if (whole)
        memcpy(whole, bytes, 8 + header_size + size);
    free(bytes);
    return 8 + header_size + size;
}

/* One sentence on one line, that contains `part`. */
static inline void check_sentence(const char *message, const char *part, int line)
{
    size_t n = strlen(message);
    CHECK(n > 20 && n < DPS_MESSAGE - 1, "line %d: message of %zu bytes: %s", line, n, message);
    size_t plain = 0;
    while (plain < n && (unsigned char) message[plain] >= 0x20)
        plain++;
    CHECK(plain == n, "line %d: control character at %zu: %s", line, plain, message);
    CHECK(strstr(message, part) != NULL, "line %d: \"%s\" is not in: %s", line, part, message);
}

static inline Weights *open_good(int line)
{
    DpsMessage message[1] = { 0 };
    Weights *w;
    DpsStatus status = weights_open(path, &w, message);
    CHECK(status == DPS_OK && w, "line %d: status %d: %s", line, status, message->text);
    if (!w)
        exit(check_done("weights"));
    return w;
}

#endif
