/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "recipes.h"

#include <glib/gi18n.h>

#include "plug-in/layer-recipe.h"

typedef struct {
    GimpProcedureConfig *config;
    GtkWidget *combo;
    RecipeUsed used;
    gpointer data;
} Recipes;

/* A layer's number, as text, is its entry's id. */
static void on_changed(GtkComboBox *combo, Recipes *recipes)
{
    const char *id = gtk_combo_box_get_active_id(combo);
    GimpItem *layer = id && *id ? gimp_item_get_by_id((gint32) g_ascii_strtoll(id, NULL, 10))
                                : NULL;
    GError *error = NULL;

    if (!layer)
        return;
    layer_recipe_apply(GIMP_DRAWABLE(layer), recipes->config, TRUE, &error);
    recipes->used(recipes->data, error ? error->message : NULL);
    g_clear_error(&error);
}

static int add_layers(GtkComboBoxText *combo, GimpLayer **layers)
{
    int count = 0;

    for (int i = 0; layers[i]; i++) {
        GimpItem *item = GIMP_ITEM(layers[i]);

        if (gimp_item_is_group(item)) {
            GimpItem **children = gimp_item_get_children(item);

            count += add_layers(combo, (GimpLayer **) children);
            g_free(children);
        }
        if (layer_recipe_has(GIMP_DRAWABLE(item))) {
            char *name = gimp_item_get_name(item);
            char *id = g_strdup_printf("%d", gimp_item_get_id(item));

            gtk_combo_box_text_append(combo, id, name);
            g_free(id);
            g_free(name);
            count++;
        }
    }
    return count;
}

GtkWidget *recipes_new(GimpDrawable *content, GimpProcedureConfig *config, GtkSizeGroup *labels,
                       RecipeUsed used, gpointer data)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = gtk_label_new_with_mnemonic(_("Settin_gs from"));
    GtkWidget *combo = gtk_combo_box_text_new();
    GimpLayer **layers = gimp_image_get_layers(gimp_item_get_image(GIMP_ITEM(content)));
    Recipes *recipes = g_new0(Recipes, 1);
    int count;

    *recipes = (Recipes) { config, combo, used, data };
    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), "", _("here"));
    count = add_layers(GTK_COMBO_BOX_TEXT(combo), layers);
    gtk_combo_box_set_active(GTK_COMBO_BOX(combo), 0);
    g_signal_connect(combo, "changed", G_CALLBACK(on_changed), recipes);
    g_object_set_data_full(G_OBJECT(row), "recipes", recipes, g_free);
    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_size_group_add_widget(labels, label);
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), combo);
    gtk_widget_set_tooltip_text(combo,
                                _("A layer that this filter made: everything here becomes as "
                                  "it was for that layer"));
    gtk_box_pack_start(GTK_BOX(row), label, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row), combo, TRUE, TRUE, 0);
    gtk_widget_show(label);
    gtk_widget_show(combo);
    gtk_widget_set_visible(row, count > 0);
    g_free(layers);
    return row;
}
