/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ask-file.h - a window that asks for a file, to be read or written. */

#ifndef ASK_FILE_H
#define ASK_FILE_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* Told which file was chosen; borrowed. */
typedef void (*FileChosen)(GFile *file, gpointer data);

/* The window, a GtkFileChooser that begins in the folder of the photo's own file; its button to agree says
 * `agree`.  Who calls this adds what else it wants and shows it; it goes when it is answered, or with its parent.
 * A window of its own rather than a wait: while it waits, a screen reader could not use it. */
GtkWidget *ask_file_new(GtkWindow *parent, const char *title, GtkFileChooserAction action,
                        const char *agree, GimpDrawable *photo, FileChosen chosen, gpointer data);

#endif
