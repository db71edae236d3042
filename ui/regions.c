/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "regions.h"

#include <glib/gi18n.h>

#include "chooser.h"
#include "overlay.h"
#include "preview.h"

typedef enum { WAY_NONE, WAY_MASKS, WAY_LABELS } Way;

typedef struct {
    RegionPanel *panel;
    GtkWidget *box, *swatch, *content, *style;
} Row;

struct RegionPanel {
    GimpDrawable *content, *style;
    GtkWidget *content_view, *style_view;
    GtkWidget *box, *way, *stack, *rows, *match, *hint, *content_labels, *style_labels;
    GPtrArray *row; /* of Row */
    gboolean filling;
};

/* --------------------------------------------------------------------- showing */

/* The tint of one photo: its masks in the rows' colours, or its label map. */
static cairo_surface_t *tint(RegionPanel *panel, gboolean of_style)
{
    GimpDrawable *photo = of_style ? panel->style : panel->content;
    Overlay *overlay;

    if (!photo)
        return NULL;
    overlay = overlay_new(photo);
    switch (gtk_combo_box_get_active(GTK_COMBO_BOX(panel->way))) {
    case WAY_MASKS:
        for (guint k = 0; k < panel->row->len; k++) {
            Row *row = g_ptr_array_index(panel->row, k);
            GimpDrawable *mask = chooser_get(of_style ? row->style : row->content);

            if (mask)
                overlay_add_mask(overlay, mask, k);
        }
        break;
    case WAY_LABELS: {
        GimpDrawable *labels = chooser_get(of_style ? panel->style_labels : panel->content_labels);

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
    on_content = tint(panel, FALSE);
    on_style = tint(panel, TRUE);
    preview_set_overlay(panel->content_view, on_content);
    preview_set_overlay(panel->style_view, on_style);
    g_clear_pointer(&on_content, cairo_surface_destroy);
    g_clear_pointer(&on_style, cairo_surface_destroy);
}

static gboolean draw_swatch(GtkWidget *widget, cairo_t *cr, gpointer data)
{
    GdkRGBA colour;
    int side = 14, x = (gtk_widget_get_allocated_width(widget) - side) / 2;
    int y = (gtk_widget_get_allocated_height(widget) - side) / 2;

    overlay_colour(GPOINTER_TO_INT(g_object_get_data(G_OBJECT(widget), "number")), &colour);
    gdk_cairo_set_source_rgba(cr, &colour);
    cairo_rectangle(cr, x, y, side, side);
    cairo_fill(cr);
    return TRUE;
}

/* ------------------------------------------------------------------------ rows */

static void number_rows(RegionPanel *panel)
{
    for (guint k = 0; k < panel->row->len; k++) {
        Row *row = g_ptr_array_index(panel->row, k);
        char *content = g_strdup_printf(_("Region %d in the photo"), k + 1);
        char *style = g_strdup_printf(_("Region %d in the style"), k + 1);

        g_object_set_data(G_OBJECT(row->swatch), "number", GINT_TO_POINTER(k));
        gtk_widget_queue_draw(row->swatch);
        atk_object_set_name(gtk_widget_get_accessible(row->content), content);
        atk_object_set_name(gtk_widget_get_accessible(row->style), style);
        g_free(content);
        g_free(style);
    }
}

static void remove_row(GtkButton *button, Row *row)
{
    RegionPanel *panel = row->panel;

    gtk_widget_destroy(row->box);
    g_ptr_array_remove(panel->row, row);
    number_rows(panel);
    show_tints(panel);
}

static void fill_row(Row *row)
{
    RegionPanel *panel = row->panel;

    chooser_fill(row->content, gimp_item_get_image(GIMP_ITEM(panel->content)), panel->content);
    chooser_fill(row->style, panel->style ? gimp_item_get_image(GIMP_ITEM(panel->style)) : NULL,
                 panel->style);
}

static GtkWidget *remove_button(Row *row)
{
    GtkWidget *button = gtk_button_new_from_icon_name("list-remove-symbolic", GTK_ICON_SIZE_BUTTON);

    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    gtk_widget_set_tooltip_text(button, _("Remove this pair"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Remove this pair"));
    g_signal_connect(button, "clicked", G_CALLBACK(remove_row), row);
    return button;
}

static Row *add_row(RegionPanel *panel)
{
    Row *row = g_new0(Row, 1);
    GtkWidget *arrow = gtk_label_new("↔");

    row->panel = panel;
    row->box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    row->swatch = gtk_drawing_area_new();
    gtk_widget_set_size_request(row->swatch, 16, 16);
    g_signal_connect(row->swatch, "draw", G_CALLBACK(draw_swatch), NULL);
    row->content = chooser_new(CHOOSE_MASK);
    row->style = chooser_new(CHOOSE_MASK);
    gtk_widget_set_tooltip_text(row->content, _("A channel, layer mask or layer that marks the "
                                                "region in your photo"));
    gtk_widget_set_tooltip_text(row->style, _("The one that marks the same kind of region in the "
                                              "style"));
    fill_row(row);
    gtk_box_pack_start(GTK_BOX(row->box), row->swatch, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row->box), row->content, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(row->box), arrow, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row->box), row->style, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(row->box), remove_button(row), FALSE, FALSE, 0);
    g_signal_connect_swapped(row->content, "changed", G_CALLBACK(show_tints), panel);
    g_signal_connect_swapped(row->style, "changed", G_CALLBACK(show_tints), panel);
    gtk_box_pack_start(GTK_BOX(panel->rows), row->box, FALSE, FALSE, 0);
    gtk_widget_show_all(row->box);
    g_ptr_array_add(panel->row, row);
    number_rows(panel);
    return row;
}

/* A new row starts with the first masks that no other row has. */
static void on_add(GtkButton *button, RegionPanel *panel)
{
    int n = panel->row->len;
    Row *row = add_row(panel);

    chooser_set_nth(row->content, n);
    chooser_set_nth(row->style, n);
    show_tints(panel);
}

static void clear_rows(RegionPanel *panel)
{
    for (guint k = 0; k < panel->row->len; k++)
        gtk_widget_destroy(((Row *) g_ptr_array_index(panel->row, k))->box);
    g_ptr_array_set_size(panel->row, 0);
}

/* One row for every mask of the photo that has a namesake in the style. */
static void on_match(GtkButton *button, RegionPanel *panel)
{
    Row *row;
    int left;

    clear_rows(panel);
    row = add_row(panel);
    left = chooser_count(row->content);
    for (int i = 0; i < left; i++) {
        GimpDrawable *content, *style;
        char *name;

        chooser_set_nth(row->content, i);
        content = chooser_get(row->content);
        name = gimp_item_get_name(GIMP_ITEM(content));
        style = chooser_find(row->style, name);
        g_free(name);
        if (style) {
            chooser_set(row->style, style);
            row = add_row(panel);
        }
    }
    remove_row(NULL, row);
    gtk_widget_set_visible(panel->hint, panel->row->len == 0);
}

/* ---------------------------------------------------------------------- layout */

static void on_way(GtkComboBox *way, RegionPanel *panel)
{
    static const char *const pages[] = { "none", "masks", "labels" };
    int active = gtk_combo_box_get_active(way);

    gtk_stack_set_visible_child_name(GTK_STACK(panel->stack), pages[MAX(0, active)]);
    if (active == WAY_MASKS && panel->row->len == 0) {
        on_match(NULL, panel);
        if (panel->row->len == 0)
            on_add(NULL, panel);
    }
    show_tints(panel);
}

static GtkWidget *explanation(const char *text)
{
    GtkWidget *label = gtk_label_new(text);

    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 50);
    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), GTK_STYLE_CLASS_DIM_LABEL);
    return label;
}

