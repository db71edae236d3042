/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "photo-view-private.h"

#include <math.h>

#include "preview.h"

/* On a small screen a view becomes at most so many times smaller. */
#define LEAST 5

G_DEFINE_FINAL_TYPE(DpsPhotoView, dps_photo_view, GTK_TYPE_DRAWING_AREA)

enum { PROP_ZOOM = 1, PROP_SPLIT, PROP_BEFORE, PROP_TINT, PROPS };

static GParamSpec *properties[PROPS];

/* -------------------------------------------------------------------- geometry */

void photo_view_find_place(DpsPhotoView *view, PhotoPlace *place)
{
    GtkWidget *widget = GTK_WIDGET(view);
    int scale = gtk_widget_get_scale_factor(widget);

    place->photo_width = view->width;
    place->photo_height = view->height;
    place->width = gtk_widget_get_allocated_width(widget) * scale;
    place->height = gtk_widget_get_allocated_height(widget) * scale;
    photo_place_find(place, view->zoom, view->middle_x, view->middle_y);
}

static gboolean ask(gpointer data)
{
    DpsPhotoView *view = data;
    PhotoPart part = { 0 };
    PhotoPlace place;

    view->asking = 0;
    if (!view->width || !gtk_widget_get_realized(GTK_WIDGET(view)))
        return G_SOURCE_REMOVE;
    photo_view_find_place(view, &place);
    photo_place_part(&place, &part);
    if (memcmp(&part, &view->asked, sizeof part) != 0) {
        view->asked = part;
        view->wanted(&part, view->data);
    }
    return G_SOURCE_REMOVE;
}

/* Something has moved. */
void photo_view_update(DpsPhotoView *view)
{
    if (!view->asking)
        view->asking = g_idle_add_full(GDK_PRIORITY_REDRAW - 5, ask, view, NULL);
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

/* By so many pixels of the screen. */
gboolean photo_view_move(DpsPhotoView *view, double x, double y)
{
    double width, height;
    PhotoPlace place;

    photo_view_find_place(view, &place);
    width = view->width * place.zoom;
    height = view->height * place.zoom;
    if (width <= place.width && height <= place.height)
        return FALSE;
    view->middle_x = CLAMP((place.left + place.width / 2.0 + x) / width, 0, 1);
    view->middle_y = CLAMP((place.top + place.height / 2.0 + y) / height, 0, 1);
    photo_view_update(view);
    return TRUE;
}

/* What is at x, y of the widget comes to its middle. */
void photo_view_zoom_at(DpsPhotoView *view, double zoom, double x, double y)
{
    int scale = gtk_widget_get_scale_factor(GTK_WIDGET(view));
    PhotoPlace place;

    photo_view_find_place(view, &place);
    view->middle_x = CLAMP((place.left + x * scale) / (view->width * place.zoom), 0, 1);
    view->middle_y = CLAMP((place.top + y * scale) / (view->height * place.zoom), 0, 1);
    g_object_set(view, "zoom", zoom, NULL);
}

/* --------------------------------------------------------------------- drawing */

static void paint_line(DpsPhotoView *view, cairo_t *cr, const PhotoPlace *place, double x)
{
    int scale = gtk_widget_get_scale_factor(GTK_WIDGET(view));

    cairo_set_line_width(cr, 3 * scale);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.5);
    for (int i = 0; i < 2; i++) {
        cairo_move_to(cr, x, 0);
        cairo_line_to(cr, x, place->height);
        cairo_stroke(cr);
        cairo_arc(cr, x, place->height / 2.0, (i ? 4 : 6) * scale, 0, 2 * G_PI);
        cairo_fill(cr);
        cairo_set_line_width(cr, scale);
        cairo_set_source_rgb(cr, 1, 1, 1);
    }
}

static gboolean view_draw(GtkWidget *widget, cairo_t *cr)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(widget);
    int scale = gtk_widget_get_scale_factor(widget);
    cairo_surface_t *after = view->surface[1];
    gboolean compare = view->before || view->hold == HOLD_BEFORE;
    GdkRectangle area;
    PhotoPlace place;

    gtk_render_background(gtk_widget_get_style_context(widget), cr, 0, 0,
                          gtk_widget_get_allocated_width(widget),
                          gtk_widget_get_allocated_height(widget));
    if (!view->surface[0])
        return TRUE;
    cairo_scale(cr, 1.0 / scale, 1.0 / scale);
    photo_view_find_place(view, &place);
    photo_place_area(&place, &area);
    preview_paint_checks(cr, &area);
    photo_place_paint(&place, cr, !after || compare ? view->surface[0] : after, &view->part);
    if (after && view->split && !compare) {
        double x = view->line * place.width;

        cairo_save(cr);
        cairo_rectangle(cr, 0, 0, x, place.height);
        cairo_clip(cr);
        preview_paint_checks(cr, &area);
        photo_place_paint(&place, cr, view->surface[0], &view->part);
        cairo_restore(cr);
        paint_line(view, cr, &place, x);
    }
    if (view->overlay && view->hold != HOLD_BEFORE && (view->tint || !after))
        photo_place_paint_over(&place, cr, view->overlay);
    if (gtk_widget_has_visible_focus(widget))
        gtk_render_focus(gtk_widget_get_style_context(widget), cr, 0, 0, place.width, place.height);
    return TRUE;
}

/* ----------------------------------------------------------------------- class */

static void view_width(GtkWidget *widget, int *minimum, int *natural)
{
    *natural = DPS_PHOTO_VIEW(widget)->wanted_width;
    *minimum = *natural / LEAST;
}

