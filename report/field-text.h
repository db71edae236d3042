/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* field-text.h - a field of colour maps (dps.h) as a text, for what is kept in files.
 *
 * The text is FIELD_TEXT_NAME, whose last number is the version, and base64 of a zlib stream of
 *
 *   six little-endian 32-bit numbers: width and height of the photo, width and height of the maps,
 *   the bits of a float, the step, and 0;
 *   for plane after plane, row after row of the maps the low bytes, and after all of them the high
 *   bytes, of 16-bit numbers z.
 *
 * A map's value is step times a 16-bit number v with a sign; z is v - p, modulo 2^16, in the order 0, -1,
 * 1, -2 ..., p being left + above - above left of it in its plane (0 beyond the left border and the
 * upper one in the corner; along them the neighbour that there is).
 *
 * A fixed step keeps the error of every colour below a level of 255 whatever the maps' values are, and
 * takes less than half the room of half floats, which do not (SPEED.md has what was measured). */

#ifndef FIELD_TEXT_H
#define FIELD_TEXT_H

#include <glib.h>

#include "dps.h"

/* The GEGL operation that has such a text as its property "field". */
#define FIELD_TEXT_OPERATION "deep-photo-style:colour-field"

#define FIELD_TEXT_NAME "deep-photo-style-field-1:"

/* What GIMP keeps of a text in its files, in bytes. */
#define FIELD_TEXT_MOST ((gsize) 16 << 20)

/* To be freed; NULL for a field that can't be kept so: without maps, with values that are not finite, or
 * so large that the text would not be kept by GIMP. */
char *field_text_write(const DpsField *field);

/* What field_text_write wrote.  FALSE, with *field empty, for any other text. */
gboolean field_text_read(const char *text, DpsField *field);

#endif
