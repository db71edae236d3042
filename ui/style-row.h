/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* style-row.h - the row of the dialog that says which photo is the style, and opens more of them. */

#ifndef STYLE_ROW_H
#define STYLE_ROW_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

typedef struct StyleRow StyleRow;

typedef struct {
    void (*chosen)(GimpDrawable *style, gpointer data); /* another one; NULL: none */
    void (*trouble)(const char *sentence, gpointer data);
} StyleRowTold;

/* Lives as long as its widget; its label joins `labels`. */
StyleRow *style_row_new(GimpDrawable *content, GtkSizeGroup *labels, const StyleRowTold *told,
                        gpointer data);
GtkWidget *style_row_widget(StyleRow *row);

/* NULL: none. */
GimpDrawable *style_row_get(StyleRow *row);

/* Whether that is what lies under the content: a layer of under.h, which the caller discards in the end. */
gboolean style_row_is_under(StyleRow *row);

/* Chooses that; FALSE where it can't be had. */
gboolean style_row_set_under(StyleRow *row);

/* Makes that anew, without a word, where it is another by now: what it was before, which the caller discards once
 * nothing uses it any more.  NULL: it is as it was. */
GimpDrawable *style_row_renew(StyleRow *row);

/* Chooses this one, or where that isn't possible the newest layer of another image. */
void style_row_set(StyleRow *row, GimpDrawable *style);

/* Lists anew what can be chosen, and keeps the choice if it is still there. */
void style_row_refresh(StyleRow *row);

#endif
