/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* png-profile.h - the colour profile in a PNG file, as it stands there.
 *
 * libpng from 1.6.59 on passes over a profile that it finds fault with, also over one for RGB in a grey
 * photo, and says so to nobody; which profiles can be used is for colours.h to say. */

#ifndef CLI_PNG_PROFILE_H
#define CLI_PNG_PROFILE_H

#include <glib.h>

/* The decompressed bytes of the chunk iCCP (PNG, third edition, 11.3.2.3), which may be damaged and then
 * are as many as could be had; NULL: the file has none, or is no PNG. */
GBytes *png_profile(const char *path);

#endif
