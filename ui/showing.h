/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* showing.h - what the large view shows: the photo, and what the present result makes of it.
 *
 * It reads the part of the photo that can be seen, at the size at which it is seen, and carries the
 * result to it, so that at 100 % each pixel is that of the finished layer.  Nothing is computed anew for
 * another amount: that is applied to the result there is. */

#ifndef SHOWING_H
#define SHOWING_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "plug-in/layers.h"

typedef struct Showing Showing;

/* Lives as long as its widget, a photo-view.h. */
Showing *showing_new(GimpDrawable *content, int width, int height);
GtkWidget *showing_widget(Showing *showing);

/* Reads the photo anew, without a result, where its size or the format of its pixels is another now; whether it was.
 * Until then nothing more of it is read. */
gboolean showing_follow(Showing *showing);

/* Reads the photo anew where its pixels are others now. */
void showing_reload(Showing *showing);

/* The result to show, borrowed until another one takes its place, and the options that are applied to it:
 * amount, take, detail.  NULL: none, the photo itself. */
void showing_set_field(Showing *showing, const DpsField *field);
void showing_set_options(Showing *showing, const DpsOptions *options);

/* All of the photo, with a result applied, small enough for width x height; the caller destroys it.  NULL
 * where that isn't possible. */
cairo_surface_t *showing_small(Showing *showing, const DpsField *field, const DpsOptions *options,
                               int width, int height);

/* A picture of an engine's image, in its encoding, for the screen; alpha may be NULL.  The caller
 * destroys it. */
cairo_surface_t *showing_surface(const DpsImage *image, const float *alpha,
                                 const Encoding *encoding);

#endif
