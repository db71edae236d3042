/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* style-files.h - style photos from disk: choosing a file, opening it in GIMP, and which were used lately.
 *
 * What was used lately is kept in the desktop's own list of recent files. */

#ifndef STYLE_FILES_H
#define STYLE_FILES_H

#include "ask-file.h"

/* Asks for a photo, with small pictures, at first in the folder of the content's file.  Returns at once;
 * the window goes with its parent. */
void style_files_ask(GtkWindow *parent, GimpDrawable *content, FileChosen chosen, gpointer data);

/* The file that an image comes from; NULL: none.  To be freed with g_object_unref. */
GFile *style_files_of(GimpImage *image);

/* Opens it in GIMP, behind the image that the filter was called on and as clean as a file that was just
 * opened.  Its first layer; NULL and an error where that isn't possible.  GIMP lets plug-ins give a name to
 * XCF files alone: the others have theirs in this dialog, and none in GIMP's title. */
GimpDrawable *style_files_open(GFile *file, GError **error);

/* The latest, at most `most`, that aren't open; a list of GFile to be freed with g_object_unref. */
GList *style_files_recent(int most);

/* The photo of this layer was used as a style. */
void style_files_used(GimpDrawable *style);

#endif
