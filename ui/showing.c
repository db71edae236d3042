/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "showing.h"

#include <glib/gi18n.h>

#include "photo-view.h"

/* Of a part of the photo; empty without colours. */
typedef struct {
    PhotoPart part;
    DpsImage colours;
    float *alpha;
} Pixels;

struct Showing {
    GimpDrawable *content, *rendered; /* rendered: with its live filters */
    Encoding encoding;
    GeglBuffer *buffer;
    const Babl *format; /* the content's, when it was opened */
    int width, height;  /* and its size */
    GtkWidget *view;
    const DpsField *field;
    DpsOptions options;

    Pixels pixels; /* that can be seen */
    cairo_surface_t *before;
    guint drawing; /* not 0: the result will be applied */
};

cairo_surface_t *showing_surface(const DpsImage *image, const float *alpha,
                                 const Encoding *encoding)
{
    const Babl *fish = babl_fish(layers_rgb_format(encoding, TRUE), babl_format("cairo-ARGB32"));
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, image->width,
                                                          image->height);
    gsize plane = (gsize) image->width * image->height;
    float *row = g_new(float, 4 * (gsize) image->width);

    for (int y = 0; y < image->height; y++) {
        gsize at = (gsize) y * image->width;

        for (int x = 0; x < image->width; x++) {
            const float *p = image->data + at + x;
            float grey = encoding->grey ? dps_luma(p[0], p[plane], p[2 * plane]) : 0;

            for (int c = 0; c < 3; c++)
                row[4 * x + c] = encoding->grey ? grey : p[c * plane];
            row[4 * x + 3] = alpha ? alpha[at + x] : 1.0f;
        }
        babl_process(fish, row,
                     cairo_image_surface_get_data(surface) +
                         (gsize) y * cairo_image_surface_get_stride(surface),
                     image->width);
    }
    cairo_surface_mark_dirty(surface);
    g_free(row);
    return surface;
}

/* -------------------------------------------------------------------- the photo */

static void open_photo(Showing *showing)
{
    GimpDrawable *content = showing->content;

    showing->rendered = layers_render(content, FALSE);
    showing->buffer = gimp_drawable_get_buffer(showing->rendered);
    showing->format = gimp_drawable_get_format(content);
    showing->width = gimp_drawable_get_width(content);
    showing->height = gimp_drawable_get_height(content);
    layers_encoding(content, &showing->encoding);
}

static void close_photo(Showing *showing)
{
    g_object_unref(showing->buffer);
    if (gimp_item_is_valid(GIMP_ITEM(showing->rendered)))
        layers_discard(showing->rendered, showing->content);
}

/* GIMP ends a plug-in that asks for tiles which a drawable has no longer. */
static gboolean can_read(const Showing *showing)
{
    GimpDrawable *content = showing->content;

    return gimp_item_is_valid(GIMP_ITEM(content)) &&
           gimp_item_is_valid(GIMP_ITEM(showing->rendered)) &&
           gimp_drawable_get_width(content) == showing->width &&
           gimp_drawable_get_height(content) == showing->height &&
           gimp_drawable_get_format(content) == showing->format;
}

