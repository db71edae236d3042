/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "brush.h"

/* How dense a stroke is shown, and how far a key moves the brush, of its radius. */
#define DENSITY 0.5
#define STEP 0.5

struct Brush {
    GtkWidget *widget;
    BrushFind find;
    BrushTold told;
    gpointer data;
    gboolean on, shown; /* shown: the brush is over the widget */
    double radius;
    float colour[3];
    BrushPoint at;
    GArray *stroke; /* of BrushPoint; empty while none is made */
};

static double radius_in(const Brush *brush, const BrushArea *area)
{
    return brush->radius * MAX(area->width, area->height);
}

/* ---------------------------------------------------------------------- drawing */

static gboolean on_draw(GtkWidget *widget, cairo_t *cr, Brush *brush)
{
    BrushArea area;
    double radius;

    brush->find(widget, &area);
    if (!brush->on || area.width <= 0)
        return FALSE;
    radius = radius_in(brush, &area);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cr, 2 * radius);
    cairo_set_source_rgba(cr, brush->colour[0], brush->colour[1], brush->colour[2], DENSITY);
    for (guint i = 0; i < brush->stroke->len; i++) {
        const BrushPoint *p = &g_array_index(brush->stroke, BrushPoint, i);

        cairo_line_to(cr, area.x + p->x * area.width, area.y + p->y * area.height);
        if (brush->stroke->len == 1)
            cairo_rel_line_to(cr, 0.01, 0);
    }
    cairo_stroke(cr);
    for (int i = 0; i < 2 && (brush->shown || gtk_widget_has_focus(widget)); i++) {
        cairo_set_line_width(cr, 1);
        cairo_set_source_rgb(cr, i, i, i);
        cairo_arc(cr, area.x + brush->at.x * area.width, area.y + brush->at.y * area.height,
                  MAX(2, radius - i), 0, 2 * G_PI);
        cairo_stroke(cr);
    }
    return FALSE;
}

/* ------------------------------------------------------------------------ mouse */

static gboolean go_to(Brush *brush, double x, double y)
{
    BrushArea area;

    brush->find(brush->widget, &area);
    if (!brush->on || area.width <= 0)
        return FALSE;
    brush->at.x = (x - area.x) / area.width;
    brush->at.y = (y - area.y) / area.height;
    brush->shown = TRUE;
    gtk_widget_queue_draw(brush->widget);
    return TRUE;
}

static void end_stroke(Brush *brush)
{
    if (brush->stroke->len)
        brush->told.stroke(brush, (const BrushPoint *) (const void *) brush->stroke->data,
                           brush->stroke->len, brush->data);
    g_array_set_size(brush->stroke, 0);
    gtk_widget_queue_draw(brush->widget);
}

static gboolean on_press(GtkWidget *widget, GdkEventButton *event, Brush *brush)
{
    if (event->button != GDK_BUTTON_PRIMARY || !go_to(brush, event->x, event->y))
        return FALSE;
    gtk_widget_grab_focus(widget);
    if (event->type == GDK_BUTTON_PRESS && !brush->stroke->len)
        g_array_append_val(brush->stroke, brush->at);
    return TRUE;
}

static gboolean on_motion(GtkWidget *widget, GdkEventMotion *event, Brush *brush)
{
    if (!go_to(brush, event->x, event->y))
        return FALSE;
    if (brush->stroke->len)
        g_array_append_val(brush->stroke, brush->at);
    return TRUE;
}

static gboolean on_release(GtkWidget *widget, GdkEventButton *event, Brush *brush)
{
    if (!brush->on || event->button != GDK_BUTTON_PRIMARY)
        return FALSE;
    end_stroke(brush);
    return TRUE;
}

static gboolean on_leave(GtkWidget *widget, GdkEventCrossing *event, Brush *brush)
{
    brush->shown = FALSE;
    gtk_widget_queue_draw(widget);
    return FALSE;
}

/* --------------------------------------------------------------------- keyboard */

static void step(Brush *brush, int x, int y)
{
    BrushArea area;
    double by;

    brush->find(brush->widget, &area);
    if (area.width <= 0)
        return;
    by = STEP * radius_in(brush, &area);
    brush->at.x = CLAMP(brush->at.x + x * by / area.width, 0, 1);
    brush->at.y = CLAMP(brush->at.y + y * by / area.height, 0, 1);
    gtk_widget_queue_draw(brush->widget);
}

static gboolean on_key(GtkWidget *widget, GdkEventKey *event, Brush *brush)
{
    if (!brush->on || event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK))
        return FALSE;
    switch (event->keyval) {
    case GDK_KEY_Left:
    case GDK_KEY_Right:
        step(brush, event->keyval == GDK_KEY_Left ? -1 : 1, 0);
        return TRUE;
    case GDK_KEY_Up:
    case GDK_KEY_Down:
        step(brush, 0, event->keyval == GDK_KEY_Up ? -1 : 1);
        return TRUE;
    case GDK_KEY_space:
        g_array_append_val(brush->stroke, brush->at);
        end_stroke(brush);
        return TRUE;
    case GDK_KEY_x:
        brush->told.swap(brush->data);
        return TRUE;
    case GDK_KEY_bracketleft:
    case GDK_KEY_bracketright:
        brush->told.resize(event->keyval == GDK_KEY_bracketleft ? -1 : 1, brush->data);
        return TRUE;
    }
    return FALSE;
}

/* ----------------------------------------------------------------------- making */

void brush_set(Brush *brush, double radius, const float colour[3])
{
    brush->radius = radius;
    for (int c = 0; c < 3; c++)
        brush->colour[c] = colour[c];
    gtk_widget_queue_draw(brush->widget);
}

void brush_set_on(Brush *brush, gboolean on)
{
    brush->on = on;
    g_array_set_size(brush->stroke, 0);
    gtk_widget_queue_draw(brush->widget);
}

static void brush_free(gpointer data)
{
    Brush *brush = data;

    g_array_unref(brush->stroke);
    g_free(brush);
}

Brush *brush_new(GtkWidget *widget, BrushFind find, const BrushTold *told, gpointer data)
{
    Brush *brush = g_new0(Brush, 1);

    brush->widget = widget;
    brush->find = find;
    brush->told = *told;
    brush->data = data;
    brush->at = (BrushPoint) { 0.5, 0.5 };
    brush->stroke = g_array_new(FALSE, FALSE, sizeof(BrushPoint));
    gtk_widget_set_can_focus(widget, TRUE);
    gtk_widget_add_events(widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |
                                      GDK_POINTER_MOTION_MASK | GDK_LEAVE_NOTIFY_MASK |
                                      GDK_KEY_PRESS_MASK);
    g_signal_connect_after(widget, "draw", G_CALLBACK(on_draw), brush);
    g_signal_connect(widget, "button-press-event", G_CALLBACK(on_press), brush);
    g_signal_connect(widget, "button-release-event", G_CALLBACK(on_release), brush);
    g_signal_connect(widget, "motion-notify-event", G_CALLBACK(on_motion), brush);
    g_signal_connect(widget, "leave-notify-event", G_CALLBACK(on_leave), brush);
    g_signal_connect(widget, "key-press-event", G_CALLBACK(on_key), brush);
    g_object_set_data_full(G_OBJECT(widget), "brush", brush, brush_free);
    return brush;
}
