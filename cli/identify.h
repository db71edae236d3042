/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* identify.h - what a file is, and whether all of it is there.
 *
 * Image loaders are made to show as much as they can of a damaged file; a photo with its
 * lower half missing is no good here.  So the file's outer structure is checked before a
 * loader sees it: the chunks and checksums of a PNG, the segments and the end of a JPEG,
 * the header and the length of a PPM or PFM.  Nothing is decoded. */

#ifndef CLI_IDENTIFY_H
#define CLI_IDENTIFY_H

#include <glib.h>

typedef enum { FILE_PNG, FILE_JPEG, FILE_TIFF, FILE_PNM, FILE_PFM } FileFormat;

typedef struct {
    FileFormat format;
    int width, height;     /* 0 for TIFF, whose loader says so */
    int channels, maximum; /* PNM and PFM: samples per pixel, greatest sample */
    gboolean big_endian;   /* PFM */
    goffset offset;        /* PNM and PFM: where the pixels begin */
} Identity;

/* The most pixels that are accepted: 400 million, 4.8 GB as floats. */
#define IDENTIFY_MOST_PIXELS 400000000.0

gboolean identify_file(Identity *identity, const char *path, GError **error);

/* Whether this many pixels are between 1 and what this machine can hold. */
gboolean identify_size(const char *path, double width, double height, GError **error);

#endif
