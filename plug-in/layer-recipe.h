/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* layer-recipe.h - the report of a run, kept with the layer that it made, and used again.
 *
 * It is a parasite of the layer and stays in XCF files.  Options are written as in any report
 * (report/recipe.h); style and regions as images, names and tattoos of layers and channels, which are
 * found again where their images are open. */

#ifndef LAYER_RECIPE_H
#define LAYER_RECIPE_H

#include <json-glib/json-glib.h>
#include <libgimp/gimp.h>

/* Adds the member "drawables", the content and what the config says of style and regions, to a report being
 * built. */
void layer_recipe_add(JsonBuilder *builder, GimpDrawable *content, GimpProcedureConfig *config);

/* Keeps a finished report with a layer. */
void layer_recipe_attach(GimpLayer *layer, const char *report);

gboolean layer_recipe_has(GimpDrawable *drawable);

/* The layer that a layer was made from, where it is still in the image; else NULL. */
GimpDrawable *layer_recipe_source(GimpDrawable *layer);

/* Makes the config's arguments what the layer's recipe says.  With `all` false, arguments that aren't
 * at their defaults stay.  Style and regions that aren't open any more are left out.  FALSE and an
 * error where there is no recipe, or none that can be used. */
gboolean layer_recipe_apply(GimpDrawable *layer, GimpProcedureConfig *config, gboolean all,
                            GError **error);

/* The same from a file that the command line or the plug-in wrote: options only. */
gboolean layer_recipe_apply_file(GFile *file, GimpProcedureConfig *config, GError **error);

#endif