static GtkWidget *button(const char *label, const char *tooltip, GCallback clicked,
                         RegionPanel *panel)
{
    GtkWidget *widget = gtk_button_new_with_mnemonic(label);

    gtk_widget_set_tooltip_text(widget, tooltip);
    g_signal_connect(widget, "clicked", clicked, panel);
    return widget;
}

static GtkWidget *masks_page(RegionPanel *panel)
{
    GtkWidget *page = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *buttons = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    gtk_box_set_homogeneous(GTK_BOX(head), TRUE);
    gtk_box_pack_start(GTK_BOX(head), gtk_label_new(_("In your photo")), TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(head), gtk_label_new(_("In the style")), TRUE, TRUE, 0);
    panel->rows = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    panel->hint = explanation(_("Paint each region white in a channel of its own (Windows > "
                                "Dockable Dialogs > Channels), in both photos, and come back to "
                                "this window."));
    panel->match = button(_("_Match Names"),
                          _("Pair all masks of the two photos that have the same name"),
                          G_CALLBACK(on_match), panel);
    gtk_box_pack_start(
        GTK_BOX(buttons),
        button(_("Add Pa_ir"), _("Add one more pair of masks"), G_CALLBACK(on_add), panel), FALSE,
        FALSE, 0);
    gtk_box_pack_start(GTK_BOX(buttons), panel->match, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page), head, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page), panel->rows, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page), panel->hint, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page), buttons, FALSE, FALSE, 0);
    return page;
}

