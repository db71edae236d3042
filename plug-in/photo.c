/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "photo.h"

Photo *photo_read(GimpDrawable *drawable, gboolean content, const Encoding *encoding, int most,
                  GError **error)
{
    GimpDrawable *rendered = layers_render(drawable, !content);
    Photo *photo = g_new0(Photo, 1);
    gboolean ok = layers_read_photo(rendered, encoding, most, &photo->pixels, error);

    layers_discard(rendered, drawable);
    photo->users = 1;
    photo->drawable = drawable;
    if (!ok)
        g_clear_pointer(&photo, photo_unref);
    return photo;
}

Photo *photo_ref(Photo *photo)
{
    photo->users++;
    return photo;
}

void photo_unref(Photo *photo)
{
    if (!photo || --photo->users)
        return;
    dps_image_clear(&photo->pixels);
    g_free(photo);
}
