/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* strengths.h - how much of the transfer each region gets: a slider for each region of the present result, whatever
 * told its regions apart.  They set the config's argument "strength". */

#ifndef STRENGTHS_H
#define STRENGTHS_H

#include <libgimp/gimpui.h>

#include "dps.h"

/* Not shown until there are regions. */
GtkWidget *strengths_new(GimpProcedureConfig *config);

/* Lists the result's regions; NULL: there is none. */
void strengths_show(GtkWidget *widget, const DpsResult *result);

#endif
