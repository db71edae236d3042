/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* jpeg-check.h - whether the compressed pixels of a JPEG are sound.
 *
 * Flipped bytes mostly give other pixels instead of an error, and what tells of them stands behind the
 * last row, which libvips doesn't read.  So libjpeg decodes the file once more, at an eighth of its
 * size.  What can't be decoded at all is for others to say. */

#ifndef CLI_JPEG_CHECK_H
#define CLI_JPEG_CHECK_H

/* How much of the picture may be wrong, in per cent; 0: nothing that can be seen from the file. */
int jpeg_check(const char *path);

#endif
