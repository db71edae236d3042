/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* preset-menu.h - the button whose menu saves, renames and deletes the user's presets. */

#ifndef UI_PRESET_MENU_H
#define UI_PRESET_MENU_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* Told after presets have changed, of the one that is to be shown as chosen, or NULL; or of the sentence why
 * nothing could be done. */
typedef void (*PresetsChanged)(gpointer data, const char *chosen, const char *trouble);

GtkWidget *preset_menu_new(GimpProcedureConfig *config, PresetsChanged changed, gpointer data);

/* Which preset is renamed or deleted; NULL: none is chosen. */
void preset_menu_set_chosen(GtkWidget *button, const char *name);

#endif
