/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "photo.h"

#include "learnt-layer.h"
#include "look-layer.h"

#include <glib/gi18n.h>

Photo *photo_read(GimpDrawable *drawable, gboolean content, const Encoding *encoding, int most,
                  GError **error)
{
    GimpDrawable *rendered;
    Photo *photo;
    gboolean ok;

    if (!gimp_item_is_valid(GIMP_ITEM(drawable))) {
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("The style, or another photo that was chosen, has been closed. "
                              "Choose one that is open."));
        return NULL;
    }
    rendered = layers_render(drawable, !content);
    photo = g_new0(Photo, 1);
    ok = layers_read_photo(rendered, encoding, most, &photo->pixels, error);
    layers_discard(rendered, drawable);
    photo->users = 1;
    photo->drawable = drawable;
    ok = ok && (content || (learnt_layer_read(drawable, &photo->learnt, error) &&
                            look_layer_read(drawable, &photo->look, error)));
    if (!ok)
        g_clear_pointer(&photo, photo_unref);
    return photo;
}

/* The mean of a block of so many pixels a side whose upper left one is at x, y: colours where anything can be
 * seen count by how much. */
static void average(const DpsImage *photo, int x, int y, int side, float out[4])
{
    gsize plane = (gsize) photo->width * photo->height;
    const float *coverage = photo->channels > 3 ? photo->data + 3 * plane : NULL;
    float sum[4] = { 0 }, all[3] = { 0 };

    for (int j = 0; j < side; j++)
        for (int i = 0; i < side; i++) {
            const float *at = photo->data + (gsize) (y + j) * photo->width + x + i;
            float weight = coverage ? at[3 * plane] : 1.0f;

            for (int c = 0; c < 3; c++) {
                sum[c] += weight * at[c * plane];
                all[c] += at[c * plane];
            }
            sum[3] += weight;
        }
    for (int c = 0; c < 3; c++)
        out[c] = sum[3] > 0 ? sum[c] / sum[3] : all[c] / (float) (side * side);
    out[3] = sum[3] / (float) (side * side);
}

/* What is left over at the right and below is less than a block, and left out. */
Photo *photo_reduced(Photo *photo, int least)
{
    const DpsImage *pixels = &photo->pixels;
    int side = MAX(pixels->width, pixels->height) / least;
    Photo *reduced;
    DpsImage *out;

    if (side < 2 || MIN(pixels->width, pixels->height) < side)
        return photo_ref(photo);
    reduced = g_new0(Photo, 1);
    *reduced = (Photo) { .users = 1, .drawable = photo->drawable };
    out = &reduced->pixels;
    if (!dps_image_init(out, pixels->channels, pixels->width / side, pixels->height / side))
        g_clear_pointer(&reduced, photo_unref);
    for (int y = 0; reduced && y < out->height; y++)
        for (int x = 0; x < out->width; x++) {
            float value[4];

            average(pixels, x * side, y * side, side, value);
            for (int c = 0; c < out->channels; c++)
                out->data[((gsize) c * out->height + y) * out->width + x] = value[c];
        }
    return reduced;
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
    dps_learnt_free(photo->learnt);
    dps_look_clear(&photo->look);
    g_free(photo);
}
