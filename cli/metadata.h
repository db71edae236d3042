/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* metadata.h - Exif, IPTC and XMP, through gexiv2.
 *
 * Which way up a photo is, and the carrying over of date, camera, place and the like
 * from the content photo to the result. */

#ifndef CLI_METADATA_H
#define CLI_METADATA_H

#include <glib.h>

/* The Exif orientation, 1 to 8; 1, upright, where the file doesn't say. */
int metadata_orientation(const char *path);

/* Copies what describes the photo, not what describes the file: no thumbnail, and the
 * orientation becomes upright.  FALSE when there was something to copy and `to` couldn't
 * take it; it is whole then. */
gboolean metadata_copy(const char *from, const char *to, int width, int height);

#endif
