/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "window-fit.h"

#include <limits.h>

/* Room for title bar and border, whose sizes can't be asked for before the window is on the screen. */
#define TITLE 40
#define BORDERS 8

typedef struct {
    int width, height; /* last asked for */
} Fit;

/* The part of the window's monitor that panels leave free, less title bar and border. */
static void free_area(GtkWidget *window, GdkRectangle *area)
{
    GdkDisplay *display = gtk_widget_get_display(window);
    GdkMonitor *monitor = NULL;

    if (gtk_widget_get_realized(window))
        monitor = gdk_display_get_monitor_at_window(display, gtk_widget_get_window(window));
    if (!monitor)
        monitor = gdk_display_get_primary_monitor(display);
    if (!monitor)
        monitor = gdk_display_get_monitor(display, 0);
    gdk_monitor_get_workarea(monitor, area);
    area->width -= BORDERS;
    area->height -= TITLE;
}

/* A window that the user has made larger stays so. */
static int follow(int now, int asked, int wanted, int room)
{
    return now > asked ? MAX(wanted, MIN(now, room)) : wanted;
}

static void keep_on_screen(GtkWindow *window, int width, int height, const GdkRectangle *area)
{
    int x, y, left, top;

    gtk_window_get_position(window, &x, &y);
    left = MAX(area->x, MIN(x, area->x + area->width - width));
    top = MAX(area->y, MIN(y, area->y + area->height - height));
    if (left != x || top != y)
        gtk_window_move(window, left, top);
}

/* Something in the window may want another size. */
static void on_check_resize(GtkContainer *container, Fit *fit)
{
    GtkWindow *window = GTK_WINDOW(container);
    GtkWidget *inside = gtk_bin_get_child(GTK_BIN(window));
    GdkRectangle area;
    int now_width, now_height, width, height, least;

    free_area(GTK_WIDGET(window), &area);
    gtk_widget_get_preferred_width(inside, &least, &width);
    width = MAX(least, MIN(width, area.width));
    gtk_widget_get_preferred_height_for_width(inside, width, &least, &height);
    height = MAX(least, MIN(height, area.height));
    if (width == fit->width && height == fit->height)
        return;

    gtk_window_get_size(window, &now_width, &now_height);
    now_width = follow(now_width, fit->width, width, area.width);
    now_height = follow(now_height, fit->height, height, area.height);
    fit->width = width;
    fit->height = height;
    gtk_window_resize(window, now_width, now_height);
    if (gtk_widget_get_mapped(GTK_WIDGET(window)))
        keep_on_screen(window, now_width, now_height, &area);
}

void window_fit(GtkWindow *window)
{
    Fit *fit = g_new(Fit, 1);

    fit->width = fit->height = INT_MAX;
    g_object_set_data_full(G_OBJECT(window), "fit", fit, g_free);
    g_signal_connect(window, "check-resize", G_CALLBACK(on_check_resize), fit);
}
