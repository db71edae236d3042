/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "model-row.h"

#include <glib/gi18n.h>

#include "plug-in/found.h"

#define PROPERTY "regions-model"

typedef struct {
    GimpProcedureConfig *config;
    GtkWidget *file, *none, *how;
} ModelRow;

static void on_file(ModelRow *row)
{
    char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(row->file));

    g_object_set(row->config, PROPERTY, path ? path : "", NULL);
    g_free(path);
}

static void on_none(ModelRow *row)
{
    g_object_set(row->config, PROPERTY, "", NULL);
}

/* "Reset" and recipes change the config behind the widgets. */
static void show(GtkWidget *box)
{
    ModelRow *row = g_object_get_data(G_OBJECT(box), "model-row");
    char *path = NULL, *shown = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(row->file)), *text;

    g_object_get(row->config, PROPERTY, &path, NULL);
    if (!path || !*path)
        gtk_file_chooser_unselect_all(GTK_FILE_CHOOSER(row->file));
    else if (g_strcmp0(path, shown) != 0)
        gtk_file_chooser_set_filename(GTK_FILE_CHOOSER(row->file), path);
    gtk_widget_set_sensitive(row->none, path && *path);
    text = found_explain(path);
    gtk_label_set_text(GTK_LABEL(row->how), text);
    g_free(text);
    g_free(shown);
    g_free(path);
}

static void make_file(ModelRow *row)
{
    GtkFileFilter *filter = gtk_file_filter_new();

    row->file = gtk_file_chooser_button_new(_("Choose a Model"), GTK_FILE_CHOOSER_ACTION_OPEN);
    gtk_file_filter_set_name(filter, _("ONNX models (*.onnx)"));
    gtk_file_filter_add_pattern(filter, "*.onnx");
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(row->file), filter);
    gtk_widget_set_hexpand(row->file, TRUE);
    row->none = gtk_button_new_from_icon_name("edit-clear", GTK_ICON_SIZE_BUTTON);
    gtk_widget_set_tooltip_text(row->none, _("Find the regions without a model"));
    atk_object_set_name(gtk_widget_get_accessible(row->none), _("No Model"));
    row->how = gtk_label_new(NULL);
    gtk_label_set_line_wrap(GTK_LABEL(row->how), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(row->how), 50);
    gtk_label_set_xalign(GTK_LABEL(row->how), 0.0);
    gtk_style_context_add_class(gtk_widget_get_style_context(row->how), GTK_STYLE_CLASS_DIM_LABEL);
}

GtkWidget *model_row_new(GimpProcedureConfig *config, GtkSizeGroup *labels)
{
    ModelRow *row = g_new0(ModelRow, 1);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *label;
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(config), PROPERTY);
    char *name = gimp_strip_uline(g_param_spec_get_nick(spec));

    row->config = config;
    make_file(row);
    label = gtk_label_new_with_mnemonic(g_param_spec_get_nick(spec));
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), row->file);
    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_size_group_add_widget(labels, label);
    gtk_widget_set_tooltip_text(label, g_param_spec_get_blurb(spec));
    gtk_widget_set_tooltip_text(row->file, g_param_spec_get_blurb(spec));
    atk_object_set_name(gtk_widget_get_accessible(row->file), name);
    gtk_box_pack_start(GTK_BOX(line), label, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(line), row->file, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(line), row->none, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), line, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), row->how, FALSE, FALSE, 0);
    g_object_set_data_full(G_OBJECT(box), "model-row", row, g_free);
    g_signal_connect_swapped(row->file, "file-set", G_CALLBACK(on_file), row);
    g_signal_connect_swapped(row->none, "clicked", G_CALLBACK(on_none), row);
    g_signal_connect_object(config, "notify::" PROPERTY, G_CALLBACK(show), box, G_CONNECT_SWAPPED);
    show(box);
    g_free(name);
    return box;
}
