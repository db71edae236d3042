/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "region-panel.h"

#include <glib/gi18n.h>

#include "found-page.h"
#include "label-maps.h"
#include "mask-page.h"
#include "overlay.h"
#include "pair-covers.h"
#include "photo-view.h"
#include "plug-in/found.h"
#include "plug-in/look-layer.h"
#include "preview.h"

typedef enum { WAY_NONE, WAY_FOUND, WAY_MASKS, WAY_LABELS } Way;

struct RegionPanel {
    GimpDrawable *content, *style;
    GtkWidget *content_view, *style_view;
    GtkWidget *box, *way, *stack, *unmatched;
    FoundPage *found;
    LabelMaps *labels;
    MaskPage *masks;
    PairList *pairs; /* of that page */
    RegionPanelTold told;
    gpointer data;
    gboolean filling;
};

/* --------------------------------------------------------------------- showing */

/* The tint of one photo: its regions in the rows' colours, or its label map. */
static cairo_surface_t *tint(RegionPanel *panel, gboolean of_style)
{
    GimpDrawable *photo = of_style ? panel->style : panel->content;
    Overlay *overlay;

    if (!photo)
        return NULL;
    overlay = overlay_new(photo);
    switch (gtk_combo_box_get_active(GTK_COMBO_BOX(panel->way))) {
    case WAY_FOUND:
        found_page_tint(panel->found, overlay, panel->told.found(panel->data), of_style);
        break;
    case WAY_MASKS:
        pair_covers_show(panel->pairs, photo, of_style, overlay);
        break;
    case WAY_LABELS: {
        GimpDrawable *labels = label_maps_get(panel->labels, of_style);

        if (labels)
            overlay_add_labels(overlay, labels);
        break;
    }
    }
    return overlay_finish(overlay);
}

static void show_tints(RegionPanel *panel)
{
    cairo_surface_t *on_content, *on_style;

    if (panel->filling)
        return;
    if (gtk_combo_box_get_active(GTK_COMBO_BOX(panel->way)) == WAY_LABELS)
        label_maps_look(panel->labels, panel->content, panel->style);
    on_content = tint(panel, FALSE);
    on_style = tint(panel, TRUE);
    photo_view_set_overlay(panel->content_view, on_content);
    preview_set_overlay(panel->style_view, on_style);
    g_clear_pointer(&on_content, cairo_surface_destroy);
    g_clear_pointer(&on_style, cairo_surface_destroy);
}

/* ---------------------------------------------------------------------- layout */

/* Only where they are chosen from: it takes its time. */
static void fill_labels(RegionPanel *panel)
{
    gboolean filling = panel->filling;

    panel->filling = TRUE;
    label_maps_refresh(panel->labels, panel->content, panel->style);
    panel->filling = filling;
}

/* The user has chosen something else. */
static void on_changed(gpointer data)
{
    RegionPanel *panel = data;

    if (panel->filling)
        return;
    show_tints(panel);
    panel->told.changed(panel->data);
}

static void on_way(GtkComboBox *way, RegionPanel *panel)
{
    static const char *const pages[] = { "none", "found", "masks", "labels" };
    int active = gtk_combo_box_get_active(way);

    gtk_stack_set_visible_child_name(GTK_STACK(panel->stack), pages[MAX(0, active)]);
    gtk_widget_set_visible(panel->unmatched, active >= WAY_MASKS);
    if (active == WAY_LABELS && !panel->filling)
        fill_labels(panel);
    if (active == WAY_MASKS)
        mask_page_begin(panel->masks);
    else
        pair_list_stop_paint(panel->pairs);
    found_page_say(panel->found, NULL);
    on_changed(panel);
}

/* Puts the channels into the pairs, in place of what is there. */
static void use_channels(RegionPanel *panel, GimpDrawable **on_content, GimpDrawable **on_style)
{
    panel->filling = TRUE;
    mask_page_refresh(panel->masks, panel->style);
    pair_list_clear(panel->pairs);
    for (int k = 0; on_content[k] && on_style[k]; k++)
        pair_list_add(panel->pairs, on_content[k], on_style[k]);
    together_copy(pair_list_together(panel->pairs), found_page_together(panel->found));
    panel->filling = FALSE;
    gtk_combo_box_set_active(GTK_COMBO_BOX(panel->way), WAY_MASKS);
}

static void on_make(gpointer data)
{
    RegionPanel *panel = data;
    const Request *found = panel->told.found(panel->data);
    GimpDrawable **on_content, **on_style;
    GError *error = NULL;

    if (!found)
        return;
    if (found_add_channels(found, &on_content, &on_style, &error))
        use_channels(panel, on_content, on_style);
    else
        found_page_say(panel->found, error->message);
    g_clear_error(&error);
    g_free(on_content);
    g_free(on_style);
}

