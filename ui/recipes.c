/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "recipes.h"

#include <glib/gi18n.h>
#include <string.h>

#include "dps.h"
#include "plug-in/layer-recipe.h"
#include "plug-in/presets.h"
#include "preset-menu.h"

/* Ids of entries: that of a layer is its number, as text. */
#define HERE ""
#define PRESET "preset "

typedef struct {
    GimpDrawable *content;
    GimpProcedureConfig *config;
    GtkWidget *combo, *menu;
    gboolean filling, applying;
    RecipeUsed used;
    gpointer data;
} Recipes;

static const char *preset_of(const char *id)
{
    return id && g_str_has_prefix(id, PRESET) ? id + strlen(PRESET) : NULL;
}

/* --------------------------------------------------------------------- choosing */

static void apply(Recipes *recipes, const char *id)
{
    const char *preset = preset_of(id);
    GimpItem *layer = preset ? NULL : gimp_item_get_by_id((gint32) g_ascii_strtoll(id, NULL, 10));
    GError *error = NULL;

    recipes->applying = TRUE;
    if (preset)
        presets_apply(preset, recipes->config, &error);
    else if (layer)
        layer_recipe_apply(GIMP_DRAWABLE(layer), recipes->config, TRUE, &error);
    if (preset || layer)
        recipes->used(recipes->data, error ? error->message : NULL);
    recipes->applying = FALSE;
    g_clear_error(&error);
}

static void on_changed(GtkComboBox *combo, Recipes *recipes)
{
    const char *id = gtk_combo_box_get_active_id(combo);

    preset_menu_set_chosen(recipes->menu, preset_of(id));
    if (!recipes->filling && id && *id)
        apply(recipes, id);
}

/* What has been changed since is what is set here. */
static void on_config(GObject *config, GParamSpec *spec, GtkComboBox *combo)
{
    Recipes *recipes = g_object_get_data(G_OBJECT(combo), "recipes");

    if (!recipes->applying && dps_option_find(spec->name))
        gtk_combo_box_set_active_id(combo, HERE);
}

/* --------------------------------------------------------------------- filling */

static void add_presets(GtkComboBoxText *combo)
{
    char **names = presets_list();

    for (int i = 0; names[i]; i++) {
        char *id = g_strconcat(PRESET, names[i], NULL);

        gtk_combo_box_text_append(combo, id, names[i]);
        g_free(id);
    }
    g_strfreev(names);
}

static void add_layers(GtkComboBoxText *combo, GimpLayer **layers)
{
    for (int i = 0; layers[i]; i++) {
        GimpItem *item = GIMP_ITEM(layers[i]);

        if (gimp_item_is_group(item)) {
            GimpItem **children = gimp_item_get_children(item);

            add_layers(combo, (GimpLayer **) children);
            g_free(children);
        }
        if (layer_recipe_has(GIMP_DRAWABLE(item))) {
            char *name = gimp_item_get_name(item);
            char *id = g_strdup_printf("%d", gimp_item_get_id(item));

            gtk_combo_box_text_append(combo, id, name);
            g_free(id);
            g_free(name);
        }
    }
}

static void fill(Recipes *recipes, const char *preset)
{
    GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT(recipes->combo);
    GimpLayer **layers = gimp_image_get_layers(gimp_item_get_image(GIMP_ITEM(recipes->content)));
    char *id = preset ? g_strconcat(PRESET, preset, NULL) : g_strdup(HERE);

    recipes->filling = TRUE;
    gtk_combo_box_text_remove_all(combo);
    gtk_combo_box_text_append(combo, HERE, _("here"));
    add_presets(combo);
    add_layers(combo, layers);
    gtk_combo_box_set_active_id(GTK_COMBO_BOX(combo), id);
    recipes->filling = FALSE;
    g_free(layers);
    g_free(id);
}

static void on_presets(gpointer data, const char *chosen, const char *trouble)
{
    Recipes *recipes = data;

    fill(recipes, chosen);
    recipes->used(recipes->data, trouble);
}

GtkWidget *recipes_new(GimpDrawable *content, GimpProcedureConfig *config, GtkSizeGroup *labels,
                       RecipeUsed used, gpointer data)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = gtk_label_new_with_mnemonic(_("Settings _from"));
    Recipes *recipes = g_new0(Recipes, 1);

    *recipes = (Recipes) { .content = content, .config = config, .used = used, .data = data };
    recipes->combo = gtk_combo_box_text_new();
    recipes->menu = preset_menu_new(config, on_presets, recipes);
    fill(recipes, NULL);
    g_signal_connect(recipes->combo, "changed", G_CALLBACK(on_changed), recipes);
    g_object_set_data_full(G_OBJECT(recipes->combo), "recipes", recipes, g_free);
    g_signal_connect_object(config, "notify", G_CALLBACK(on_config), recipes->combo, 0);
    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_size_group_add_widget(labels, label);
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), recipes->combo);
    gtk_widget_set_tooltip_text(recipes->combo,
                                _("One of your presets, or a layer that this filter made: "
                                  "everything here becomes as it was for that layer"));
    gtk_box_pack_start(GTK_BOX(row), label, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row), recipes->combo, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(row), recipes->menu, FALSE, FALSE, 0);
    gtk_widget_show_all(row);
    return row;
}
