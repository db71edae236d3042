/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "strengths.h"

#include <glib/gi18n.h>
#include <stdlib.h>

#include "expander.h"

#define SLIDER_WIDTH 72 /* at least */
#define NAME_WIDTH 16   /* letters, at most */

typedef struct {
    GimpProcedureConfig *config;
    GtkWidget *box;
    char *names;      /* of the regions listed, one a line */
    gboolean filling; /* the sliders follow the config */
    gboolean setting; /* the config follows a slider */
} Strengths;

static const char *name_of(GtkWidget *row)
{
    return g_object_get_data(G_OBJECT(row), "region");
}

static void show_values(Strengths *strengths)
{
    GList *rows = gtk_container_get_children(GTK_CONTAINER(strengths->box));
    char *list;

    g_object_get(strengths->config, "strength", &list, NULL);
    strengths->filling = TRUE;
    for (GList *l = rows; l; l = l->next)
        gimp_label_spin_set_value(GIMP_LABEL_SPIN(l->data),
                                  100 * dps_strength_of(list, name_of(l->data)));
    strengths->filling = FALSE;
    g_list_free(rows);
    g_free(list);
}

static void on_strength(GObject *config, GParamSpec *spec, GtkWidget *widget)
{
    Strengths *strengths = g_object_get_data(G_OBJECT(widget), "strengths");

    if (!strengths->setting)
        show_values(strengths);
}

static void on_value(GtkWidget *row, Strengths *strengths)
{
    double value = gimp_label_spin_get_value(GIMP_LABEL_SPIN(row));
    char *list, *with;

    if (strengths->filling)
        return;
    g_object_get(strengths->config, "strength", &list, NULL);
    with = dps_strength_with(list, name_of(row), value / 100);
    strengths->setting = TRUE;
    if (with)
        g_object_set(strengths->config, "strength", with, NULL);
    strengths->setting = FALSE;
    free(with);
    g_free(list);
}

/* For screen readers. */
static void set_name(GtkWidget *widget, const char *region)
{
    char *name = g_strdup_printf(_("Strength of “%s”"), region);

    atk_object_set_name(gtk_widget_get_accessible(widget), name);
    g_free(name);
}

/* Underscores of a name choose nothing. */
static void add_row(Strengths *strengths, const DpsRegionReport *region)
{
    const char *shown = region->unnamed ? _(region->name) : region->name;
    char **parts = g_strsplit(shown, "_", -1), *text = g_strjoinv("__", parts);
    GtkWidget *row = gimp_scale_entry_new(text, 100, 0, 100, 0);
    GtkWidget *label = gimp_labeled_get_label(GIMP_LABELED(row));
    GtkWidget *range = gimp_scale_entry_get_range(GIMP_SCALE_ENTRY(row));
    char *tooltip = g_strdup_printf(_("How much of the transfer “%s” gets, in per cent"), shown);

    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_MIDDLE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), NAME_WIDTH);
    gtk_widget_set_size_request(range, SLIDER_WIDTH, -1);
    gtk_widget_set_tooltip_text(row, tooltip);
    gtk_widget_set_tooltip_text(label, tooltip);
    set_name(gimp_label_spin_get_spin_button(GIMP_LABEL_SPIN(row)), shown);
    set_name(range, shown);
    g_object_set_data_full(G_OBJECT(row), "region", g_strdup(region->name), g_free);
    g_signal_connect(row, "value-changed", G_CALLBACK(on_value), strengths);
    gtk_box_pack_start(GTK_BOX(strengths->box), row, FALSE, FALSE, 0);
    gtk_widget_show(row);
    g_free(tooltip);
    g_free(text);
    g_strfreev(parts);
}

static void clear(Strengths *strengths)
{
    GList *rows = gtk_container_get_children(GTK_CONTAINER(strengths->box));

    for (GList *l = rows; l; l = l->next)
        gtk_widget_destroy(l->data);
    g_list_free(rows);
}

/* Those that take anything from the style, where there are several. */
static gboolean is_listed(const DpsRegionReport *region)
{
    return region->matched || region->borrowed;
}

static char *names_of(const DpsResult *result)
{
    GString *names = g_string_new(NULL);

    for (int k = 0; result && result->regions > 1 && k < result->regions; k++)
        if (is_listed(&result->region[k]))
            g_string_append_printf(names, "%s\n", result->region[k].name);
    return g_string_free(names, FALSE);
}

static void strengths_free(gpointer data)
{
    Strengths *strengths = data;

    g_free(strengths->names);
    g_free(strengths);
}

GtkWidget *strengths_new(GimpProcedureConfig *config)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    GtkWidget *expander = expander_new(_("Strength of each region"), box);
    Strengths *strengths = g_new0(Strengths, 1);

    strengths->config = config;
    strengths->names = g_strdup("");
    strengths->box = box;
    gtk_widget_set_margin_start(box, 12);
    gtk_widget_set_tooltip_text(expander, _("How much of the transfer single regions get: at once, "
                                            "without computing anew"));
    gtk_widget_set_no_show_all(expander, TRUE);
    g_signal_connect_object(config, "notify::strength", G_CALLBACK(on_strength), expander, 0);
    g_object_set_data_full(G_OBJECT(expander), "strengths", strengths, strengths_free);
    return expander;
}

void strengths_show(GtkWidget *widget, const DpsResult *result)
{
    Strengths *strengths = g_object_get_data(G_OBJECT(widget), "strengths");
    char *names = names_of(result);

    if (!g_str_equal(names, strengths->names)) {
        clear(strengths);
        for (int k = 0; *names && k < result->regions; k++)
            if (is_listed(&result->region[k]))
                add_row(strengths, &result->region[k]);
        show_values(strengths);
        gtk_widget_set_visible(widget, *names);
    }
    g_free(strengths->names);
    strengths->names = names;
}
