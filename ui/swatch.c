/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "swatch.h"

/* -------------------------------------------------------------------- swatches */

static gboolean on_draw(GtkWidget *widget, cairo_t *cr, gpointer data)
{
    const GdkRGBA *colour = g_object_get_data(G_OBJECT(widget), "colour");
    int x = (gtk_widget_get_allocated_width(widget) - SWATCH_SIDE) / 2;
    int y = (gtk_widget_get_allocated_height(widget) - SWATCH_SIDE) / 2;

    gdk_cairo_set_source_rgba(cr, colour);
    cairo_rectangle(cr, x, y, SWATCH_SIDE, SWATCH_SIDE);
    cairo_fill(cr);
    /* white and black are colours of label maps, and of windows */
    cairo_set_source_rgb(cr, 0.5, 0.5, 0.5);
    cairo_set_line_width(cr, 1);
    cairo_rectangle(cr, x + 0.5, y + 0.5, SWATCH_SIDE - 1, SWATCH_SIDE - 1);
    cairo_stroke(cr);
    return TRUE;
}

void swatch_set(GtkWidget *swatch, const float colour[3])
{
    GdkRGBA *kept = g_new(GdkRGBA, 1);

    *kept = (GdkRGBA) { colour[0], colour[1], colour[2], 1.0 };
    g_object_set_data_full(G_OBJECT(swatch), "colour", kept, g_free);
    gtk_widget_queue_draw(swatch);
}

GtkWidget *swatch_new(void)
{
    GtkWidget *swatch = gtk_drawing_area_new();

    gtk_widget_set_size_request(swatch, SWATCH_SIDE + 2, SWATCH_SIDE + 2);
    swatch_set(swatch, (const float[3]) { 0, 0, 0 });
    g_signal_connect(swatch, "draw", G_CALLBACK(on_draw), NULL);
    return swatch;
}

/* ------------------------------------------------------------------------ lists */

GtkWidget *legend_new(int columns)
{
    GtkWidget *grid = gtk_grid_new();

    gtk_grid_set_column_homogeneous(GTK_GRID(grid), columns > 1);
    gtk_grid_set_column_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_row_spacing(GTK_GRID(grid), 2);
    g_object_set_data(G_OBJECT(grid), "columns", GINT_TO_POINTER(columns));
    return grid;
}

void legend_clear(GtkWidget *legend)
{
    GList *entries = gtk_container_get_children(GTK_CONTAINER(legend));

    for (GList *l = entries; l; l = l->next)
        gtk_widget_destroy(l->data);
    g_list_free(entries);
}

void legend_add_widget(GtkWidget *legend, GtkWidget *mark, const char *text, gboolean faint)
{
    int columns = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(legend), "columns"));
    GList *entries = gtk_container_get_children(GTK_CONTAINER(legend));
    int n = g_list_length(entries);
    GtkWidget *entry = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = gtk_label_new(text);

    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    if (faint)
        gtk_style_context_add_class(gtk_widget_get_style_context(label),
                                    GTK_STYLE_CLASS_DIM_LABEL);
    gtk_box_pack_start(GTK_BOX(entry), mark, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(entry), label, TRUE, TRUE, 0);
    gtk_grid_attach(GTK_GRID(legend), entry, n % columns, n / columns, 1, 1);
    gtk_widget_show_all(entry);
    g_list_free(entries);
}

void legend_add(GtkWidget *legend, const float colour[3], const char *text, gboolean faint)
{
    GtkWidget *swatch = swatch_new();

    swatch_set(swatch, colour);
    legend_add_widget(legend, swatch, text, faint);
}
