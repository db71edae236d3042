/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* vips-photos.h - libvips as it is used here: which of its formats, and what it knows of a photo besides
 * the pixels.  Between picture-vips-read.c and picture-vips-write.c. */

#ifndef CLI_VIPS_PHOTOS_H
#define CLI_VIPS_PHOTOS_H

#include <vips/vips.h>

#include "picture-private.h"

/* Starts the library, once, for formats of photos only; quiet, and without a cache. */
gboolean vips_photos_start(void);

/* The codec in which AVIF or HEIC are written. */
VipsForeignHeifCompression vips_photos_heif(PictureCode code);

/* For vips_image_map: copies a field to the image `kept` if it tells of the photo, not of how its file
 * stores the pixels. */
void *vips_photos_keep(VipsImage *image, const char *name, GValue *value, void *kept);

#endif
