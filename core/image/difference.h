/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* difference.h - how different two colours look: CIEDE2000.
 *
 * Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula", Color Research and Application 30,
 * 2005, with all weights 1; its table of pairs is in the test. */

#ifndef DIFFERENCE_H
#define DIFFERENCE_H

/* CIE L*a*b* of a colour with the sRGB curve, primaries and white; values beyond [0, 1] are taken as the
 * nearest in it. */
void difference_lab(const float rgb[3], double lab[3]);

/* Between two colours in L*a*b*: about 1 can just be seen. */
double difference_2000(const double a[3], const double b[3]);

#endif
