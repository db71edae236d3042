/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* recipes.h - the row of the dialog that takes settings from one of the user's presets, or from a layer
 * which this filter made before. */

#ifndef UI_RECIPES_H
#define UI_RECIPES_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* Told after the config has become what a recipe or a preset says, or of the sentence why it couldn't. */
typedef void (*RecipeUsed)(gpointer data, const char *trouble);

/* A row that lists the presets and the layers of the content's image that have a recipe.  Its label joins
 * `labels`. */
GtkWidget *recipes_new(GimpDrawable *content, GimpProcedureConfig *config, GtkSizeGroup *labels,
                       RecipeUsed used, gpointer data);

#endif
