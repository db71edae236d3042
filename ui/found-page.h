/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* found-page.h - what the dialog shows of regions that were found: a list of them, each with a button for those that
 * it is taken together with, and a button that makes channels of them. */

#ifndef FOUND_PAGE_H
#define FOUND_PAGE_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "overlay.h"
#include "plug-in/request.h"
#include "together.h"

typedef struct FoundPage FoundPage;

/* `model` is shown first.  `changed`: other regions are taken together; make_channels: the button was pressed. */
FoundPage *found_page_new(GtkWidget *model, void (*changed)(gpointer data),
                          void (*make_channels)(gpointer data), gpointer data);
GtkWidget *found_page_widget(FoundPage *page);

/* Lists what was found; NULL: nothing. */
void found_page_show(FoundPage *page, const Request *found);

/* Adds what was found to the tint of a photo. */
void found_page_tint(FoundPage *page, Overlay *overlay, const Request *found, gboolean of_style);

/* A sentence about the channels; NULL: none. */
void found_page_say(FoundPage *page, const char *trouble);

/* Which of the regions are taken together. */
Together *found_page_together(FoundPage *page);

#endif
