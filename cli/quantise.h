/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* quantise.h - floats to 8 and 16 bits.
 *
 * To 8 bits a noise of less than half a step is added before rounding, so that the
 * smooth gradients of a float result don't become bands.  The noise is a fixed function
 * of the position: the same picture always gives the same file, and a value that is a
 * whole step already stays what it is. */

#ifndef CLI_QUANTISE_H
#define CLI_QUANTISE_H

#include <glib.h>

/* One value at (x, y) of plane `channel`; outside [0, 1] is clipped, NaN is 0. */
guint8 quantise_8(float value, int x, int y, int channel);
guint16 quantise_16(float value);

#endif