static GtkWidget *labels_page(RegionPanel *panel)
{
    GtkWidget *grid = gtk_grid_new(), *label;
    const char *text[2] = { _("In yo_ur photo:"), _("_In the style:") };
    GtkWidget **chooser[2] = { &panel->content_labels, &panel->style_labels };

    gtk_grid_set_row_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_column_spacing(GTK_GRID(grid), 6);
    for (int i = 0; i < 2; i++) {
        label = gtk_label_new_with_mnemonic(text[i]);
        gtk_label_set_xalign(GTK_LABEL(label), 0.0);
        *chooser[i] = chooser_new(CHOOSE_PHOTO);
        gtk_widget_set_hexpand(*chooser[i], TRUE);
        gtk_widget_set_tooltip_text(*chooser[i],
                                    _("A picture that marks the regions with the colours blue, "
                                      "green, black, white, red, yellow, grey, light blue and "
                                      "purple"));
        gtk_label_set_mnemonic_widget(GTK_LABEL(label), *chooser[i]);
        g_signal_connect_swapped(*chooser[i], "changed", G_CALLBACK(show_tints), panel);
        gtk_grid_attach(GTK_GRID(grid), label, 0, i, 1, 1);
        gtk_grid_attach(GTK_GRID(grid), *chooser[i], 1, i, 1, 1);
    }
    return grid;
}

static void panel_free(gpointer data)
{
    RegionPanel *panel = data;

    g_ptr_array_unref(panel->row);
    g_free(panel);
}

static GtkWidget *way_box(RegionPanel *panel)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = gtk_label_new_with_mnemonic(_("Re_gions:"));
    GtkComboBoxText *way;

    panel->way = gtk_combo_box_text_new();
    way = GTK_COMBO_BOX_TEXT(panel->way);
    gtk_combo_box_text_append_text(way, _("None: whole photo to whole photo"));
    gtk_combo_box_text_append_text(way, _("Masks, in pairs"));
    gtk_combo_box_text_append_text(way, _("Label maps"));
    gtk_combo_box_set_active(GTK_COMBO_BOX(way), WAY_NONE);
    gtk_widget_set_tooltip_text(panel->way, _("Which part of your photo takes its look from "
                                              "which part of the style: sky from sky, water from "
                                              "water"));
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), panel->way);
    gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), panel->way, TRUE, TRUE, 0);
    return box;
}

