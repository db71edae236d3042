/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* look-text.h - a look (dps.h) in the two forms that other programs read.
 *
 * A .cube file is Adobe's text of a 3D LUT (Cube LUT Specification 1.0); a Hald CLUT is a picture whose
 * pixels are the table of level^6 entries, which any program edits like a photo. */

#ifndef LOOK_TEXT_H
#define LOOK_TEXT_H

#include <glib.h>

#include "dps.h"

/* The text of a .cube file, to be freed.  Line ends and quotation marks of the title are written otherwise. */
char *look_cube(const DpsLook *look, const char *title);

/* The picture of the level, level^3 pixels square, R counting fastest.  FALSE when memory is short. */
gboolean look_hald(const DpsLook *look, int level, DpsImage *out);

/* The level that is written, 64 entries along each axis, which programs that read Hald CLUTs have in their
 * documentation, and the side of its picture. */
#define LOOK_HALD_LEVEL 8
#define LOOK_HALD_SIDE (LOOK_HALD_LEVEL * LOOK_HALD_LEVEL * LOOK_HALD_LEVEL)

/* Whether a name is that of a .cube file; others are pictures. */
gboolean look_is_cube(const char *path);

/* A sentence about a table that was written: what it loses, mean CIEDE2000.  To be freed. */
char *look_say_lost(const char *path, double lost);

/* The other way: NULL, or a sentence in the user's language that says why the file is no such table; the
 * look is then empty.  A Hald CLUT's level is seen from its size; values are brought into [0, 1]. */
const char *look_read_cube(const char *text, DpsLook *look);
const char *look_read_hald(const DpsImage *picture, DpsLook *look);

/* Reads a .cube file; FALSE and an error, a sentence that names it, where it is none. */
gboolean look_open_cube(const char *path, DpsLook *look, GError **error);

#endif