/* A part's pixels as they are in the image; FALSE when memory is short. */
static gboolean read_part(Showing *showing, const PhotoPart *part, Pixels *pixels)
{
    gsize plane = (gsize) part->width * part->height;
    float *read = g_new(float, 4 * plane);

    *pixels = (Pixels) { .part = *part, .alpha = g_new(float, plane) };
    gegl_buffer_get(showing->buffer, GEGL_RECTANGLE(part->x, part->y, part->width, part->height),
                    part->scale, layers_rgb_format(&showing->encoding, TRUE), read,
                    GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
    if (dps_image_init(&pixels->colours, 3, part->width, part->height))
        for (gsize i = 0; i < plane; i++) {
            for (int c = 0; c < 3; c++)
                pixels->colours.data[c * plane + i] = read[4 * i + c];
            pixels->alpha[i] = read[4 * i + 3];
        }
    g_free(read);
    return pixels->colours.data != NULL;
}

static void clear_pixels(Pixels *pixels)
{
    dps_image_clear(&pixels->colours);
    g_free(pixels->alpha);
    *pixels = (Pixels) { 0 };
}

/* ------------------------------------------------------------------- the result */

/* The result as these options have it; NULL where there is no memory for it. */
static cairo_surface_t *apply(Showing *showing, const DpsField *result, const DpsOptions *options,
                              const Pixels *pixels)
{
    const DpsWork work = { .threads = gimp_get_num_processors() };
    double step = 1 / pixels->part.scale;
    DpsField field = { showing->width, showing->height, result->maps };
    cairo_surface_t *surface;
    DpsImage out;

    if (dps_field_finish(&field, (pixels->part.x + 0.5) * step, (pixels->part.y + 0.5) * step, step,
                         options, &pixels->colours, &work, &out) != DPS_OK)
        return NULL;
    surface = showing_surface(&out, pixels->alpha, &showing->encoding);
    dps_image_clear(&out);
    return surface;
}

cairo_surface_t *showing_small(Showing *showing, const DpsField *field, const DpsOptions *options,
                               int width, int height)
{
    int ratio = gtk_widget_get_scale_factor(showing->view);
    cairo_surface_t *surface = NULL;
    PhotoPart part = { 0 };
    Pixels pixels;

    if (!can_read(showing))
        return NULL;
    part.scale = MIN(1, ratio * MIN((double) width / showing->width,
                                    (double) height / showing->height));
    part.width = MAX(1, (int) (showing->width * part.scale));
    part.height = MAX(1, (int) (showing->height * part.scale));
    if (read_part(showing, &part, &pixels))
        surface = apply(showing, field, options, &pixels);
    if (surface)
        cairo_surface_set_device_scale(surface, ratio, ratio);
    clear_pixels(&pixels);
    return surface;
}

static gboolean draw(gpointer data)
{
    Showing *showing = data;
    cairo_surface_t *after = NULL;

    showing->drawing = 0;
    if (!showing->before)
        return G_SOURCE_REMOVE;
    if (showing->field)
        after = apply(showing, showing->field, &showing->options, &showing->pixels);
    photo_view_show(showing->view, &showing->pixels.part, showing->before, after);
    g_clear_pointer(&after, cairo_surface_destroy);
    return G_SOURCE_REMOVE;
}

/* However much changes before the next picture, it is made once. */
static void draw_soon(Showing *showing)
{
    if (!showing->drawing)
        showing->drawing = g_idle_add_full(GDK_PRIORITY_REDRAW - 2, draw, showing, NULL);
}

void showing_set_field(Showing *showing, const DpsField *field)
{
    showing->field = field;
    draw_soon(showing);
}

void showing_set_options(Showing *showing, const DpsOptions *options)
{
    showing->options = *options;
    draw_soon(showing);
}

static void on_wanted(const PhotoPart *part, gpointer data)
{
    Showing *showing = data;

    if (!can_read(showing))
        return;
    clear_pixels(&showing->pixels);
    g_clear_pointer(&showing->before, cairo_surface_destroy);
    if (read_part(showing, part, &showing->pixels))
        showing->before = showing_surface(&showing->pixels.colours, showing->pixels.alpha,
                                          &showing->encoding);
    draw(showing);
}

/* ------------------------------------------------------------------------ making */

static void showing_free(gpointer data)
{
    Showing *showing = data;

    if (showing->drawing)
        g_source_remove(showing->drawing);
    close_photo(showing);
    g_clear_pointer(&showing->before, cairo_surface_destroy);
    clear_pixels(&showing->pixels);
    g_free(showing);
}

Showing *showing_new(GimpDrawable *content, int width, int height)
{
    Showing *showing = g_new0(Showing, 1);

    showing->content = content;
    open_photo(showing);
    dps_options_default(&showing->options);
    showing->view = photo_view_new(_("Your photo, before and after"), width, height, on_wanted,
                                   showing);
    photo_view_set_size(showing->view, showing->width, showing->height);
    g_object_set_data_full(G_OBJECT(showing->view), "showing", showing, showing_free);
    return showing;
}

gboolean showing_follow(Showing *showing)
{
    if (can_read(showing))
        return FALSE;
    close_photo(showing);
    open_photo(showing);
    g_clear_pointer(&showing->before, cairo_surface_destroy);
    showing->field = NULL;
    photo_view_set_size(showing->view, showing->width, showing->height);
    return TRUE;
}

void showing_reload(Showing *showing)
{
    PhotoPart part = showing->pixels.part;

    if (!can_read(showing))
        return;
    close_photo(showing);
    open_photo(showing);
    if (showing->before)
        on_wanted(&part, showing);
}

GtkWidget *showing_widget(Showing *showing)
{
    return showing->view;
}
