/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pair-sources.h"

#include <glib/gi18n.h>

#include "plug-in/region-channel.h"

static GimpChannel *make_channel(PairSource source, GimpDrawable *photo, int number)
{
    GimpImage *image = gimp_item_get_image(GIMP_ITEM(photo));
    /* Translators: the name of a channel. */
    char *name = g_strdup_printf(_("Region %d"), number + 1);
    GimpChannel *channel;

    gimp_image_undo_group_start(image);
    channel = source == PAIR_FROM_PATH ? region_channel_from_paths(photo, name, number)
                                       : region_channel_from_selection(photo, name, number);
    gimp_image_undo_group_end(image);
    g_free(name);
    return channel;
}

gboolean pair_source_take(PairList *pairs, PairSource source, GimpDrawable *content,
                          GimpDrawable *style, GError **error)
{
    GimpDrawable *photo[2] = { content, style };
    GimpChannel *channel[2] = { NULL, NULL };
    int row[2] = { pair_list_lacking(pairs, FALSE), pair_list_lacking(pairs, TRUE) };

    for (int i = 0; i < 2; i++)
        if (photo[i] && gimp_item_is_valid(GIMP_ITEM(photo[i])))
            channel[i] = make_channel(source, photo[i], row[i]);
    gimp_displays_flush();
    if (channel[0] || channel[1]) {
        pair_list_choose(pairs, row[0], (GimpDrawable *) channel[0], row[1],
                         (GimpDrawable *) channel[1], style);
        return TRUE;
    }
    g_set_error_literal(
        error, GIMP_PLUG_IN_ERROR, 0,
        source == PAIR_FROM_PATH
            ? _("Neither photo has a path that encloses something, or one of several that is "
                "chosen in the Paths dock. Draw a path around the region in one of the photos, or "
                "in both, and come back.")
            : _("Nothing is selected in either photo. Select the region in one of them, or in "
                "both, and come back."));
    return FALSE;
}
