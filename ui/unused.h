/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* unused.h - controls of the dialog that make no difference, with the method and the style that are chosen, are grey and
 * say why.
 *
 * Nothing to free: what is watched for a widget ends with it. */

#ifndef UNUSED_H
#define UNUSED_H

#include <libgimp/gimpui.h>

/* What the config's style is. */
typedef enum { STYLE_PHOTO, STYLE_LEARNT, STYLE_LOOK } StyleKind;

StyleKind unused_style_kind(GimpProcedureConfig *config);

/* Greys a widget while this option makes no difference.  It is one of GIMP's rows, or has the option's help as its
 * tooltip. */
void unused_follow(GtkWidget *widget, GimpProcedureConfig *config, const char *option);

/* Whether the widget is grey for such a reason. */
gboolean unused_is(GtkWidget *widget);

/* Of the presets, those that are methods to a user. */
gboolean unused_is_method(int preset);

#endif
