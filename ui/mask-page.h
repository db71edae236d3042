/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* mask-page.h - the pairs of masks with what makes them: buttons for one more, for namesakes, for what is
 * selected or enclosed by a path, and with a bar for painting. */

#ifndef MASK_PAGE_H
#define MASK_PAGE_H

#include "pairs.h"

typedef struct MaskPage MaskPage;

/* Lives as long as its widget.  `changed` is told after every change.  Masks are painted in the views, a
 * photo-view.h and a preview. */
MaskPage *mask_page_new(GimpDrawable *content, GtkWidget *content_view, GtkWidget *style_view,
                        void (*changed)(gpointer data), gpointer data);
GtkWidget *mask_page_widget(MaskPage *page);

/* The pairs, which the page owns. */
PairList *mask_page_pairs(MaskPage *page);

/* Lists anew what can be chosen, for this style; NULL: none yet.  Tells nothing. */
void mask_page_refresh(MaskPage *page, GimpDrawable *style);

/* The page is shown: without pairs it begins with those of the same name, or with one. */
void mask_page_begin(MaskPage *page);

/* A label that explains something, in faint letters. */
GtkWidget *explanation_new(const char *text);

#endif
