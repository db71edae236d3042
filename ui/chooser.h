/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* chooser.h - a combo box of drawables with small pictures of them.
 *
 * GIMP's own combo boxes show no picture for 16-bit images in GIMP 3.0, and have no layer masks.
 * A chooser is a GtkComboBox: "changed" tells of a choice, also of one that vanished. */

#ifndef CHOOSER_H
#define CHOOSER_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

typedef enum {
    CHOOSE_PHOTO, /* layers of all open images, the newest first */
    CHOOSE_STYLE, /* of those, what is likely to be a style: visible layers of other images that are
                   * neither text nor results of this filter */
    CHOOSE_MASK   /* channels, layer masks and layers of one image */
} ChooserKind;

GtkWidget *chooser_new(ChooserKind kind);

/* Lists what there is now, and keeps the choice if it is still there.  `image` is whose masks
 * to list (CHOOSE_MASK; NULL: none), or whose layers not to (CHOOSE_STYLE); `except` is left out. */
void chooser_fill(GtkWidget *chooser, GimpImage *image, GimpDrawable *except);

/* Adds an entry that is no drawable, but a text and a number below 0; chooser_get_text gives the number of
 * the chosen one, or 0. */
void chooser_add_text(GtkWidget *chooser, int number, const char *text);
int chooser_get_text(GtkWidget *chooser);
gboolean chooser_set_text(GtkWidget *chooser, int number);

/* What is listed from the next chooser_fill on. */
void chooser_set_kind(GtkWidget *chooser, ChooserKind kind);

/* The choice; NULL if there is none.  Borrowed. */
GimpDrawable *chooser_get(GtkWidget *chooser);

/* FALSE if the drawable isn't in the list. */
gboolean chooser_set(GtkWidget *chooser, GimpDrawable *drawable);

/* Chooses the entry with this number; FALSE if there are fewer. */
gboolean chooser_set_nth(GtkWidget *chooser, int n);

/* The entry whose drawable has this name, not minding case; NULL if there is none. */
GimpDrawable *chooser_find(GtkWidget *chooser, const char *name);

int chooser_count(GtkWidget *chooser);

#endif