static const char *way_tooltip(gboolean look)
{
    return look ? _("The style is a look, a table of colours, which knows no regions.")
                : _("Which part of your photo takes its look from which part of the style: sky "
                    "from sky, water from water");
}

static GtkWidget *way_box(RegionPanel *panel, GtkSizeGroup *labels)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = gtk_label_new_with_mnemonic(_("Re_gions"));
    GtkComboBoxText *way;

    panel->way = gtk_combo_box_text_new();
    way = GTK_COMBO_BOX_TEXT(panel->way);
    gtk_combo_box_text_append_text(way, _("None: whole photo to whole photo"));
    gtk_combo_box_text_append_text(way, _("Found in both photos"));
    gtk_combo_box_text_append_text(way, _("Masks, in pairs"));
    gtk_combo_box_text_append_text(way, _("Label maps"));
    gtk_combo_box_set_active(GTK_COMBO_BOX(way), WAY_NONE);
    gtk_widget_set_tooltip_text(panel->way, way_tooltip(FALSE));
    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_size_group_add_widget(labels, label);
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), panel->way);
    gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), panel->way, TRUE, TRUE, 0);
    return box;
}

RegionPanel *region_panel_new(GimpDrawable *content, GtkWidget *content_view, GtkWidget *style_view,
                              GtkWidget *unmatched, GtkWidget *model, GtkSizeGroup *labels,
                              const RegionPanelTold *told, gpointer data)
{
    RegionPanel *panel = g_new0(RegionPanel, 1);
    GtkWidget *nothing = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    panel->content = content;
    panel->content_view = content_view;
    panel->style_view = style_view;
    panel->told = *told;
    panel->data = data;
    panel->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_box_pack_start(GTK_BOX(panel->box), way_box(panel, labels), FALSE, FALSE, 0);
    panel->masks = mask_page_new(content, content_view, style_view, on_changed, panel);
    panel->pairs = mask_page_pairs(panel->masks);
    panel->labels = label_maps_new(on_changed, panel);
    panel->found = found_page_new(model, on_changed, on_make, panel);
    panel->stack = gtk_stack_new();
    gtk_stack_set_vhomogeneous(GTK_STACK(panel->stack), FALSE);
    gtk_stack_add_named(GTK_STACK(panel->stack), nothing, "none");
    gtk_stack_add_named(GTK_STACK(panel->stack), found_page_widget(panel->found), "found");
    gtk_stack_add_named(GTK_STACK(panel->stack), mask_page_widget(panel->masks), "masks");
    gtk_stack_add_named(GTK_STACK(panel->stack), label_maps_widget(panel->labels), "labels");
    gtk_box_pack_start(GTK_BOX(panel->box), panel->stack, FALSE, FALSE, 0);
    panel->unmatched = unmatched;
    gtk_size_group_add_widget(labels, gimp_labeled_get_label(GIMP_LABELED(unmatched)));
    gtk_box_pack_start(GTK_BOX(panel->box), unmatched, FALSE, FALSE, 0);
    gtk_widget_show_all(panel->box);
    /* a stack shows the first of its pages that was visible, which "none" was not */
    gtk_stack_set_visible_child(GTK_STACK(panel->stack), nothing);
    gtk_widget_hide(unmatched);
    g_signal_connect(panel->way, "changed", G_CALLBACK(on_way), panel);
    g_object_set_data_full(G_OBJECT(panel->box), "panel", panel, g_free);
    return panel;
}

GtkWidget *region_panel_widget(RegionPanel *panel)
{
    return panel->box;
}

/* ------------------------------------------------------------------ to and fro */

gboolean region_panel_is_painted(RegionPanel *panel)
{
    return gtk_combo_box_get_active(GTK_COMBO_BOX(panel->way)) >= WAY_MASKS;
}

void region_panel_choose(RegionPanel *panel, gboolean found)
{
    gtk_combo_box_set_active(GTK_COMBO_BOX(panel->way), found ? WAY_FOUND : WAY_NONE);
}

void region_panel_show_found(RegionPanel *panel)
{
    const Request *found = panel->told.found(panel->data);

    found_page_show(panel->found, found);
    show_tints(panel);
}

void region_panel_refresh(RegionPanel *panel)
{
    if (panel->style && !gimp_item_is_valid(GIMP_ITEM(panel->style)))
        panel->style = NULL;
    panel->filling = TRUE;
    mask_page_refresh(panel->masks, panel->style);
    if (gtk_combo_box_get_active(GTK_COMBO_BOX(panel->way)) == WAY_LABELS)
        fill_labels(panel);
    panel->filling = FALSE;
    show_tints(panel);
}

void region_panel_renew_style(RegionPanel *panel, GimpDrawable *style)
{
    panel->style = style;
    region_panel_refresh(panel);
}

static gboolean style_is_look(RegionPanel *panel)
{
    return panel->style && gimp_item_is_valid(GIMP_ITEM(panel->style)) &&
           look_layer_is(panel->style);
}

