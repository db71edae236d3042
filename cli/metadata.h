/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* metadata.h - Exif, IPTC and XMP where libvips doesn't carry them over, through gexiv2.
 *
 * libvips reads and writes no Exif in TIFFs, and no IPTC in PNGs. */

#ifndef CLI_METADATA_H
#define CLI_METADATA_H

#include <glib.h>

/* Copies what describes the photo, not what describes the file: no thumbnail, and the orientation
 * becomes upright.  *carried becomes FALSE when there was something to copy and the format of `to`
 * can't take it; `to` is whole then.  FALSE: there is no room for it. */
gboolean metadata_copy(const char *from, const char *to, int width, int height, gboolean *carried);

#endif
