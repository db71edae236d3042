/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* letters.h - the letters by which a window's controls are chosen with Alt: each is that of one control.
 *
 * Which letters are good ones is written in the texts, by their underscores.  With all parts unfolded there are more
 * controls than letters, and in other languages the texts' letters are others: of two that can be seen and want the
 * same letter, the one that comes later gets another of its text, or none. */

#ifndef LETTERS_H
#define LETTERS_H

#include <gtk/gtk.h>

/* From now on, whenever the window is laid out anew.  The texts in `first` come before all others. */
void letters_keep_apart(GtkWindow *window, GtkWidget *first);

#endif
