/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "unused.h"

#include <glib/gi18n.h>

#include "live.h"
#include "plug-in/learnt-layer.h"
#include "plug-in/look-layer.h"

typedef struct {
    GimpProcedureConfig *config;
    const char *option;
} Follower;

StyleKind unused_style_kind(GimpProcedureConfig *config)
{
    GimpDrawable *style = NULL;
    StyleKind kind = STYLE_PHOTO;

    g_object_get(config, "style", &style, NULL);
    if (style && gimp_item_is_valid(GIMP_ITEM(style)))
        kind = learnt_layer_is(style) ? STYLE_LEARNT
               : look_layer_is(style) ? STYLE_LOOK
                                      : STYLE_PHOTO;
    g_clear_object(&style);
    return kind;
}

gboolean unused_is_method(int preset)
{
    return preset == DPS_PRESET_ARTISTIC || preset == DPS_PRESET_REFERENCE;
}

/* NULL: the option makes a difference. */
static const char *why(const Follower *follower)
{
    static const char *const of_transfers[] = { "content-weight", "photorealism", "style-weight",
                                                "network",        "seed",         NULL };
    const char *option = follower->option;
    DpsOptions options;
    StyleKind kind;
    gboolean find;

    live_read_options(follower->config, &options);
    if (g_str_equal(option, "preset") && options.method == DPS_METHOD_TRANSFER &&
        unused_is_method(options.preset))
        return _("The chosen method has a quality of its own.");
    if (!g_strv_contains(of_transfers, option))
        return NULL;
    kind = unused_style_kind(follower->config);
    g_object_get(follower->config, "auto-regions", &find, NULL);
    if (g_str_equal(option, "seed") && find && kind != STYLE_LOOK)
        return NULL;
    if (options.method != DPS_METHOD_TRANSFER)
        return _("The chosen method changes colours only, and has no use for this.");
    if (kind == STYLE_LOOK)
        return _("The style is a look, a table of colours, which has no use for this.");
    if (kind == STYLE_LEARNT)
        return _("The style is a learnt one, for which this was settled when it was learnt.");
    if (g_str_equal(option, "photorealism") && dps_options_paint(&options))
        return _("The chosen method makes a painting, and has no use for this.");
    return NULL;
}

static void explain(GtkWidget *part, gpointer reason)
{
    gtk_widget_set_tooltip_text(part, reason);
}

static void show(GtkWidget *widget)
{
    const Follower *follower = g_object_get_data(G_OBJECT(widget), "follower");
    const char *reason = why(follower), *help;

    help = g_param_spec_get_blurb(
        g_object_class_find_property(G_OBJECT_GET_CLASS(follower->config), follower->option));
    g_object_set_data(G_OBJECT(widget), "unused", reason ? widget : NULL);
    gtk_widget_set_sensitive(widget, !reason);
    if (GIMP_IS_LABELED(widget)) /* whose own tooltip stays: its parts hide it */
        gtk_container_forall(GTK_CONTAINER(widget), explain, (gpointer) reason);
    else
        explain(widget, (gpointer) (reason ? reason : help));
}

void unused_follow(GtkWidget *widget, GimpProcedureConfig *config, const char *option)
{
    static const char *const causes[] = { "notify::method", "notify::preset", "notify::style",
                                          "notify::auto-regions" };
    Follower *follower = g_new(Follower, 1);

    *follower = (Follower) { config, option };
    g_object_set_data_full(G_OBJECT(widget), "follower", follower, g_free);
    for (gsize i = 0; i < G_N_ELEMENTS(causes); i++)
        g_signal_connect_object(config, causes[i], G_CALLBACK(show), widget, G_CONNECT_SWAPPED);
    show(widget);
}

gboolean unused_is(GtkWidget *widget)
{
    return g_object_get_data(G_OBJECT(widget), "unused") != NULL;
}
