/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "photo-place.h"

#include <math.h>

static int origin(double size, int room, double middle)
{
    if (size <= room)
        return (int) floor((size - room) / 2);
    return (int) CLAMP(middle * size - room / 2.0, 0, size - room);
}

void photo_place_find(PhotoPlace *place, double zoom, double middle_x, double middle_y)
{
    place->zoom = zoom;
    if (zoom <= 0)
        place->zoom = MIN((double) place->width / place->photo_width,
                          (double) place->height / place->photo_height);
    place->left = origin(place->photo_width * place->zoom, place->width, middle_x);
    place->top = origin(place->photo_height * place->zoom, place->height, middle_y);
}

/* Along one side. */
static void find_range(const PhotoPlace *place, int origin, int room, int photo, int *from,
                       int *count)
{
    double scale = MIN(1.0, place->zoom), each = scale / place->zoom;
    int all = MAX(1, (int) (photo * scale));

    *from = MIN(all - 1, (int) (MAX(0, origin) * each));
    *count = MIN(all - *from, (int) ceil(room * each) + 1);
}

void photo_place_part(const PhotoPlace *place, PhotoPart *part)
{
    part->scale = MIN(1.0, place->zoom);
    find_range(place, place->left, place->width, place->photo_width, &part->x, &part->width);
    find_range(place, place->top, place->height, place->photo_height, &part->y, &part->height);
}

void photo_place_area(const PhotoPlace *place, GdkRectangle *area)
{
    area->x = MAX(0, -place->left);
    area->y = MAX(0, -place->top);
    area->width = MIN(place->width - 2 * area->x, (int) ceil(place->photo_width * place->zoom));
    area->height = MIN(place->height - 2 * area->y, (int) ceil(place->photo_height * place->zoom));
}

static void paint(cairo_t *cr, cairo_surface_t *surface, double width, double height, double zoom)
{
    cairo_set_source_surface(cr, surface, 0, 0);
    cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
    cairo_pattern_set_filter(cairo_get_source(cr), zoom > 1 && zoom == floor(zoom)
                                                       ? CAIRO_FILTER_NEAREST
                                                       : CAIRO_FILTER_GOOD);
    cairo_rectangle(cr, 0, 0, width, height);
    cairo_fill(cr);
}

void photo_place_paint(const PhotoPlace *place, cairo_t *cr, cairo_surface_t *surface,
                       const PhotoPart *part)
{
    double zoom = place->zoom / part->scale;

    cairo_save(cr);
    cairo_translate(cr, part->x * zoom - place->left, part->y * zoom - place->top);
    cairo_scale(cr, zoom, zoom);
    paint(cr, surface, part->width, part->height, zoom);
    cairo_restore(cr);
}

void photo_place_paint_over(const PhotoPlace *place, cairo_t *cr, cairo_surface_t *surface)
{
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);

    cairo_save(cr);
    cairo_translate(cr, -place->left, -place->top);
    cairo_scale(cr, place->photo_width * place->zoom / width,
                place->photo_height * place->zoom / height);
    paint(cr, surface, width, height, 1);
    cairo_restore(cr);
}
