/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* regions-say.h - sentences about regions, for reports and errors.  Nothing is decided here: regions.c does that. */

#ifndef REGIONS_SAY_H
#define REGIONS_SAY_H

#include "regions.h"

/* Why the style gives a region nothing of its own, and what is done: `counterpart` as in regions_prepare. */
void say_unmatched(const RegionSet *set, DpsRegionReport *report, int counterpart);

/* Of a region without a counterpart, that nothing keeps its look: in the paper's weighting it changes with the
 * rest. */
void say_unheld(DpsRegionReport *report);

/* A region that the content lacks. */
void say_unused(DpsRegionReport *report, bool in_style);

/* A region whose two parts lie apart in height, as dps_mask_height has it: whether it is said. */
bool say_apart(double content, double style, const char *name, DpsMessage *message);

/* Why there is nothing to transfer: a mask that is black, or no pair of masks at all. */
void say_no_pair(int regions, const DpsRegion *region, const RegionSet *set, DpsMessage *message);

#endif
