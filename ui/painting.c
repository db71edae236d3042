/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "painting.h"

#include <glib/gi18n.h>
#include <math.h>

#include "brush.h"
#include "overlay.h"
#include "photo-view.h"
#include "plug-in/region-channel.h"
#include "plug-in/region-colour.h"
#include "preview.h"

/* The brush's radius, in per cent of the photo's longer side. */
#define LEAST 0.5
#define MOST 15.0
#define USUAL 4.0

struct Painting {
    GimpDrawable *photo[2]; /* content and style, as all that follows */
    Brush *brush[2];
    GtkWidget *content_view, *bar, *erase, *size, *undo;
    PairList *pairs;
    int row;                  /* -1: nothing is painted */
    GimpChannel *last;        /* that a stroke went to, borrowed */
    ChannelPart *before;      /* what it was there */
};

/* ---------------------------------------------------------------------- strokes */

/* A small picture of the photo, as the screen has it; empty when memory is short. */
static void read_guide(GimpDrawable *photo, DpsImage *guide)
{
    cairo_surface_t *small = preview_surface(photo, OVERLAY_SIDE, OVERLAY_SIDE);
    int width = cairo_image_surface_get_width(small);
    int height = cairo_image_surface_get_height(small);

    if (dps_image_init(guide, 3, width, height))
        for (int y = 0; y < height; y++) {
            const guint32 *row = (const guint32 *) (const void *) (
                cairo_image_surface_get_data(small) +
                (gsize) y * cairo_image_surface_get_stride(small));

            for (int x = 0; x < width; x++)
                for (int c = 0; c < 3; c++)
                    guide->data[((gsize) c * height + y) * width + x] =
                        (row[x] >> (16 - 8 * c) & 255) / 255.0f;
        }
    cairo_surface_destroy(small);
}

/* How far a place is from the line between two others. */
static double distance(double x, double y, const BrushPoint *a, const BrushPoint *b, int width,
                       int height)
{
    double ax = a->x * width, ay = a->y * height, dx = b->x * width - ax, dy = b->y * height - ay;
    double length = dx * dx + dy * dy;
    double t = length > 0 ? CLAMP(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) : 0;

    return hypot(x - ax - t * dx, y - ay - t * dy);
}

/* Lays discs of this radius along the stroke. */
static void lay_stroke(const BrushPoint *point, int points, double radius, DpsImage *stroke)
{
    int width = stroke->width, height = stroke->height;

    for (int i = 0; i < points; i++) {
        const BrushPoint *a = &point[MAX(0, i - 1)], *b = &point[i];
        int left = (int) (MIN(a->x, b->x) * width - radius - 1);
        int right = (int) (MAX(a->x, b->x) * width + radius + 1);
        int top = (int) (MIN(a->y, b->y) * height - radius - 1);
        int bottom = (int) (MAX(a->y, b->y) * height + radius + 1);

        for (int y = MAX(0, top); y <= MIN(height - 1, bottom); y++)
            for (int x = MAX(0, left); x <= MIN(width - 1, right); x++)
                if (distance(x + 0.5, y + 0.5, a, b, width, height) <= radius)
                    stroke->data[(gsize) y * width + x] = 1;
    }
}

/* What the stroke marks of the photo; FALSE when memory is short. */
static gboolean grow(Painting *painting, int side, const BrushPoint *point, int points,
                     DpsImage *grown)
{
    const DpsWork work = { .threads = gimp_get_num_processors() };
    DpsImage guide = { 0 }, stroke = { 0 };
    double radius = gtk_range_get_value(GTK_RANGE(painting->size)) / 100;
    gboolean good;

    *grown = (DpsImage) { 0 };
    read_guide(painting->photo[side], &guide);
    good = guide.data && dps_image_init(&stroke, 1, guide.width, guide.height);
    if (good) {
        radius = MAX(0.5, radius * MAX(guide.width, guide.height));
        lay_stroke(point, points, radius, &stroke);
        good = dps_stroke_grow(&guide, &stroke, MAX(1, (int) (radius / 2)), &work, grown) == DPS_OK;
    }
    dps_image_clear(&guide);
    dps_image_clear(&stroke);
    return good;
}

/* The channel to paint on: the row's own, or a new one with what the row's mask covers. */
static GimpChannel *channel_of(Painting *painting, int side)
{
    GimpDrawable *mask[2], *photo = painting->photo[side];
    GimpChannel *channel;
    DpsImage cover = { 0 };
    char *name;

    pair_list_get(painting->pairs, painting->row, &mask[0], &mask[1]);
    if (GIMP_IS_CHANNEL(mask[side]) && !GIMP_IS_LAYER_MASK(mask[side]))
        return GIMP_CHANNEL(mask[side]);
    if (mask[side])
        layers_read_mask(mask[side], photo, LAYERS_MASK_SIDE, &cover, NULL);
    name = g_strdup_printf(_("Region %d"), painting->row + 1);
    channel = region_channel_add(photo, name, painting->row, 0, cover.data ? &cover : NULL);
    pair_list_choose(painting->pairs, painting->row, side ? NULL : GIMP_DRAWABLE(channel),
                     painting->row, side ? GIMP_DRAWABLE(channel) : NULL, painting->photo[1]);
    g_free(name);
    dps_image_clear(&cover);
    return channel;
}

static void keep(Painting *painting, GimpChannel *channel, ChannelPart *before)
{
    region_channel_part_free(painting->before);
    painting->last = channel;
    painting->before = before;
    gtk_widget_set_sensitive(painting->undo, before != NULL);
}

