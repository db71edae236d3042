/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* preview.h - a small picture in the dialog: a drawable, and regions tinted over it.
 *
 * A preview is a GtkWidget and owns copies of what it shows; it never changes an image.
 * Surfaces passed in are referenced, not taken over. */

#ifndef PREVIEW_H
#define PREVIEW_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

/* A frame of width x height pixels, or a quarter of that where there is no room; `name` is for
 * screen readers. */
GtkWidget *preview_new(const char *name, int width, int height);

/* Shows a drawable, reduced to fit; NULL shows `empty` as a text instead. */
void preview_set_drawable(GtkWidget *preview, GimpDrawable *drawable, const char *empty);

/* Regions, stretched over the drawable; NULL: none. */
/* Where the picture lies, in the widget's coordinates; empty: there is none. */
void preview_get_area(GtkWidget *preview, GdkRectangle *area);

void preview_set_overlay(GtkWidget *preview, cairo_surface_t *overlay);

/* A drawable in sRGB, reduced to fit width x height; the caller destroys it. */
cairo_surface_t *preview_surface(GimpDrawable *drawable, int width, int height);

/* The usual sign of transparency. */
void preview_paint_checks(cairo_t *cr, const GdkRectangle *area);

/* *slot becomes a reference to `surface`, which may be NULL. */
void preview_replace(cairo_surface_t **slot, cairo_surface_t *surface);

#endif
