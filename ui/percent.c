/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "percent.h"

#include <glib/gi18n.h>
#include <math.h>

typedef struct {
    GObject *config;
    GParamSpecDouble *weight;
    double span;
} Percent;

static double position(const Percent *percent, double weight)
{
    double place = 50 + 50 * log(weight / percent->weight->default_value) / log(percent->span);

    return weight > 0 ? CLAMP(round(place), 0, 100) : 0;
}

static gboolean to_position(GBinding *binding, const GValue *weight, GValue *place, gpointer data)
{
    g_value_set_double(place, position(data, g_value_get_double(weight)));
    return TRUE;
}

/* Not where the slider stands at the weight already: whole numbers know it only roughly. */
static gboolean to_weight(GBinding *binding, const GValue *place, GValue *weight, gpointer data)
{
    const Percent *percent = data;
    double now, place_now = round(g_value_get_double(place));

    g_object_get(percent->config, percent->weight->parent_instance.name, &now, NULL);
    if (place_now == position(percent, now))
        return FALSE;
    g_value_set_double(weight,
                       percent->weight->default_value * pow(percent->span, (place_now - 50) / 50));
    return TRUE;
}

static void show_weight(GtkWidget *scale)
{
    const Percent *percent = g_object_get_data(G_OBJECT(scale), "percent");
    GParamSpec *spec = G_PARAM_SPEC(percent->weight);
    double weight;
    char *text;

    g_object_get(percent->config, spec->name, &weight, NULL);
    text = g_strdup_printf(_("%s. In recipes and scripts: %s %.7g"), g_param_spec_get_blurb(spec),
                           spec->name, weight);
    gtk_widget_set_tooltip_text(scale, text);
    g_free(text);
}

GtkWidget *percent_new(GimpProcedureConfig *config, const char *property, double span)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(config), property);
    GtkWidget *scale = gimp_scale_entry_new(g_param_spec_get_nick(spec), 50, 0, 100, 0);
    Percent *percent = g_new(Percent, 1);
    char *signal = g_strconcat("notify::", property, NULL);

    *percent = (Percent) { G_OBJECT(config), G_PARAM_SPEC_DOUBLE(spec), span };
    g_object_set_data_full(G_OBJECT(scale), "percent", percent, g_free);
    g_object_bind_property_full(config, property, scale, "value",
                                G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE, to_position,
                                to_weight, percent, NULL);
    g_signal_connect_object(config, signal, G_CALLBACK(show_weight), scale, G_CONNECT_SWAPPED);
    show_weight(scale);
    g_free(signal);
    return scale;
}
