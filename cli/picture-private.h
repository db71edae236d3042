/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* picture-private.h - between picture.c and the file formats. */

#ifndef CLI_PICTURE_PRIVATE_H
#define CLI_PICTURE_PRIVATE_H

#include "picture.h"

typedef enum {
    PICTURE_PHOTO,  /* at least 3 planes, in the numbers of the file and its `colours` */
    PICTURE_LABELS, /* 3 planes of stored numbers */
    PICTURE_MASK    /* 1 plane of stored numbers */
} PictureKind;

/* Whether a file begins as a PPM, PGM or PFM does: with three bytes. */
gboolean picture_pnm_begins(const guchar magic[3]);

/* Readers fill rgb, alpha, depth, colours and particulars.  On failure they may leave the picture half
 * filled: the caller clears it. */
gboolean picture_pnm_read(Picture *picture, PictureKind kind, GError **error);
gboolean picture_pnm_write(const DpsImage *rgb, const float *alpha, const PictureTarget *target,
                           GError **error);

#ifdef HAVE_VIPS
gboolean picture_vips_read(Picture *picture, PictureKind kind, GPtrArray *notices, GError **error);
gboolean picture_vips_write(const DpsImage *rgb, const Picture *origin, const PictureTarget *target,
                            GPtrArray *notices, GError **error);

/* Whether this build of the library reads and writes the format. */
gboolean picture_vips_reads(PictureCode code);
gboolean picture_vips_writes(PictureCode code);

void picture_vips_forget(void *particulars);
#endif

/* Room for the planes and, where asked for, alpha; an error when memory is short. */
gboolean picture_allocate(Picture *picture, int channels, int width, int height, gboolean alpha,
                          GError **error);

/* Whether this many pixels are between 1 and what this process can hold; called before they are read. */
gboolean picture_check_size(const char *path, double width, double height, GError **error);

/* Set *error and return FALSE. */
gboolean picture_no_memory(const char *path, GError **error);
gboolean picture_damaged(const char *path, GError **error);

/* A result on its way into a file. */
typedef struct {
    const DpsImage *rgb;
    const float *alpha, *matte; /* goes into the file, or over white; either may be NULL */
    const struct Colours *colours; /* what the file's numbers mean; NULL: what those of rgb do */
    PictureDepth depth;
} PictureRows;

/* `count` pixels of row y, from x on, as samples of the file's depth in the machine's order: R G B, and alpha
 * where there is one, pixel after pixel. */
void picture_put_row(const PictureRows *rows, int x, int y, int count, void *out);

#endif
