/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pair-covers.h"

#include "plug-in/layers.h"

/* The share of mask a that lies in mask b as well; 0 where they can't be compared. */
static double shared(const DpsImage *a, const DpsImage *b)
{
    gsize pixels = (gsize) a->width * a->height;
    double both = 0, all = 0;

    if (!a->data || !b->data || a->width != b->width || a->height != b->height)
        return 0;
    for (gsize i = 0; i < pixels; i++) {
        both += MIN(a->data[i], b->data[i]);
        all += a->data[i];
    }
    return all > 0 ? both / all : 0;
}

/* Which of n masks shares most with mask k, and how much of k that is. */
static double find_overlap(const DpsImage *cover, int n, int k, int *with)
{
    double most = 0;

    *with = -1;
    for (int j = 0; j < n; j++) {
        double here = j == k ? 0 : shared(&cover[k], &cover[j]);

        if (here > most) {
            most = here;
            *with = j;
        }
    }
    return most;
}

void pair_covers_show(PairList *pairs, GimpDrawable *photo, gboolean of_style, Overlay *overlay)
{
    int n = pair_list_count(pairs);
    DpsImage *cover = g_new0(DpsImage, n + 1);

    for (int k = 0; k < n; k++) {
        GimpDrawable *side[2];

        pair_list_get(pairs, k, &side[0], &side[1]);
        if (side[of_style ? 1 : 0] &&
            layers_read_mask(side[of_style ? 1 : 0], photo, OVERLAY_SIDE, &cover[k], NULL))
            overlay_add_cover(overlay, &cover[k], together_first(pair_list_together(pairs), k));
    }
    for (int k = 0; k < n; k++) {
        PairCover known = { .cover = -1, .height = -1 };

        if (cover[k].data) {
            known.cover = overlay_cover(&cover[k]);
            known.height = dps_mask_height(&cover[k]);
        }

        known.overlap = find_overlap(cover, n, k, &known.with);
        pair_list_set_cover(pairs, k, of_style, &known);
    }
    for (int k = 0; k < n; k++)
        dps_image_clear(&cover[k]);
    g_free(cover);
}