static void view_height(GtkWidget *widget, int *minimum, int *natural)
{
    *natural = DPS_PHOTO_VIEW(widget)->wanted_height;
    *minimum = *natural / LEAST;
}

static void view_allocate(GtkWidget *widget, GtkAllocation *allocation)
{
    GTK_WIDGET_CLASS(dps_photo_view_parent_class)->size_allocate(widget, allocation);
    photo_view_update(DPS_PHOTO_VIEW(widget));
}

static void view_realize(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(dps_photo_view_parent_class)->realize(widget);
    photo_view_update(DPS_PHOTO_VIEW(widget));
}

static void view_set(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(object);
    gboolean *flag[PROPS] = {
        [PROP_SPLIT] = &view->split, [PROP_BEFORE] = &view->before, [PROP_TINT] = &view->tint
    };

    if (id == PROP_ZOOM)
        view->zoom = g_value_get_double(value);
    else
        *flag[id] = g_value_get_boolean(value);
    photo_view_update(view);
}

static void view_get(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(object);
    const gboolean flag[PROPS] = {
        [PROP_SPLIT] = view->split, [PROP_BEFORE] = view->before, [PROP_TINT] = view->tint
    };

    if (id == PROP_ZOOM)
        g_value_set_double(value, view->zoom);
    else
        g_value_set_boolean(value, flag[id]);
}

static void view_dispose(GObject *object)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(object);

    if (view->asking)
        g_source_remove(view->asking);
    view->asking = 0;
    g_clear_pointer(&view->surface[0], cairo_surface_destroy);
    g_clear_pointer(&view->surface[1], cairo_surface_destroy);
    g_clear_pointer(&view->overlay, cairo_surface_destroy);
    G_OBJECT_CLASS(dps_photo_view_parent_class)->dispose(object);
}

static void dps_photo_view_class_init(DpsPhotoViewClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    static const char *const flags[PROPS] = {
        [PROP_SPLIT] = "split", [PROP_BEFORE] = "before", [PROP_TINT] = "tint"
    };

    G_OBJECT_CLASS(class)->set_property = view_set;
    G_OBJECT_CLASS(class)->get_property = view_get;
    G_OBJECT_CLASS(class)->dispose = view_dispose;
    widget->get_preferred_width = view_width;
    widget->get_preferred_height = view_height;
    widget->size_allocate = view_allocate;
    widget->realize = view_realize;
    widget->draw = view_draw;
    widget->button_press_event = photo_view_press;
    widget->button_release_event = photo_view_release;
    widget->motion_notify_event = photo_view_motion;
    widget->scroll_event = photo_view_scroll;
    widget->key_press_event = photo_view_key;
    properties[PROP_ZOOM] = g_param_spec_double("zoom", NULL, NULL, 0, 2, 0, G_PARAM_READWRITE);
    for (int i = PROP_SPLIT; i < PROPS; i++)
        properties[i] = g_param_spec_boolean(flags[i], NULL, NULL, FALSE, G_PARAM_READWRITE);
    g_object_class_install_properties(G_OBJECT_CLASS(class), PROPS, properties);
}

static void dps_photo_view_init(DpsPhotoView *view)
{
    view->middle_x = view->middle_y = view->line = 0.5;
}

/* ---------------------------------------------------------------------- public */

GtkWidget *photo_view_new(const char *name, int width, int height, PhotoViewWanted wanted,
                          gpointer data)
{
    DpsPhotoView *view = g_object_new(DPS_TYPE_PHOTO_VIEW, "can-focus", TRUE, NULL);
    GtkWidget *widget = GTK_WIDGET(view);
    AtkObject *accessible = gtk_widget_get_accessible(widget);

    view->wanted_width = width;
    view->wanted_height = height;
    view->wanted = wanted;
    view->data = data;
    gtk_widget_add_events(widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |
                                      GDK_POINTER_MOTION_MASK | GDK_SCROLL_MASK |
                                      GDK_KEY_PRESS_MASK);
    gtk_style_context_add_class(gtk_widget_get_style_context(widget), GTK_STYLE_CLASS_VIEW);
    atk_object_set_name(accessible, name);
    atk_object_set_role(accessible, ATK_ROLE_IMAGE);
    gtk_widget_show(widget);
    return widget;
}

void photo_view_set_size(GtkWidget *widget, int width, int height)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(widget);

    view->width = width;
    view->height = height;
    view->asked = (PhotoPart) { 0 };
    photo_view_update(view);
}

void photo_view_show(GtkWidget *widget, const PhotoPart *part, cairo_surface_t *before,
                     cairo_surface_t *after)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(widget);

    view->part = *part;
    preview_replace(&view->surface[0], before);
    preview_replace(&view->surface[1], after);
    gtk_widget_queue_draw(widget);
}

void photo_view_set_overlay(GtkWidget *widget, cairo_surface_t *overlay)
{
    preview_replace(&DPS_PHOTO_VIEW(widget)->overlay, overlay);
    gtk_widget_queue_draw(widget);
}

void photo_view_get_area(GtkWidget *widget, double *x, double *y, double *width, double *height)
{
    DpsPhotoView *view = DPS_PHOTO_VIEW(widget);
    double scale = gtk_widget_get_scale_factor(widget);
    PhotoPlace place;

    photo_view_find_place(view, &place);
    *x = -place.left / scale;
    *y = -place.top / scale;
    *width = view->width * place.zoom / scale;
    *height = view->height * place.zoom / scale;
}
