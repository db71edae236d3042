/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* percent.h - a slider from 0 to 100 for a weight, whose default is in the middle.
 *
 * Equal steps are equal factors.  The weight itself, which recipes and scripts have, is in the tooltip; one
 * beyond the slider's ends stays as it is until the slider is moved. */

#ifndef UI_PERCENT_H
#define UI_PERCENT_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* 100 is the default times `span`, 0 the default divided by it. */
GtkWidget *percent_new(GimpProcedureConfig *config, const char *property, double span);

#endif
