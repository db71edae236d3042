/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "settings.h"

#include <glib/gi18n.h>

#include "dps.h"
#include "expander.h"
#include "live.h"
#include "method-row.h"
#include "networks.h"
#include "percent.h"
#include "plug-in/filter.h"
#include "unused.h"

#define DEVICES 8

static void add(GtkWidget *box, GtkWidget *widget)
{
    gtk_box_pack_start(GTK_BOX(box), widget, FALSE, FALSE, 0);
    gtk_widget_show(widget);
}

/* For screen readers, which don't follow GIMP's labels. */
static void set_name(GtkWidget *widget, const char *nick)
{
    char *name = gimp_strip_uline(nick);

    atk_object_set_name(gtk_widget_get_accessible(widget), name);
    g_free(name);
}

/* The name of a row's list is that of the procedure's argument. */
static void name_choice(GtkWidget *row, GimpProcedureDialog *dialog, const char *property)
{
    GimpProcedureConfig *config;

    g_object_get(dialog, "config", &config, NULL);
    if (GIMP_IS_LABEL_STRING_WIDGET(row))
        set_name(gimp_label_string_widget_get_widget(GIMP_LABEL_STRING_WIDGET(row)),
                 g_param_spec_get_nick(
                     g_object_class_find_property(G_OBJECT_GET_CLASS(config), property)));
    g_object_unref(config);
}

/* All sliders in a column are equally long. */
static void finish_scale(GtkWidget *scale, GimpProcedureDialog *dialog, const char *property,
                         int digits)
{
    GtkWidget *spin = gimp_label_spin_get_spin_button(GIMP_LABEL_SPIN(scale));
    GimpProcedureConfig *config;
    GParamSpec *spec;

    g_object_get(dialog, "config", &config, NULL);
    spec = g_object_class_find_property(G_OBJECT_GET_CLASS(config), property);
    gimp_label_spin_set_digits(GIMP_LABEL_SPIN(scale), digits);
    gtk_entry_set_width_chars(GTK_ENTRY(spin), 5);
    set_name(spin, g_param_spec_get_nick(spec));
    set_name(gimp_scale_entry_get_range(GIMP_SCALE_ENTRY(scale)), g_param_spec_get_nick(spec));
    g_object_unref(config);
}

static GtkWidget *add_scale(GtkWidget *box, GimpProcedureDialog *dialog, const char *property)
{
    GtkWidget *scale = gimp_procedure_dialog_get_scale_entry(dialog, property, 1.0);

    finish_scale(scale, dialog, property, 2);
    add(box, scale);
    return scale;
}

/* What is applied to the result there is. */
static void mark_applied(GtkWidget *row)
{
    g_object_set_data(G_OBJECT(row), "applied", row);
}

/* A slider for a weight. */
static void add_percent(GtkWidget *box, GimpProcedureDialog *dialog, const char *property,
                        double span)
{
    GimpProcedureConfig *config;
    GtkWidget *scale;

    g_object_get(dialog, "config", &config, NULL);
    scale = percent_new(config, property, span);
    finish_scale(scale, dialog, property, 0);
    add(box, scale);
    unused_follow(scale, config, property);
    g_object_unref(config);
}

/* A filter isn't always possible: then it is grey, and the row says why. */
static void show_filter(GimpProcedureConfig *config, GParamSpec *changed, GtkWidget *row)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(config), "result");
    DpsOptions options;
    GError *why = NULL;

    if (changed && !dps_option_find(changed->name))
        return;
    live_read_options(config, &options);
    gimp_choice_set_sensitive(gimp_param_spec_choice_get_choice(spec), "filter",
                              filter_possible(&options, &why));
    gtk_widget_set_tooltip_text(row, why ? why->message : g_param_spec_get_blurb(spec));
    g_clear_error(&why);
}

static GtkWidget *result_row(GimpProcedureDialog *dialog)
{
    GtkWidget *row = gimp_procedure_dialog_get_widget(dialog, "result", GTK_TYPE_COMBO_BOX);
    GimpProcedureConfig *config;

    g_object_get(dialog, "config", &config, NULL);
    g_signal_connect_object(config, "notify", G_CALLBACK(show_filter), row, 0);
    show_filter(config, NULL, row);
    g_object_unref(config);
    return row;
}

GtkWidget *settings_main(GimpProcedureDialog *dialog, GtkSizeGroup *labels)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6), *take, *result;
    GtkWidget *quality = gimp_procedure_dialog_get_widget(dialog, "preset", GTK_TYPE_COMBO_BOX);
    GimpProcedureConfig *config;
    GList *rows;

    add(box, method_row_new(dialog, quality));
    add(box, quality);
    g_object_get(dialog, "config", &config, NULL);
    unused_follow(quality, config, "preset");
    g_object_unref(config);
    mark_applied(add_scale(box, dialog, "amount"));
    take = gimp_procedure_dialog_get_widget(dialog, "take", GTK_TYPE_COMBO_BOX);
    add(box, take);
    mark_applied(take);
    add_percent(box, dialog, "content-weight", 30);
    add_percent(box, dialog, "photorealism", 100);
    mark_applied(add_scale(box, dialog, "detail"));
    result = result_row(dialog);
    add(box, result);
    mark_applied(result);
    name_choice(quality, dialog, "preset");
    name_choice(take, dialog, "take");
    name_choice(result, dialog, "result");
    rows = gtk_container_get_children(GTK_CONTAINER(box));
    for (GList *l = rows; l; l = l->next)
        gtk_size_group_add_widget(labels, gimp_labeled_get_label(GIMP_LABELED(l->data)));
    g_list_free(rows);
    gtk_widget_show(box);
    return box;
}

