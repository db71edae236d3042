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

/* `count` values of plane `channel` in row y, from x on; each goes to an own place of `out`, `step` from the last.
 * Values outside [0, 1] are clipped, NaN is 0. */
void quantise_row_8(const float *values, int count, int x, int y, int channel, guint8 *out,
                    int step);
void quantise_row_16(const float *values, int count, guint16 *out, int step);

#endif
