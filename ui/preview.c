/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "preview.h"

/* On a small screen a preview becomes at most so many times smaller. */
#define LEAST 4

typedef struct {
    cairo_surface_t *picture, *overlay;
    char *empty;
    int width, height;
} Preview;

/* A drawing area that can become smaller than it wants to be. */
#define DPS_TYPE_FRAME (dps_frame_get_type())
G_DECLARE_FINAL_TYPE(DpsFrame, dps_frame, DPS, FRAME, GtkDrawingArea)

struct _DpsFrame {
    GtkDrawingArea parent_instance;
};

G_DEFINE_FINAL_TYPE(DpsFrame, dps_frame, GTK_TYPE_DRAWING_AREA)

static Preview *get(GtkWidget *widget)
{
    return g_object_get_data(G_OBJECT(widget), "preview");
}

static void frame_width(GtkWidget *widget, int *minimum, int *natural)
{
    *natural = get(widget)->width;
    *minimum = *natural / LEAST;
}

static void frame_height(GtkWidget *widget, int *minimum, int *natural)
{
    *natural = get(widget)->height;
    *minimum = *natural / LEAST;
}

static void dps_frame_class_init(DpsFrameClass *class)
{
    GTK_WIDGET_CLASS(class)->get_preferred_width = frame_width;
    GTK_WIDGET_CLASS(class)->get_preferred_height = frame_height;
}

static void dps_frame_init(DpsFrame *frame)
{
}

void preview_replace(cairo_surface_t **slot, cairo_surface_t *surface)
{
    if (surface)
        cairo_surface_reference(surface);
    g_clear_pointer(slot, cairo_surface_destroy);
    *slot = surface;
}

static void preview_free(gpointer data)
{
    Preview *preview = data;

    preview_replace(&preview->picture, NULL);
    preview_replace(&preview->overlay, NULL);
    g_free(preview->empty);
    g_free(preview);
}

cairo_surface_t *preview_surface(GimpDrawable *drawable, int width, int height)
{
    GeglBuffer *buffer = gimp_drawable_get_buffer(drawable);
    int full_width = gegl_buffer_get_width(buffer), full_height = gegl_buffer_get_height(buffer);
    double scale = MIN(1.0, MIN((double) width / full_width, (double) height / full_height));
    int w = MAX(1, (int) (full_width * scale)), h = MAX(1, (int) (full_height * scale));
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, w, h);

    gegl_buffer_get(buffer, GEGL_RECTANGLE(0, 0, w, h), scale, babl_format("cairo-ARGB32"),
                    cairo_image_surface_get_data(surface), cairo_image_surface_get_stride(surface),
                    GEGL_ABYSS_CLAMP);
    cairo_surface_mark_dirty(surface);
    g_object_unref(buffer);
    return surface;
}

/* -------------------------------------------------------------------- drawing */

/* Where a picture of this shape sits in the widget, as large as it can be. */
static void place(GtkWidget *widget, cairo_surface_t *surface, GdkRectangle *area)
{
    int width = gtk_widget_get_allocated_width(widget);
    int height = gtk_widget_get_allocated_height(widget);
    int w = cairo_image_surface_get_width(surface), h = cairo_image_surface_get_height(surface);
    double scale = MIN((double) width / w, (double) height / h);

    area->width = MAX(1, (int) (w * scale + 0.5));
    area->height = MAX(1, (int) (h * scale + 0.5));
    area->x = (width - area->width) / 2;
    area->y = (height - area->height) / 2;
}

static void paint(cairo_t *cr, cairo_surface_t *surface, const GdkRectangle *area)
{
    cairo_save(cr);
    cairo_rectangle(cr, area->x, area->y, area->width, area->height);
    cairo_clip(cr);
    cairo_translate(cr, area->x, area->y);
    cairo_scale(cr, (double) area->width / cairo_image_surface_get_width(surface),
                (double) area->height / cairo_image_surface_get_height(surface));
    cairo_set_source_surface(cr, surface, 0, 0);
    cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_GOOD);
    cairo_paint(cr);
    cairo_restore(cr);
}