void settings_set_computing(GtkWidget *box, gboolean computing)
{
    GList *rows = gtk_container_get_children(GTK_CONTAINER(box));

    for (GList *l = rows; l; l = l->next)
        gtk_widget_set_sensitive(
            l->data, !unused_is(l->data) &&
                         (!computing || g_object_get_data(G_OBJECT(l->data), "applied")));
    g_list_free(rows);
}

/* --------------------------------------------------------------------- devices */

static GtkWidget *device_combo(GimpProcedureConfig *config)
{
    DpsDeviceInfo device[DEVICES];
    int n = dps_devices(device, DEVICES);
    GtkWidget *combo = gtk_combo_box_text_new();

    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), "auto", _("The fastest there is"));
    for (int i = 0; i < n; i++)
        if (device[i].usable)
            gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), device[i].name, device[i].about);
    g_object_bind_property(config, "device", combo, "active-id",
                           G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
    if (!gtk_combo_box_get_active_id(GTK_COMBO_BOX(combo)))
        gtk_combo_box_set_active_id(GTK_COMBO_BOX(combo), "auto");
    return combo;
}

/* ------------------------------------------------------------------------ more */

/* Name and tooltip of a row are those of the procedure's argument. */
static void attach(GtkWidget *grid, int row, GimpProcedureConfig *config, const char *property,
                   GtkWidget *control, GtkWidget *widget)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(config), property);
    GtkWidget *label = gtk_label_new_with_mnemonic(g_param_spec_get_nick(spec));

    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), control);
    unused_follow(label, config, property);
    unused_follow(control, config, property);
    if (widget != control)
        unused_follow(widget, config, property);
    set_name(control, g_param_spec_get_nick(spec));
    gtk_widget_set_hexpand(widget, TRUE);
    gtk_grid_attach(GTK_GRID(grid), label, 0, row, 1, 1);
    gtk_grid_attach(GTK_GRID(grid), widget, 1, row, 1, 1);
    gtk_widget_show(label);
    gtk_widget_show(control);
    gtk_widget_show(widget);
}

/* Where 0 leaves the choice to the program, it says so. */
static gboolean on_output(GtkSpinButton *spin)
{
    if (gtk_spin_button_get_value(spin) != 0)
        return FALSE;
    gtk_entry_set_text(GTK_ENTRY(spin), _("automatic"));
    return TRUE;
}

static int on_input(GtkSpinButton *spin, double *value)
{
    if (!g_str_equal(gtk_entry_get_text(GTK_ENTRY(spin)), _("automatic")))
        return FALSE;
    *value = 0;
    return TRUE;
}

static void say_automatic(GtkWidget *spin)
{
    gtk_entry_set_width_chars(GTK_ENTRY(spin), (int) g_utf8_strlen(_("automatic"), -1) + 1);
    gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(spin), FALSE); /* or letters are left out */
    g_signal_connect(spin, "output", G_CALLBACK(on_output), NULL);
    g_signal_connect(spin, "input", G_CALLBACK(on_input), NULL);
    gtk_spin_button_update(GTK_SPIN_BUTTON(spin));
}

static GtkWidget *attach_number(GtkWidget *grid, int row, GimpProcedureConfig *config,
                                const char *property, double step, int digits)
{
    GtkWidget *spin = gimp_prop_spin_button_new(G_OBJECT(config), property, step, 10 * step,
                                                digits);

    attach(grid, row, config, property, spin, spin);
    return spin;
}

GtkWidget *settings_more(GimpProcedureConfig *config)
{
    GtkWidget *grid = gtk_grid_new(), *expander = expander_new(_("_More settings"), grid);
    GtkWidget *control, *box;

    gtk_grid_set_row_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_column_spacing(GTK_GRID(grid), 12);
    gtk_widget_set_margin_top(grid, 6);
    gtk_widget_set_margin_start(grid, 12);
    attach_number(grid, 0, config, "style-weight", 0.1, 2);
    say_automatic(attach_number(grid, 1, config, "size", 10, 0));
    box = networks_row(config, &control);
    attach(grid, 2, config, "network", control, box);
    control = device_combo(config);
    attach(grid, 3, config, "device", control, control);
    say_automatic(attach_number(grid, 4, config, "threads", 1, 0));
    attach_number(grid, 5, config, "seed", 1, 0);
    gtk_widget_show(expander);
    return expander;
}