RegionPanel *region_panel_new(GimpDrawable *content, GtkWidget *content_view, GtkWidget *style_view)
{
    RegionPanel *panel = g_new0(RegionPanel, 1);
    GtkWidget *nothing = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    panel->content = content;
    panel->content_view = content_view;
    panel->style_view = style_view;
    panel->row = g_ptr_array_new_with_free_func(g_free);
    panel->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_box_pack_start(GTK_BOX(panel->box), way_box(panel), FALSE, FALSE, 0);
    panel->stack = gtk_stack_new();
    gtk_stack_set_vhomogeneous(GTK_STACK(panel->stack), FALSE);
    gtk_stack_add_named(GTK_STACK(panel->stack), nothing, "none");
    gtk_stack_add_named(GTK_STACK(panel->stack), masks_page(panel), "masks");
    gtk_stack_add_named(GTK_STACK(panel->stack), labels_page(panel), "labels");
    gtk_box_pack_start(GTK_BOX(panel->box), panel->stack, FALSE, FALSE, 0);
    gtk_widget_show_all(panel->box);
    gtk_widget_hide(panel->hint);
    g_signal_connect(panel->way, "changed", G_CALLBACK(on_way), panel);
    g_object_set_data_full(G_OBJECT(panel->box), "panel", panel, panel_free);
    return panel;
}

GtkWidget *region_panel_widget(RegionPanel *panel)
{
    return panel->box;
}

/* ------------------------------------------------------------------ to and fro */

void region_panel_refresh(RegionPanel *panel)
{
    panel->filling = TRUE;
    for (guint k = 0; k < panel->row->len; k++)
        fill_row(g_ptr_array_index(panel->row, k));
    chooser_fill(panel->content_labels, NULL, panel->content);
    chooser_fill(panel->style_labels, NULL, panel->style);
    panel->filling = FALSE;
    show_tints(panel);
}

void region_panel_set_style(RegionPanel *panel, GimpDrawable *style)
{
    panel->style = style;
    region_panel_refresh(panel);
}

void region_panel_load(RegionPanel *panel, GimpProcedureConfig *config)
{
    GimpDrawable **content = NULL, **style = NULL, *content_labels = NULL, *style_labels = NULL;
    Way way = WAY_NONE;

    g_object_get(config, "content-masks", &content, "style-masks", &style, "content-labels",
                 &content_labels, "style-labels", &style_labels, NULL);
    region_panel_refresh(panel);
    clear_rows(panel);
    for (int k = 0; content && style && content[k] && style[k]; k++) {
        Row *row = add_row(panel);

        chooser_set(row->content, content[k]);
        chooser_set(row->style, style[k]);
        way = WAY_MASKS;
    }
    if (chooser_set(panel->content_labels, content_labels) &&
        chooser_set(panel->style_labels, style_labels))
        way = WAY_LABELS;
    gtk_combo_box_set_active(GTK_COMBO_BOX(panel->way), way);
    g_free(content);
    g_free(style);
    g_clear_object(&content_labels);
    g_clear_object(&style_labels);
    show_tints(panel);
}

static gboolean incomplete(const char *sentence, GError **error)
{
    g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0, sentence);
    return FALSE;
}

gboolean region_panel_store(RegionPanel *panel, GimpProcedureConfig *config, GError **error)
{
    Way way = gtk_combo_box_get_active(GTK_COMBO_BOX(panel->way));
    guint n = way == WAY_MASKS ? panel->row->len : 0;
    GimpDrawable **content = g_new0(GimpDrawable *, n + 1);
    GimpDrawable **style = g_new0(GimpDrawable *, n + 1);
    GimpDrawable *content_labels = NULL, *style_labels = NULL;
    gboolean complete = TRUE;

    for (guint k = 0; k < n && complete; k++) {
        Row *row = g_ptr_array_index(panel->row, k);

        content[k] = chooser_get(row->content);
        style[k] = chooser_get(row->style);
        complete = content[k] && style[k];
    }
    if (way == WAY_LABELS) {
        content_labels = chooser_get(panel->content_labels);
        style_labels = chooser_get(panel->style_labels);
    }
    if (!complete)
        incomplete(_("A pair of masks is only half chosen. Choose the other mask, or remove the "
                     "pair."),
                   error);
    else if (way == WAY_LABELS && !(content_labels && style_labels))
        complete = incomplete(_("Choose a label map for your photo and one for the style."), error);
    if (complete)
        g_object_set(config, "content-masks", content, "style-masks", style, "pairing", "order",
                     "content-labels", content_labels, "style-labels", style_labels, NULL);
    g_free(content);
    g_free(style);
    return complete;
}
