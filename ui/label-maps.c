/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "label-maps.h"

#include <glib/gi18n.h>

#include "chooser.h"
#include "overlay.h"
#include "plug-in/layers.h"
#include "swatch.h"

/* In how many columns the colours are listed. */
#define COLUMNS 2

struct LabelMaps {
    GtkWidget *box, *chooser[2], *legend; /* choosers: of the content, of the style */
    void (*changed)(gpointer data);
    gpointer data;
};

/* ------------------------------------------------------------------ the colours */

/* How much of the content and of the style each colour marks; -1 where there are no two maps. */
static void find_covers(LabelMaps *maps, GimpDrawable *content, GimpDrawable *style,
                        double cover[DPS_LABELS][2])
{
    GimpDrawable *photo[2] = { content, style };
    DpsImage map[2] = { { 0 } };
    DpsRegion *region = NULL;
    gboolean ok = TRUE;
    int regions = 0;

    for (int k = 0; k < DPS_LABELS; k++)
        cover[k][0] = cover[k][1] = -1;
    for (int i = 0; i < 2 && ok; i++) {
        GimpDrawable *labels = label_maps_get(maps, i == 1);

        ok = photo[i] && labels && layers_read_labels(labels, photo[i], OVERLAY_SIDE, &map[i], NULL);
    }
    if (ok && dps_regions_from_labels(&map[0], &map[1], &regions, &region) == DPS_OK)
        for (int k = 0, n = 0; k < DPS_LABELS; k++) {
            gboolean used = n < regions && g_str_equal(region[n].name, dps_label_name(k));

            cover[k][0] = used ? overlay_cover(&region[n].content) : 0;
            cover[k][1] = used ? overlay_cover(&region[n].style) : 0;
            n += used;
        }
    dps_regions_free(regions, region);
    dps_image_clear(&map[0]);
    dps_image_clear(&map[1]);
}

/* To be freed. */
static char *text_of(int label, const double cover[2])
{
    const char *name = _(dps_label_name(label));

    if (cover[0] <= 0 && cover[1] <= 0)
        return g_strdup(name);
    if (cover[1] <= 0)
        return g_strdup_printf(_("%s: only in your photo"), name);
    if (cover[0] <= 0)
        return g_strdup_printf(_("%s: only in the style"), name);
    /* Translators: a region's name; how much of the photo it covers, and of the style. */
    return g_strdup_printf(_("%s: %.0f %%, %.0f %%"), name, 100 * cover[0], 100 * cover[1]);
}

void label_maps_look(LabelMaps *maps, GimpDrawable *content, GimpDrawable *style)
{
    double cover[DPS_LABELS][2];

    find_covers(maps, content, style, cover);
    legend_clear(maps->legend);
    for (int k = 0; k < DPS_LABELS; k++) {
        char *text = text_of(k, cover[k]);
        float colour[3];

        dps_label_colour(k, colour);
        legend_add(maps->legend, colour, text, cover[k][0] <= 0 && cover[k][1] <= 0);
        g_free(text);
    }
}

/* ------------------------------------------------------------------- the choice */

static void on_changed(LabelMaps *maps)
{
    maps->changed(maps->data);
}

GtkWidget *label_maps_widget(LabelMaps *maps)
{
    return maps->box;
}

GimpDrawable *label_maps_get(LabelMaps *maps, gboolean of_style)
{
    return chooser_get(maps->chooser[of_style ? 1 : 0]);
}

gboolean label_maps_set(LabelMaps *maps, GimpDrawable *content, GimpDrawable *style)
{
    return chooser_set(maps->chooser[0], content) && chooser_set(maps->chooser[1], style);
}

void label_maps_refresh(LabelMaps *maps, GimpDrawable *content, GimpDrawable *style)
{
    chooser_fill(maps->chooser[0], NULL, content);
    chooser_fill(maps->chooser[1], NULL, style);
}

LabelMaps *label_maps_new(void (*changed)(gpointer data), gpointer data)
{
    LabelMaps *maps = g_new0(LabelMaps, 1);
    GtkWidget *grid = gtk_grid_new();
    const char *text[2] = { _("In your photo"), _("In the style") };

    maps->changed = changed;
    maps->data = data;
    gtk_grid_set_row_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_column_spacing(GTK_GRID(grid), 6);
    for (int i = 0; i < 2; i++) {
        GtkWidget *label = gtk_label_new_with_mnemonic(text[i]), *chooser;

        gtk_label_set_xalign(GTK_LABEL(label), 0.0);
        chooser = maps->chooser[i] = chooser_new(CHOOSE_PHOTO);
        gtk_widget_set_hexpand(chooser, TRUE);
        gtk_widget_set_tooltip_text(chooser,
                                    _("A picture that marks the regions with the colours blue, "
                                      "green, black, white, red, yellow, grey, light blue and "
                                      "purple"));
        gtk_label_set_mnemonic_widget(GTK_LABEL(label), chooser);
        g_signal_connect_swapped(chooser, "changed", G_CALLBACK(on_changed), maps);
        gtk_grid_attach(GTK_GRID(grid), label, 0, i, 1, 1);
        gtk_grid_attach(GTK_GRID(grid), chooser, 1, i, 1, 1);
    }
    maps->legend = legend_new(COLUMNS);
    maps->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_box_pack_start(GTK_BOX(maps->box), grid, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(maps->box), maps->legend, FALSE, FALSE, 0);
    g_object_set_data_full(G_OBJECT(maps->box), "maps", maps, g_free);
    return maps;
}
