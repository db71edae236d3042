/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* photo.h - a photo as the engine sees it, read once for as many runs as make use of it.
 *
 * Photos are counted: who keeps one takes a reference, in the main thread.  Nothing in them changes. */

#ifndef PHOTO_H
#define PHOTO_H

#include "layers.h"

typedef struct {
    int users;
    GimpDrawable *drawable; /* borrowed */
    DpsImage pixels;
    DpsLearnt *learnt; /* of a learnt style (learnt-layer.h), else NULL */
    DpsLook look;      /* of a look (look-layer.h), else an empty one */
} Photo;

/* What is shown of a layer, in this encoding, reduced as layers_read_photo says.  Of the content itself a
 * filter of ours doesn't count: `content` is true for it.  NULL and an error where memory is short, or a learnt
 * style or a look can't be used. */
Photo *photo_read(GimpDrawable *drawable, gboolean content, const Encoding *encoding, int most,
                  GError **error);

/* The photo with a long side of no less than `least` pixels, each the mean of a block; or the photo itself, where
 * that isn't smaller.  NULL where memory is short. */
Photo *photo_reduced(Photo *photo, int least);

Photo *photo_ref(Photo *photo);

/* NULL is fine. */
void photo_unref(Photo *photo);

#endif
