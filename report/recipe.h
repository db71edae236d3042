/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* recipe.h - a report read again: the options of a run, and the files it was made of, so that it can be
 * repeated, or done with other photos.
 *
 * Files are named by absolute paths.  A report of the plug-in has no files; see plug-in/recipe.h. */

#ifndef REPORT_RECIPE_H
#define REPORT_RECIPE_H

#include <json-glib/json-glib.h>

#include "option-set.h"

/* What a run was made of; what there was none of is NULL. */
typedef struct {
    char *content, *style, *start_image; /* files */
    char *content_labels, *style_labels;
    char **content_masks, **style_masks; /* "NAME=FILE" */
    gboolean auto_regions;
    char *depth; /* bits of the result, as the command line has them */
} RecipeInputs;

void recipe_inputs_clear(RecipeInputs *inputs);

/* Adds the members "options" and "inputs" to an object being built. */
void recipe_add_options(JsonBuilder *builder, const DpsOptions *options);
void recipe_add_inputs(JsonBuilder *builder, const RecipeInputs *inputs);

/* Takes over what a report says of options that weren't given, and, where `inputs` isn't NULL, what it
 * says of files.  `shown` is the report's name for people.  FALSE and an error if it can't be used as a
 * recipe. */
gboolean recipe_read(const char *text, gssize length, const char *shown, OptionSet *settings,
                     RecipeInputs *inputs, GError **error);
/* The same from a file. */
gboolean recipe_load(const char *file, OptionSet *settings, RecipeInputs *inputs, GError **error);

#endif
