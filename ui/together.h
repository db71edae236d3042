/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* together.h - which regions are taken together as one: a button for each, in its colour, whose menu has the others.
 *
 * What is chosen is a list as DpsOptions.merge_regions has it.  It knows regions by their names and nothing of
 * masks or the config. */

#ifndef TOGETHER_H
#define TOGETHER_H

#include <gtk/gtk.h>

typedef struct Together Together;

/* `changed` is called with `data` when the user has chosen something. */
Together *together_new(void (*changed)(gpointer data), gpointer data);
void together_free(Together *together);

/* The n regions there are: their names as the engine has them, and as they are shown; both are copied. */
void together_set_regions(Together *together, int n, const char *const *name,
                          const char *const *shown);

/* From and to a list.  Names that there are no regions of are left out, unless none is known yet; together_list's is
 * to be freed. */
void together_load(Together *together, const char *list);
char *together_list(const Together *together);

/* Takes the same regions together as in another list of as many regions. */
void together_copy(Together *together, const Together *from);

/* The first region of those that region k is taken together with, whose colour they all have; k alone: itself. */
int together_first(const Together *together, int k);

/* A button for region k, and its becoming another region's.  No button may outlive the regions' owner. */
GtkWidget *together_button_new(Together *together, int k);
void together_button_set(GtkWidget *button, int k);

#endif
