/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "view-bar.h"

#include <glib/gi18n.h>

static GtkWidget *add(GtkWidget *box, const char *label, const char *tooltip)
{
    GtkWidget *button = gtk_toggle_button_new_with_label(label);

    gtk_widget_set_tooltip_text(button, tooltip);
    gtk_box_pack_start(GTK_BOX(box), button, FALSE, FALSE, 0);
    return button;
}

/* ------------------------------------------------------------------------- zoom */

static gboolean is_zoom(GBinding *binding, const GValue *zoom, GValue *active, gpointer own)
{
    g_value_set_boolean(active, g_value_get_double(zoom) == GPOINTER_TO_INT(own));
    return TRUE;
}

/* A button that is pressed sets its zoom; the one that is down can't be released. */
static void on_zoom(GtkToggleButton *button, GtkWidget *view)
{
    double zoom, own = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "zoom"));

    g_object_get(view, "zoom", &zoom, NULL);
    if (gtk_toggle_button_get_active(button) != (zoom == own))
        g_object_set(view, "zoom", own, NULL);
}

static void add_zoom(GtkWidget *box, GtkWidget *view, int zoom, const char *label,
                     const char *tooltip)
{
    GtkWidget *button = add(box, label, tooltip);

    g_object_set_data(G_OBJECT(button), "zoom", GINT_TO_POINTER(zoom));
    g_object_bind_property_full(view, "zoom", button, "active", G_BINDING_SYNC_CREATE, is_zoom,
                                NULL, GINT_TO_POINTER(zoom), NULL);
    g_signal_connect_object(button, "toggled", G_CALLBACK(on_zoom), view, 0);
}

/* ---------------------------------------------------------------------- toggles */

static void add_toggle(GtkWidget *box, GtkWidget *view, const char *property, const char *label,
                       const char *tooltip)
{
    GtkWidget *button = add(box, label, tooltip);

    g_object_bind_property(view, property, button, "active",
                           G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
}

GtkWidget *view_bar_new(GtkWidget *view)
{
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *zoom = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    GtkWidget *sides = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    gtk_style_context_add_class(gtk_widget_get_style_context(zoom), GTK_STYLE_CLASS_LINKED);
    add_zoom(zoom, view, 0, _("Fit"), _("All of the photo (0)"));
    add_zoom(zoom, view, 1, _("100 %"), _("One pixel of the photo for one of the screen (1)"));
    add_zoom(zoom, view, 2, _("200 %"), _("Twice as large (2)"));
    add_toggle(sides, view, "split", _("Split"),
               _("The photo left of a line that can be dragged, the result right of it (s)"));
    add_toggle(sides, view, "before", _("Before"), _("The photo as it is (b, or press on it)"));
    add_toggle(sides, view, "tint", _("Regions"), _("Tint the regions in the photo (r)"));
    gtk_box_pack_start(GTK_BOX(bar), zoom, FALSE, FALSE, 0);
    gtk_box_pack_end(GTK_BOX(bar), sides, FALSE, FALSE, 0);
    gtk_widget_show_all(bar);
    return bar;
}