void region_panel_set_style(RegionPanel *panel, GimpDrawable *style)
{
    gboolean look;

    if (style != panel->style)
        together_load(found_page_together(panel->found), NULL);
    panel->style = style;
    look = style_is_look(panel);
    if (look)
        gtk_combo_box_set_active(GTK_COMBO_BOX(panel->way), WAY_NONE);
    gtk_widget_set_sensitive(panel->way, !look);
    gtk_widget_set_tooltip_text(panel->way, way_tooltip(look));
    region_panel_refresh(panel);
}

void region_panel_load(RegionPanel *panel, GimpProcedureConfig *config)
{
    GimpDrawable **content = NULL, **style = NULL, *content_labels = NULL, *style_labels = NULL;
    gboolean find;
    char *merged;
    Way way;

    g_object_get(config, "content-masks", &content, "style-masks", &style, "content-labels",
                 &content_labels, "style-labels", &style_labels, "auto-regions", &find,
                 "merge-regions", &merged, NULL);
    way = find && !style_is_look(panel) ? WAY_FOUND : WAY_NONE;
    region_panel_refresh(panel);
    panel->filling = TRUE;
    pair_list_clear(panel->pairs);
    for (int k = 0; content && style && content[k] && style[k]; k++) {
        pair_list_add(panel->pairs, content[k], style[k]);
        way = WAY_MASKS;
    }
    if (content_labels && style_labels)
        fill_labels(panel);
    if (label_maps_set(panel->labels, content_labels, style_labels))
        way = WAY_LABELS;
    g_object_set_data_full(G_OBJECT(panel->box), "merged",
                           way == WAY_LABELS ? g_strdup(merged) : NULL, g_free);
    together_load(found_page_together(panel->found), merged);
    together_load(pair_list_together(panel->pairs), merged);
    gtk_combo_box_set_active(GTK_COMBO_BOX(panel->way), way);
    panel->filling = FALSE;
    g_free(content);
    g_free(style);
    g_free(merged);
    g_clear_object(&content_labels);
    g_clear_object(&style_labels);
    show_tints(panel);
}

/* What is taken together; to be freed.  Of label maps that is as it was loaded: equal colours are one region. */
static char *merged_by(RegionPanel *panel, Way way)
{
    const char *loaded = g_object_get_data(G_OBJECT(panel->box), "merged");

    if (way == WAY_FOUND)
        return together_list(found_page_together(panel->found));
    if (way == WAY_MASKS)
        return together_list(pair_list_together(panel->pairs));
    return g_strdup(way == WAY_LABELS && loaded ? loaded : "");
}

static gboolean incomplete(const char *sentence, GError **error)
{
    g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0, sentence);
    return FALSE;
}

gboolean region_panel_check(RegionPanel *panel, GError **error)
{
    Way way = gtk_combo_box_get_active(GTK_COMBO_BOX(panel->way));
    int n = way == WAY_MASKS ? pair_list_count(panel->pairs) : 0;

    for (int k = 0; k < n; k++) {
        GimpDrawable *content, *style;

        pair_list_get(panel->pairs, k, &content, &style);
        if (!content || !style)
            return incomplete(_("A pair of masks is only half chosen. Choose the other mask, or "
                                "remove the pair."),
                              error);
    }
    if (way == WAY_LABELS &&
        !(label_maps_get(panel->labels, FALSE) && label_maps_get(panel->labels, TRUE)))
        return incomplete(_("Choose a label map for your photo and one for the style."), error);
    return TRUE;
}

void region_panel_store(RegionPanel *panel, GimpProcedureConfig *config)
{
    Way way = gtk_combo_box_get_active(GTK_COMBO_BOX(panel->way));
    int n = way == WAY_MASKS ? pair_list_count(panel->pairs) : 0;
    GimpDrawable **content = g_new0(GimpDrawable *, n + 1);
    GimpDrawable **style = g_new0(GimpDrawable *, n + 1);
    gboolean labels = way == WAY_LABELS;
    char *merged = merged_by(panel, way), *before;

    for (int k = 0; k < n; k++)
        pair_list_get(panel->pairs, k, &content[k], &style[k]);
    g_object_get(config, "merge-regions", &before, NULL);
    if (g_strcmp0(merged, before) != 0) /* or settings would no longer be those of the preset chosen */
        g_object_set(config, "merge-regions", merged, NULL);
    g_object_set(config, "content-masks", content, "style-masks", style, "pairing", "order",
                 "content-labels", labels ? label_maps_get(panel->labels, FALSE) : NULL,
                 "style-labels", labels ? label_maps_get(panel->labels, TRUE) : NULL,
                 "auto-regions", way == WAY_FOUND, NULL);
    g_free(before);
    g_free(merged);
    g_free(content);
    g_free(style);
}