static void on_stroke(Brush *brush, const BrushPoint *point, int points, gpointer data)
{
    Painting *painting = data;
    int side = brush == painting->brush[1];
    GimpDrawable *photo = painting->photo[side];
    gboolean erase = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(painting->erase));
    GimpChannel *channel;
    GimpImage *image;
    DpsImage grown;

    if (!photo || painting->row < 0 || !gimp_item_is_valid(GIMP_ITEM(photo)) ||
        !grow(painting, side, point, points, &grown))
        return;
    image = gimp_item_get_image(GIMP_ITEM(photo));
    gimp_image_undo_group_start(image);
    channel = channel_of(painting, side);
    keep(painting, channel, region_channel_paint(channel, photo, &grown, erase));
    gimp_image_undo_group_end(image);
    gimp_displays_flush();
    dps_image_clear(&grown);
    pair_list_touch(painting->pairs);
}

static void on_undo(Painting *painting)
{
    if (painting->before && gimp_item_is_valid(GIMP_ITEM(painting->last)))
        region_channel_put_back(painting->last, painting->before);
    keep(painting, NULL, NULL);
    gimp_displays_flush();
    pair_list_touch(painting->pairs);
}

/* -------------------------------------------------------------------------- bar */

static void set_brushes(Painting *painting)
{
    double radius = gtk_range_get_value(GTK_RANGE(painting->size)) / 100;
    int region = painting->row < 0
                     ? 0
                     : together_first(pair_list_together(painting->pairs), painting->row);

    for (int i = 0; i < 2; i++) {
        brush_set(painting->brush[i], radius, region_colour(region));
        brush_set_on(painting->brush[i], painting->row >= 0 && painting->photo[i]);
    }
}

static void on_resize(int direction, gpointer data)
{
    GtkRange *size = GTK_RANGE(((Painting *) data)->size);

    gtk_range_set_value(size, gtk_range_get_value(size) * (direction < 0 ? 0.8 : 1.25));
}

static void on_swap(gpointer data)
{
    GtkToggleButton *erase = GTK_TOGGLE_BUTTON(((Painting *) data)->erase);

    gtk_toggle_button_set_active(erase, !gtk_toggle_button_get_active(erase));
}

static void find_in_view(GtkWidget *view, BrushArea *area)
{
    photo_view_get_area(view, &area->x, &area->y, &area->width, &area->height);
}

static void find_in_preview(GtkWidget *view, BrushArea *area)
{
    GdkRectangle place;

    preview_get_area(view, &place);
    *area = (BrushArea) { place.x, place.y, place.width, place.height };
}

static void make_bar(Painting *painting)
{
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *label, *text;

    painting->bar = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    text = gtk_label_new(_("Paint over the region, roughly, in your photo and in the style: it grows "
                           "to the edges."));
    gtk_label_set_line_wrap(GTK_LABEL(text), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(text), 50);
    gtk_label_set_xalign(GTK_LABEL(text), 0.0);
    painting->erase = gtk_check_button_new_with_mnemonic(_("Erase (x)"));
    gtk_widget_set_tooltip_text(painting->erase, _("Take away from the region what is painted over"));
    label = gtk_label_new(_("Brush"));
    painting->size = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, LEAST, MOST, 0.5);
    gtk_scale_set_draw_value(GTK_SCALE(painting->size), FALSE);
    gtk_range_set_value(GTK_RANGE(painting->size), USUAL);
    gtk_widget_set_size_request(painting->size, 72, -1);
    gtk_widget_set_tooltip_text(painting->size,
                                _("How large the brush is. In the pictures, [ and ] make it smaller "
                                  "and larger, the arrow keys move it and space paints."));
    atk_object_set_name(gtk_widget_get_accessible(painting->size), _("Brush"));
    painting->undo = gtk_button_new_with_mnemonic(_("Undo Stroke"));
    gtk_widget_set_tooltip_text(painting->undo, _("Take back the last stroke"));
    gtk_widget_set_sensitive(painting->undo, FALSE);
    g_signal_connect_swapped(painting->size, "value-changed", G_CALLBACK(set_brushes), painting);
    g_signal_connect_swapped(painting->undo, "clicked", G_CALLBACK(on_undo), painting);
    gtk_box_pack_start(GTK_BOX(line), label, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(line), painting->size, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(line), painting->erase, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(line), painting->undo, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(painting->bar), text, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(painting->bar), line, FALSE, FALSE, 0);
    gtk_widget_show_all(painting->bar);
    gtk_widget_hide(painting->bar);
    gtk_widget_set_no_show_all(painting->bar, TRUE);
}

/* ----------------------------------------------------------------------- public */

void painting_set_row(Painting *painting, int row)
{
    painting->row = row;
    gtk_widget_set_visible(painting->bar, row >= 0);
    if (row >= 0)
        g_object_set(painting->content_view, "tint", TRUE, NULL);
    set_brushes(painting);
}

void painting_set_style(Painting *painting, GimpDrawable *style)
{
    painting->photo[1] = style;
    set_brushes(painting);
}

GtkWidget *painting_widget(Painting *painting)
{
    return painting->bar;
}

static void painting_free(gpointer data)
{
    Painting *painting = data;

    region_channel_part_free(painting->before);
    g_free(painting);
}

Painting *painting_new(GimpDrawable *content, GtkWidget *content_view, GtkWidget *style_view,
                       PairList *pairs)
{
    const BrushTold told = { on_stroke, on_resize, on_swap };
    Painting *painting = g_new0(Painting, 1);

    painting->photo[0] = content;
    painting->content_view = content_view;
    painting->pairs = pairs;
    painting->row = -1;
    painting->brush[0] = brush_new(content_view, find_in_view, &told, painting);
    painting->brush[1] = brush_new(style_view, find_in_preview, &told, painting);
    make_bar(painting);
    set_brushes(painting);
    g_object_set_data_full(G_OBJECT(painting->bar), "painting", painting, painting_free);
    return painting;
}
