/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* layers.h - pixels between GIMP's drawables and the engine's pictures.
 *
 * Reads photos, masks and label maps, and writes a result into a layer, always in strips, so
 * that no second copy of a large photo is ever held.  It decides nothing about pairing, jobs or
 * undo.  Everything here talks to GIMP and is for the main thread only; the pictures that come
 * out are plain memory, which the caller frees with dps_image_clear.  Masks and label maps are in
 * layer-masks.c, the rest in layers.c. */

#ifndef LAYERS_H
#define LAYERS_H

#include <libgimp/gimp.h>

#include "dps.h"

/* Masks of larger photos are read reduced to about this long side: regions need no more. */
#define LAYERS_MASK_SIDE 4096

/* How a photo's values are written down: in the colour space of the content's image, with its
 * own tone curve, so that the engine sees the numbers that the image itself stores.  A space
 * with a linear curve is read with the sRGB curve: the engine expects display-encoded values. */
typedef struct {
    const Babl *space;
    gboolean linear; /* the space's own curve is linear */
    gboolean grey;   /* the content is greyscale: one value, repeated in three planes */
} Encoding;

void layers_encoding(GimpDrawable *content, Encoding *encoding);

/* The babl format of three (RGB) or four (RGBA) floats in this encoding. */
const Babl *layers_rgb_format(const Encoding *encoding, gboolean alpha);

/* What one sees of a layer with live filters: a copy outside the image, with the filters merged
 * into it, as large as the layer; with `ours` false, without filters that this plug-in made.  The layer
 * itself if it has none.  layers_discard deletes the copy, where there is one. */
GimpDrawable *layers_render(GimpDrawable *drawable, gboolean ours);
void layers_discard(GimpDrawable *rendered, GimpDrawable *drawable);

/* Long side of the picture that a stamp is made of: the largest that GIMP gives. */
#define LAYERS_STAMP_SIDE 1024

/* A number that is another one, with hardly an exception, once the picture is or one of the four numbers.  Takes the
 * picture, which may be NULL. */
guint layers_stamp_of(GBytes *picture, const int number[4]);

/* The same of a drawable's size and what one sees of it, with its filters. */
guint layers_stamp(GimpDrawable *drawable);

/* All of a drawable as a photo, with its alpha as the fourth plane unless it is 1 everywhere.  The
 * style is read in the content's encoding too, so that the same numbers mean the same colours.  With
 * `most` not 0, photos whose long side is at least twice as long are read reduced by a whole number, to no
 * less than that. */
gboolean layers_read_photo(GimpDrawable *drawable, const Encoding *encoding, int most,
                           DpsImage *out, GError **error);

/* Sets the error that there isn't enough memory for such a picture; always FALSE. */
gboolean layers_no_memory(int width, int height, GError **error);

/* A mask for `photo` as one plane, at most `most` pixels long.
 *
 * A mask in the photo's own image lies over it where it lies in the image, and covers nothing
 * beyond its edges; a mask of another image is stretched over the whole photo.  Channels, layer
 * masks and selections cover by their value.  A layer with transparency covers where it is
 * painted, whatever the colour; an opaque layer covers by its brightness. */
gboolean layers_read_mask(GimpDrawable *mask, GimpDrawable *photo, int most, DpsImage *out,
                          GError **error);

/* A label map for `photo` as three planes of the stored values, placed like a mask.  Reduced by
 * leaving pixels out, never by mixing them: a mixture of two labels is a third. */
gboolean layers_read_labels(GimpDrawable *labels, GimpDrawable *photo, int most, DpsImage *out,
                            GError **error);

/* The format in which the stored values of a channel's buffer are coverages. */
const Babl *layers_channel_format(GeglBuffer *buffer);

/* Writes `result` into `layer`, which has the size of `original`, with the alpha of `original`.
 * Where that is 0 the colours of `original` stay. */
void layers_write(GimpDrawable *layer, const DpsImage *result, GimpDrawable *original,
                  const Encoding *encoding);

/* A new image that nobody sees, of this precision and in sRGB, whose layer of this name is the picture, of three
 * planes.  The layer. */
GimpLayer *layers_new_image(const DpsImage *picture, GimpPrecision precision, const char *name);

/* The value of plane 0 of `mask` at relative position (u, v), both in 0..1, between its pixels
 * bilinearly. */
float layers_sample(const DpsImage *mask, double u, double v);

#endif
