/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Mouse and keyboard in the large view. */

#include "photo-view-private.h"

#include <math.h>

/* How near to the line the mouse must be to take it, and how far a key moves things. */
#define NEAR 8
#define STEP 40
#define SPLIT_STEP 0.02

static gboolean at_line(DpsPhotoView *view, double x)
{
    int width = gtk_widget_get_allocated_width(GTK_WIDGET(view));

    return view->split && !view->before && fabs(x - view->line * width) <= NEAR;
}

static void set_cursor(GtkWidget *widget, const char *name)
{
    GdkCursor *cursor = name ? gdk_cursor_new_from_name(gtk_widget_get_display(widget), name)
                             : NULL;

    gdk_window_set_cursor(gtk_widget_get_window(widget), cursor);
    g_clear_object(&cursor);
}

gboolean photo_view_press(GtkWidget *widget, GdkEventButton *event)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(widget);

    if (event->button != GDK_BUTTON_PRIMARY)
        return FALSE;
    gtk_widget_grab_focus(widget);
    view->x = event->x;
    view->y = event->y;
    if (event->type == GDK_2BUTTON_PRESS)
        photo_view_zoom_at(view, view->zoom > 0 ? 0 : 1, event->x, event->y);
    view->hold = at_line(view, event->x)           ? HOLD_LINE
                 : photo_view_move(view, 0, 0)     ? HOLD_PHOTO
                 : event->type == GDK_BUTTON_PRESS ? HOLD_BEFORE
                                                   : HOLD_NOTHING;
    gtk_widget_queue_draw(widget);
    return TRUE;
}

gboolean photo_view_release(GtkWidget *widget, GdkEventButton *event)
{
    DPS_PHOTO_VIEW(widget)->hold = HOLD_NOTHING;
    gtk_widget_queue_draw(widget);
    return TRUE;
}

gboolean photo_view_motion(GtkWidget *widget, GdkEventMotion *event)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(widget);
    int scale = gtk_widget_get_scale_factor(widget);

    if (view->hold == HOLD_LINE) {
        view->line = CLAMP(event->x / gtk_widget_get_allocated_width(widget), 0, 1);
        gtk_widget_queue_draw(widget);
    } else if (view->hold == HOLD_PHOTO) {
        photo_view_move(view, (view->x - event->x) * scale, (view->y - event->y) * scale);
    } else {
        set_cursor(widget, at_line(view, event->x) ? "ew-resize" : NULL);
    }
    view->x = event->x;
    view->y = event->y;
    return TRUE;
}

/* One up or down in the row of fit, 100 % and 200 %. */
static double next_zoom(DpsPhotoView *view, int direction)
{
    double zoom = view->zoom + direction;

    return CLAMP(zoom, 0, 2);
}

gboolean photo_view_scroll(GtkWidget *widget, GdkEventScroll *event)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(widget);

    if (event->direction != GDK_SCROLL_UP && event->direction != GDK_SCROLL_DOWN)
        return FALSE;
    photo_view_zoom_at(view, next_zoom(view, event->direction == GDK_SCROLL_UP ? 1 : -1), event->x,
                       event->y);
    return TRUE;
}

static void toggle(DpsPhotoView *view, const char *property)
{
    gboolean on;

    g_object_get(view, property, &on, NULL);
    g_object_set(view, property, !on, NULL);
}

static void press_arrow(DpsPhotoView *view, int x, int y, gboolean shift)
{
    if (!shift && photo_view_move(view, x * STEP, y * STEP))
        return;
    view->line = CLAMP(view->line + x * SPLIT_STEP, 0, 1);
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

gboolean photo_view_key(GtkWidget *widget, GdkEventKey *event)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(widget);
    gboolean shift = (event->state & GDK_SHIFT_MASK) != 0;

    if (event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK))
        return FALSE;
    switch (event->keyval) {
    case GDK_KEY_0:
    case GDK_KEY_1:
    case GDK_KEY_2:
        g_object_set(view, "zoom", (double) (event->keyval - GDK_KEY_0), NULL);
        return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_KP_Add:
        g_object_set(view, "zoom", next_zoom(view, 1), NULL);
        return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
        g_object_set(view, "zoom", next_zoom(view, -1), NULL);
        return TRUE;
    case GDK_KEY_b:
        toggle(view, "before");
        return TRUE;
    case GDK_KEY_s:
        toggle(view, "split");
        return TRUE;
    case GDK_KEY_r:
        toggle(view, "tint");
        return TRUE;
    case GDK_KEY_Left:
    case GDK_KEY_Right:
        press_arrow(view, event->keyval == GDK_KEY_Left ? -1 : 1, 0, shift);
        return TRUE;
    case GDK_KEY_Up:
    case GDK_KEY_Down:
        press_arrow(view, 0, event->keyval == GDK_KEY_Up ? -1 : 1, FALSE);
        return TRUE;
    }
    return FALSE;
}
