/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* region-colour.h - the colour by which a region is known in the window and as a channel.
 *
 * The colours of label maps are the engine's: dps_label_colour. */

#ifndef REGION_COLOUR_H
#define REGION_COLOUR_H

/* R, G and B from 0 to 1 of region `number`, from 0 on.  They repeat after the last one. */
const float *region_colour(int number);

#endif
