/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "method-row.h"

#include <glib/gi18n.h>

#include "dps.h"
#include "unused.h"

enum { ID, LABEL, COLUMNS };

typedef struct {
    GimpProcedureConfig *config;
    GtkWidget *combo, *quality;
    StyleKind style;
} Method;

static int chosen(Method *method, const char *option)
{
    char *name = NULL;
    int choice;

    g_object_get(method->config, option, &name, NULL);
    choice = name ? dps_choice_find(dps_option_find(option), name) : -1;
    g_free(name);
    return MAX(choice, 0);
}

/* ---------------------------------------------------------------------- choices */

static void append(GtkListStore *list, const DpsChoice *choice)
{
    gtk_list_store_insert_with_values(list, NULL, -1, ID, choice->name, LABEL, _(choice->label),
                                      -1);
}

static GtkWidget *make_combo(void)
{
    GtkListStore *list = gtk_list_store_new(COLUMNS, G_TYPE_STRING, G_TYPE_STRING);
    const DpsChoice *methods = dps_option_find("method")->choice;
    const DpsChoice *presets = dps_option_find("preset")->choice;
    GtkWidget *combo;

    for (int i = 0; methods[i].name; i++)
        append(list, &methods[i]);
    for (int i = 0; presets[i].name; i++)
        if (unused_is_method(i))
            append(list, &presets[i]);
    combo = gimp_string_combo_box_new(GTK_TREE_MODEL(list), ID, LABEL);
    g_object_unref(list);
    return combo;
}

/* The config keeps what it says, even what has no entry any more. */
static void keep_qualities(Method *method)
{
    GtkWidget *combo =
        gimp_label_string_widget_get_widget(GIMP_LABEL_STRING_WIDGET(method->quality));
    GtkTreeModel *list = gtk_combo_box_get_model(GTK_COMBO_BOX(combo));
    const DpsOption *option = dps_option_find("preset");
    GtkTreeIter row;
    char *preset, *id;

    g_object_get(method->config, "preset", &preset, NULL);
    for (gboolean more = gtk_tree_model_get_iter_first(list, &row); more;) {
        gtk_tree_model_get(list, &row, ID, &id, -1);
        more = unused_is_method(dps_choice_find(option, id))
                   ? gtk_list_store_remove(GTK_LIST_STORE(list), &row)
                   : gtk_tree_model_iter_next(list, &row);
        g_free(id);
    }
    g_object_set(method->config, "preset", preset, NULL);
    g_free(preset);
}

/* ------------------------------------------------------------------- both ways */

static void on_chosen(GtkComboBox *combo, Method *method)
{
    char *id = gimp_string_combo_box_get_active(GIMP_STRING_COMBO_BOX(combo));
    GtkWidget *qualities =
        gimp_label_string_widget_get_widget(GIMP_LABEL_STRING_WIDGET(method->quality));
    char *quality = gimp_string_combo_box_get_active(GIMP_STRING_COMBO_BOX(qualities));
    gboolean preset = id && dps_choice_find(dps_option_find("preset"), id) >= 0;

    if (preset)
        g_object_set(method->config, "method", dps_choice_name("method", DPS_METHOD_TRANSFER),
                     "preset", id, NULL);
    else if (id && unused_is_method(chosen(method, "preset")))
        g_object_set(method->config, "method", id, "preset",
                     quality ? quality : dps_choice_name("preset", DPS_PRESET_NORMAL), NULL);
    else if (id)
        g_object_set(method->config, "method", id, NULL);
    g_free(quality);
    g_free(id);
}

/* A painting can't be learnt, and a look is all that its style has. */
static gboolean suits(const char *id, gpointer data)
{
    const Method *method = data;

    if (method->style == STYLE_LOOK)
        return g_str_equal(id, dps_choice_name("method", DPS_METHOD_TRANSFER));
    return method->style == STYLE_PHOTO || dps_choice_find(dps_option_find("preset"), id) < 0;
}

/* "Reset", "Load Saved Settings" and recipes change the config behind the widgets. */
static void show_method(GtkWidget *row)
{
    Method *method = g_object_get_data(G_OBJECT(row), "method");
    int way = chosen(method, "method"), preset = chosen(method, "preset");
    gboolean own = way == DPS_METHOD_TRANSFER && unused_is_method(preset);

    if (own && method->style != STYLE_PHOTO) {
        g_object_set(method->config, "preset", dps_choice_name("preset", DPS_PRESET_NORMAL), NULL);
        return;
    }
    if (method->style == STYLE_LOOK && way != DPS_METHOD_TRANSFER) {
        g_object_set(method->config, "method", dps_choice_name("method", DPS_METHOD_TRANSFER), NULL);
        return;
    }

    g_signal_handlers_block_by_func(method->combo, on_chosen, method);
    gimp_string_combo_box_set_active(GIMP_STRING_COMBO_BOX(method->combo),
                                     own ? dps_choice_name("preset", preset)
                                         : dps_choice_name("method", way));
    g_signal_handlers_unblock_by_func(method->combo, on_chosen, method);
}

static void on_style(GtkWidget *row)
{
    Method *method = g_object_get_data(G_OBJECT(row), "method");

    method->style = unused_style_kind(method->config);
    show_method(row);
}

GtkWidget *method_row_new(GimpProcedureDialog *dialog, GtkWidget *quality)
{
    const DpsOption *option = dps_option_find("method");
    Method *method = g_new0(Method, 1);
    GtkWidget *row;

    g_object_get(dialog, "config", &method->config, NULL);
    g_object_unref(method->config); /* the dialog's, which outlives its rows */
    method->quality = quality;
    method->combo = make_combo();
    gtk_widget_set_hexpand(method->combo, TRUE);
    keep_qualities(method);
    row = gimp_label_string_widget_new(_(option->label), method->combo);
    gtk_widget_set_tooltip_text(row, _(option->help));
    g_object_set_data_full(G_OBJECT(row), "method", method, g_free);
    gimp_string_combo_box_set_sensitivity(GIMP_STRING_COMBO_BOX(method->combo), suits, method,
                                          NULL);
    g_signal_connect(method->combo, "changed", G_CALLBACK(on_chosen), method);
    g_signal_connect_object(method->config, "notify::method", G_CALLBACK(show_method), row,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(method->config, "notify::preset", G_CALLBACK(show_method), row,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(method->config, "notify::style", G_CALLBACK(on_style), row,
                            G_CONNECT_SWAPPED);
    show_method(row);
    return row;
}
