/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "thumbs.h"

#include "preview.h"

#define KEPT 100

typedef struct {
    cairo_surface_t *picture;
    int width, height;
    gint64 until;
} Thumb;

static void thumb_free(gpointer data)
{
    Thumb *thumb = data;

    cairo_surface_destroy(thumb->picture);
    g_free(thumb);
}

/* By the drawables' numbers, which GIMP never gives to others. */
static GHashTable *kept(void)
{
    static GHashTable *thumbs;

    if (!thumbs)
        thumbs = g_hash_table_new_full(NULL, NULL, NULL, thumb_free);
    return thumbs;
}

cairo_surface_t *thumbs_get(GimpDrawable *drawable, int width, int height)
{
    gpointer number = GINT_TO_POINTER(gimp_item_get_id(GIMP_ITEM(drawable)));
    Thumb *thumb = g_hash_table_lookup(kept(), number);
    gint64 now = g_get_monotonic_time();

    if (!thumb || thumb->width != width || thumb->height != height || thumb->until < now) {
        thumb = g_new(Thumb, 1);
        *thumb = (Thumb) { preview_surface(drawable, width, height), width, height, 0 };
        thumb->until = g_get_monotonic_time() + KEPT * (g_get_monotonic_time() - now);
        g_hash_table_replace(kept(), number, thumb);
    }
    return cairo_surface_reference(thumb->picture);
}
