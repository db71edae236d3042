/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* sniff.h - what a file is, and whether all of it is there.
 *
 * Image loaders are made to show as much as they can of a damaged file; a photo with its
 * lower half missing is no good here.  So the file's outer structure is checked before a
 * loader sees it: the chunks and checksums of a PNG, the segments and the end of a JPEG,
 * the header and the length of a PPM or PFM.  Nothing is decoded. */

#ifndef CLI_SNIFF_H
#define CLI_SNIFF_H

#include <glib.h>

typedef enum { SNIFF_PNG, SNIFF_JPEG, SNIFF_TIFF, SNIFF_PNM, SNIFF_PFM } SniffFormat;

typedef struct {
    SniffFormat format;
    int width, height;     /* 0 for TIFF, whose loader says so */
    int channels, maximum; /* PNM and PFM: samples per pixel, greatest sample */
    gboolean big_endian;   /* PFM */
    goffset offset;        /* PNM and PFM: where the pixels begin */
} Sniff;

/* The most pixels that are accepted: 400 million, 4.8 GB as floats. */
#define SNIFF_MOST_PIXELS 400000000.0

gboolean sniff_file(Sniff *sniff, const char *path, GError **error);

/* Whether this many pixels are between 1 and what this machine can hold. */
gboolean sniff_size(const char *path, double width, double height, GError **error);

#endif
