/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* test-alloc.c - each allocation of the weights reader fails in turn: a status and a sentence, never
 * a crash or a leak. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "failing-alloc.h"
#include "network/weights.h"

/* The harness itself has to notice: otherwise the tests below would pass by seeing nothing. */
static void test_harness(void)
{
    long before = failing_alloc_live();
    failing_alloc_arm(2);
    void *a = malloc(10), *b = calloc(2, 5), *c = malloc(1);
    CHECK(a && !b && c, "the second of three fails");
    CHECK(failing_alloc_count() == 3, "%ld allocations", failing_alloc_count());
    CHECK(failing_alloc_disarm(), "a failure is remembered");
    void *d = NULL, *moved = realloc(a, 1000);
    CHECK(posix_memalign(&d, 64, 100) == 0 && d && moved, "disarmed, all succeed");
    CHECK(failing_alloc_live() == before + 3, "%ld more blocks", failing_alloc_live() - before);
    failing_alloc_arm(1);
    void *larger = realloc(moved, 2000);
    CHECK(!larger, "realloc fails");
    failing_alloc_arm(1);
    void *kept = c;
    CHECK(posix_memalign(&kept, 64, 100) != 0 && kept == c, "posix_memalign fails");
    failing_alloc_arm(1);
    CHECK(!aligned_alloc(64, 128), "aligned_alloc fails");
    failing_alloc_arm(1);
    CHECK(!failing_alloc_disarm(), "nothing was allocated, nothing failed");
    free(larger ? larger : moved);
    free(c);
    free(d);
    CHECK(failing_alloc_live() == before, "%ld blocks left", failing_alloc_live() - before);
}

/* Enough tensors and metadata that the arrays for them grow. */
static void write_file(const char *path)
{
    static char header[16384];
    char *at = header + sprintf(header, "{\"__metadata__\":{\"k\":\"v\"");
    for (int i = 0; i < 50; i++)
        at += sprintf(at, ",\"key%d\":\"text\"", i);
    at += sprintf(at, "}");
    for (int i = 0; i < 100; i++)
        at += sprintf(at, ",\"t%d\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}", i,
                      4 * i, 4 * i + 4);
    at += sprintf(at, "}");
    size_t size = (size_t) (at - header);
    FILE *file = fopen(path, "wb");
    for (int i = 0; file && i < 8; i++)
        fputc(i < 4 ? (int) (size >> 8 * i & 255) : 0, file);
    static const float numbers[100] = { 1, 2, 3 };
    if (!file || fwrite(header, 1, size, file) != size ||
        fwrite(numbers, sizeof *numbers, 100, file) != 100 || fclose(file) != 0) {
        printf("%s: can't be written\n", path);
        exit(1);
    }
}

static void test_weights(const char *path)
{
    long before = failing_alloc_live(), n = 1;
    for (bool failed = true; failed && n < 1000; n++) {
        DpsMessage message[1] = { 0 };
        Weights *w = (Weights *) message;
        failing_alloc_arm(n);
        DpsStatus status = weights_open(path, &w, message);
        failed = failing_alloc_disarm();
        CHECK(status == (failed ? DPS_NO_MEMORY : DPS_OK), "allocation %ld: status %d: %s", n,
              status, message->text);
        CHECK(!failed || (!w && strstr(message->text, "not enough memory")), "allocation %ld: %s",
              n, message->text);
        float value = 0;
        failing_alloc_arm(1);
        if (!failed)
            status = weights_read(w, "t2", 1, (int64_t[]){ 1 }, &value, message);
        CHECK(failed || (status == DPS_OK && value == 3), "reading allocates nothing: %s",
              message->text);
        failing_alloc_disarm();
        weights_close(failed ? NULL : w);
        CHECK(failing_alloc_live() == before, "allocation %ld: %ld blocks left", n,
              failing_alloc_live() - before);
    }
    CHECK(n == 10, "%ld allocations, not 8",
          n - 2); /* itself, path, header; 2 + 3 sizes of array */
}

int main(void)
{
    char path[] = "/tmp/test-alloc-XXXXXX";
    int file = mkstemp(path);
    if (file < 0 || close(file) != 0) {
        printf("%s: can't be made\n", path);
        return 1;
    }
    test_harness();
    write_file(path);
    test_weights(path);
    unlink(path);
    return check_done("alloc");
}
