/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* presets.h - the user's own presets: options under a name, and whether regions are to be found.
 *
 * Each is a recipe (report/recipe.h) in a file of its own in GIMP's settings folder.  Neither photos nor masks
 * are in it, so that it goes for any. */

#ifndef PLUG_IN_PRESETS_H
#define PLUG_IN_PRESETS_H

#include <libgimp/gimp.h>

/* Their names, in the order of the user's alphabet; NULL-terminated, to be freed with g_strfreev. */
char **presets_list(void);
gboolean presets_has(const char *name);

/* What the config says becomes the preset, and takes the place of one with this name. */
gboolean presets_save(const char *name, GimpProcedureConfig *config, GError **error);
/* The config becomes what the preset says; masks stay where it finds no regions. */
gboolean presets_apply(const char *name, GimpProcedureConfig *config, GError **error);

/* Takes the place of one that has the new name. */
gboolean presets_rename(const char *name, const char *new_name, GError **error);
gboolean presets_delete(const char *name, GError **error);

#endif