void preview_paint_checks(cairo_t *cr, const GdkRectangle *area)
{
    const int side = 8;

    cairo_save(cr);
    cairo_rectangle(cr, area->x, area->y, area->width, area->height);
    cairo_clip(cr);
    cairo_set_source_rgb(cr, 0.6, 0.6, 0.6);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0.4, 0.4, 0.4);
    for (int y = 0; y * side < area->height; y++)
        for (int x = y % 2; x * side < area->width; x += 2)
            cairo_rectangle(cr, area->x + x * side, area->y + y * side, side, side);
    cairo_fill(cr);
    cairo_restore(cr);
}

static void paint_empty(GtkWidget *widget, cairo_t *cr, const char *text)
{
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    PangoLayout *layout = gtk_widget_create_pango_layout(widget, text);
    int width = gtk_widget_get_allocated_width(widget);
    int height = gtk_widget_get_allocated_height(widget), text_height;

    pango_layout_set_width(layout, MAX(1, width - 24) * PANGO_SCALE);
    pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_get_pixel_size(layout, NULL, &text_height);
    gtk_render_layout(style, cr, 12, (height - text_height) / 2, layout);
    g_object_unref(layout);
}

static gboolean on_draw(GtkWidget *widget, cairo_t *cr, Preview *preview)
{
    GdkRectangle area;

    gtk_render_background(gtk_widget_get_style_context(widget), cr, 0, 0,
                          gtk_widget_get_allocated_width(widget),
                          gtk_widget_get_allocated_height(widget));
    if (!preview->picture) {
        if (preview->empty)
            paint_empty(widget, cr, preview->empty);
        return TRUE;
    }
    place(widget, preview->picture, &area);
    preview_paint_checks(cr, &area);
    paint(cr, preview->picture, &area);
    if (preview->overlay)
        paint(cr, preview->overlay, &area);
    return TRUE;
}

/* ---------------------------------------------------------------------- public */

GtkWidget *preview_new(const char *name, int width, int height)
{
    GtkWidget *widget = g_object_new(DPS_TYPE_FRAME, NULL);
    Preview *preview = g_new0(Preview, 1);

    preview->width = width;
    preview->height = height;
    g_object_set_data_full(G_OBJECT(widget), "preview", preview, preview_free);
    gtk_style_context_add_class(gtk_widget_get_style_context(widget), GTK_STYLE_CLASS_VIEW);
    atk_object_set_name(gtk_widget_get_accessible(widget), name);
    atk_object_set_role(gtk_widget_get_accessible(widget), ATK_ROLE_IMAGE);
    g_signal_connect(widget, "draw", G_CALLBACK(on_draw), preview);
    gtk_widget_show(widget);
    return widget;
}

void preview_set_drawable(GtkWidget *widget, GimpDrawable *drawable, const char *empty)
{
    Preview *preview = get(widget);
    int scale = gtk_widget_get_scale_factor(widget);
    cairo_surface_t *surface = NULL;

    if (drawable)
        surface = preview_surface(drawable, preview->width * scale, preview->height * scale);
    preview_replace(&preview->picture, surface);
    g_clear_pointer(&surface, cairo_surface_destroy);
    g_free(preview->empty);
    preview->empty = g_strdup(empty);
    gtk_widget_queue_draw(widget);
}

void preview_set_overlay(GtkWidget *widget, cairo_surface_t *overlay)
{
    preview_replace(&get(widget)->overlay, overlay);
    gtk_widget_queue_draw(widget);
}

void preview_get_area(GtkWidget *widget, GdkRectangle *area)
{
    Preview *preview = get(widget);

    *area = (GdkRectangle) { 0 };
    if (preview->picture)
        place(widget, preview->picture, area);
}
