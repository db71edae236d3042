/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* finder.h - the page of the dialog that makes channels of the regions found in both photos.
 *
 * The search runs beside the dialog, which goes on; it can be stopped, and stops by itself when the
 * page is left, the style changes or the window closes.  What becomes of the channels is the
 * caller's business. */

#ifndef UI_FINDER_H
#define UI_FINDER_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

typedef struct Finder Finder;

/* NULL-terminated, region by region; the finder frees both. */
typedef void (*FinderDone)(GimpDrawable **on_content, GimpDrawable **on_style, gpointer data);

/* Lives as long as its widget. */
Finder *finder_new(GimpDrawable *content, FinderDone done, gpointer data);
GtkWidget *finder_widget(Finder *finder);

/* Both stop a search.  The style may be NULL: none yet; the config says seed and threads. */
void finder_set_style(Finder *finder, GimpDrawable *style);
void finder_set_config(Finder *finder, GimpProcedureConfig *config);

void finder_stop(Finder *finder);

#endif
