/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* decimal.h - numbers in texts, with a decimal point whatever the locale's decimals are. */

#ifndef DECIMAL_H
#define DECIMAL_H

/* Reads a number that is not negative, such as "0.5" or "1e3"; spaces may precede it.  Returns what follows it,
 * `text` itself where there is none. */
const char *decimal_read(const char *text, double *number);

#endif
