/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* help.h - the help page, which lies beside the plug-in's program and needs no network. */

#ifndef UI_HELP_H
#define UI_HELP_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* Lets GIMP find the page: for F1 over the menu entry.  While GIMP asks which procedures there are. */
void help_register(GimpPlugIn *plug_in);

/* Opens the page in the browser.  FALSE and an error that says where the page is if there is none. */
gboolean help_open(GError **error);

#endif
