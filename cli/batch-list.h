/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* batch-list.h - which photos a batch works on, and what their results are called. */

#ifndef CLI_BATCH_LIST_H
#define CLI_BATCH_LIST_H

#include <glib.h>

typedef struct {
    char *content, *style, *out; /* files */
} BatchPhoto;

/* Every content photo with every style, as BatchPhotos.
 *
 * contents are files, and folders, which stand for the pictures in them by their names' order; `list` (or
 * NULL) is a file with one more in each line, "-" the standard input; both may be missing, not both empty.
 * In `pattern` {name} and {style} stand for the names of the two photos without their endings, and {ending}
 * for the content's, or .png where such files can't be written.
 *
 * NULL and a sentence when a name can't be read, when two results would be one file, or when one would be a
 * photo of the batch.  Unref the array, which frees what is in it. */
GPtrArray *batch_list(char **contents, const char *list, char **styles, const char *pattern,
                      GError **error);

/* The photos alone, files' names, by the same rules; NULL and a sentence when a name can't be read. */
GPtrArray *batch_list_photos(char **contents, const char *list, GError **error);

#endif
