/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* picture.h - photos, masks and label maps from files, results to files.
 *
 * A photo is held as the engine wants it: three planes, or four with its transparency,
 * display-encoded, in the colour space of its own file (or in that of another photo, so that the two
 * compare).  What the engine doesn't need but the result must keep travels beside: depth, colour
 * space, and where the metadata came from.
 *
 * PPM, PGM and PFM are read and written by picture-pnm.c, the other formats by libvips in
 * picture-vips-*.c where the build has it.  The engine's DpsImages inside are freed with
 * the structure that holds them.
 *
 * What was read differently than a user may think is told in sentences, which readers append to a
 * GPtrArray of strings (freed by the array). */

#ifndef CLI_PICTURE_H
#define CLI_PICTURE_H

#include <glib.h>

#include "dps.h"

typedef enum { PICTURE_8, PICTURE_16, PICTURE_FLOAT } PictureDepth;

typedef struct {
    char *path;
    DpsImage rgb;
    float *alpha; /* in rgb, after its colours: width x height, 0 to 1; NULL: opaque everywhere */
    PictureDepth depth;
    struct Colours *colours; /* what the numbers of `rgb` mean; NULL: sRGB */
    void *particulars; /* what the file says of the photo besides, for picture-vips-*.c; or NULL */
} Picture;

/* A photo.  With `like` it is converted to that picture's colour space, else it keeps
 * its own.  Pixels that are no number become black, with a notice. */
gboolean picture_read(Picture *picture, const char *path, const Picture *like, GPtrArray *notices,
                      GError **error);

/* A label map: three planes with the file's own numbers, no colour conversion. */
gboolean picture_read_labels(DpsImage *labels, const char *path, GPtrArray *notices,
                             GError **error);

/* A mask: one plane, white 1, black 0, by the file's own numbers; where the file is
 * transparent the mask is 0 too.  Pixels that are no number are refused. */
gboolean picture_read_mask(DpsImage *mask, const char *path, GPtrArray *notices, GError **error);

/* Frees the colours, but not the alpha, which a result still needs. */
void picture_drop_colours(Picture *picture);

void picture_clear(Picture *picture);

typedef enum {
    PICTURE_PPM,
    PICTURE_PFM,
    PICTURE_PNG,
    PICTURE_JPEG,
    PICTURE_TIFF,
    PICTURE_WEBP,
    PICTURE_JXL,
    PICTURE_AVIF,
    PICTURE_HEIC
} PictureCode;

/* A file format that results can be written in. */
typedef struct {
    PictureCode code;
    const char *extension; /* with the dot, lower case */
    const char *name;      /* for people */
    gboolean depths[3];    /* which PictureDepth it can hold */
    gboolean alpha;
} PictureFormat;

/* By the extension of `path`; NULL and *error (usage) when there is none such. */
const PictureFormat *picture_format(const char *path, GError **error);

/* The depth that comes nearest to `wanted` in this format. */
PictureDepth picture_format_depth(const PictureFormat *format, PictureDepth wanted);

/* Where a result goes. */
typedef struct {
    const char *path;  /* the file to write, with one of the format's extensions */
    const char *shown; /* its name in messages */
    const PictureFormat *format;
    PictureDepth depth;
} PictureTarget;

/* Whether a picture of this size fits the format; else a sentence with the way out. */
gboolean picture_fits(const PictureTarget *target, int width, int height, GError **error);

/* Writes `rgb` with the transparency, colour space and metadata of `origin`.  A format
 * without transparency gets the picture over white.  8-bit files are dithered. */
gboolean picture_write(const DpsImage *rgb, const Picture *origin, const PictureTarget *target,
                       GPtrArray *notices, GError **error);

/* Whether a file is named as pictures that can be read are. */
gboolean picture_named(const char *path);

/* Formats that can be read, for people: "PNG, JPEG, TIFF, PPM, PGM, PFM". */
char *picture_readable(void);

#endif
