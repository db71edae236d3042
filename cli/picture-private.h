/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* picture-private.h - between picture.c and the file formats. */

#ifndef CLI_PICTURE_PRIVATE_H
#define CLI_PICTURE_PRIVATE_H

#include "picture.h"
#include "identify.h"

typedef enum {
    PICTURE_PHOTO,  /* `picture->space` is what to convert to when `convert` */
    PICTURE_LABELS, /* stored numbers */
    PICTURE_MASK    /* stored numbers, one plane */
} PictureKind;

/* Readers fill rgb (1 plane for a mask), alpha, depth and space.  On failure they may
 * leave the picture half filled: the caller clears it. */
gboolean picture_pnm_read(Picture *picture, const Identity *identity, PictureKind kind,
                          GError **error);
gboolean picture_pnm_write(const DpsImage *rgb, const float *alpha, const PictureTarget *target,
                           GError **error);

#ifdef HAVE_GEGL
gboolean picture_gegl_read(Picture *picture, const Identity *identity, PictureKind kind,
                           gboolean convert, GError **error);
gboolean picture_gegl_write(const DpsImage *rgb, const Picture *origin, const PictureTarget *target,
                            GError **error);
#endif

/* Room for the planes and, where asked for, alpha; an error when memory is short. */
gboolean picture_allocate(Picture *picture, int channels, int width, int height, gboolean alpha,
                          GError **error);

/* Sets *error and returns FALSE. */
gboolean picture_no_memory(const Picture *picture, GError **error);

/* Over white, where a pixel is transparent: what a format without transparency gets. */
static inline float picture_over_white(float value, const float *alpha, size_t i)
{
    return alpha ? value * alpha[i] + (1 - alpha[i]) : value;
}

#endif
