/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* window-fit.h - keeps a window as large as what is in it, and within its screen.
 *
 * Larger when parts are unfolded, smaller when they are folded.  What is in it must do with less room
 * where the screen has less. */

#ifndef WINDOW_FIT_H
#define WINDOW_FIT_H

#include <gtk/gtk.h>

/* From now on, for as long as the window lives; to be called before it is shown. */
void window_fit(GtkWindow *window);

#endif
