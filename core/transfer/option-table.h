/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* option-table.h - what the engine asks of dps.h's table of options itself.
 *
 * What options do to a run is options.h's. */

#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include "dps.h"

/* The longest working size, pixels. */
#define OPTIONS_MOST_SIZE 16384

/* The first number or choice that is outside its range; NULL: all are inside. */
const DpsOption *options_out_of_range(const DpsOptions *);

#endif
