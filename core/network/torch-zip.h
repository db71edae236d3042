/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* torch-zip.h - where the members of a zip are, as PyTorch writes it: not compressed, and without a comment.  (PKWARE's
 * APPNOTE.)  It knows nothing of what is in them. */

#ifndef TORCH_ZIP_H
#define TORCH_ZIP_H

#include "weights-private.h"

typedef struct {
    unsigned char *directory; /* the central one */
    int64_t size;
} Zip;

typedef struct {
    const unsigned char *name; /* in the directory */
    int name_length;
    int64_t begin, size; /* of the content, in the file */
    bool packed;
} ZipMember;

/* Reads the directory of at most `limit` bytes.  DPS_OK, DPS_NO_MEMORY, or DPS_BAD_FILE where there is none.  Ends with
 * zip_close in any case; a zeroed Zip is a closed one. */
DpsStatus zip_open(const Weights *w, int64_t limit, Zip *zip);
void zip_close(Zip *zip);

/* The member whose name is "ANYTHING/" and this, whose content lies whole in the file; false: there is none. */
bool zip_find(const Weights *w, const Zip *zip, const char *name, ZipMember *m);

/* A number of at most 8 bytes, the lowest first. */
uint64_t zip_number(const unsigned char *at, int bytes);

#endif
