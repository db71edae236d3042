/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* fuzz-pnm.c - PPM, PGM and PFM against files that chance made.  See fuzz.h. */

#define _GNU_SOURCE

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/picture.h"
#include "fuzz.h"

static const FuzzSeed seeds[] = {
    FUZZ_TEXT("P6\n# a comment\n3 2 # another\n255\nabcdefghijklmnopqr"),
    FUZZ_TEXT("P5 2 2 65535 abcdefgh"),
    FUZZ_TEXT("PF\n2 1\n-1.0\nabcdefghijklmnopqrstuvwx"),
    FUZZ_TEXT("Pf\n1 2\n1e3\nabcdefgh"),
};
static const char *const words[] = { "P6\n", "PF ",        "#",           "\n",    " ",
                                     "0",    "-1",         "99999999999", "65536", "1e-300",
                                     "nan",  "2147483647", NULL };

static char path[32]; /* of a file in memory */

static void attempt(const uint8_t *bytes, size_t size)
{
    static int file = -1;
    static int turn;
    if (file < 0) {
        file = memfd_create("fuzz-pnm", MFD_CLOEXEC);
        g_snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    fuzz_must(file >= 0 && ftruncate(file, 0) == 0 &&
                  pwrite(file, bytes, size, 0) == (ssize_t) size,
              "the file can't be written");
    GPtrArray *notices = g_ptr_array_new_with_free_func(g_free);
    GError *error = NULL;
    Picture picture = { 0 };
    DpsImage mask = { 0 };
    gboolean photo = turn++ % 2 == 0;
    gboolean read = photo ? picture_read(&picture, path, NULL, notices, &error)
                          : picture_read_mask(&mask, path, notices, &error);
    if (read) {
        const DpsImage *image = photo ? &picture.rgb : &mask;
        size_t values = (size_t) image->width * image->height * image->channels;
        fuzz_must(image->data && image->width > 0 && image->height > 0, "a picture without pixels");
        for (size_t i = 0; i < values; i++)
            fuzz_must(image->data[i] - image->data[i] == 0, "a value that is no number");
    } else
        fuzz_must(error != NULL && g_str_has_prefix(error->message, path) &&
                      g_str_has_suffix(error->message, "."),
                  "a failure without a sentence");
    g_clear_error(&error);
    dps_image_clear(&mask);
    picture_clear(&picture);
    g_ptr_array_unref(notices);
}

FUZZ_MAIN("fuzz-pnm", seeds, words, attempt)
