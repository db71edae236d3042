/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "mask-page.h"

#include <glib/gi18n.h>

#include "painting.h"
#include "pair-sources.h"

struct MaskPage {
    GimpDrawable *content, *style;
    GtkWidget *box, *hint, *lacking; /* lacking: what there was nothing to take from */
    PairList *pairs;
    Painting *painting;
    void (*changed)(gpointer data);
    gpointer data;
};

GtkWidget *explanation_new(const char *text)
{
    GtkWidget *label = gtk_label_new(text);

    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 50);
    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), GTK_STYLE_CLASS_DIM_LABEL);
    return label;
}

/* A sentence, or NULL: none. */
static void say_lacking(MaskPage *page, const char *sentence)
{
    gtk_label_set_text(GTK_LABEL(page->lacking), sentence ? sentence : "");
    gtk_widget_set_visible(page->lacking, sentence != NULL);
}

static void on_pairs(gpointer data)
{
    MaskPage *page = data;

    say_lacking(page, NULL);
    if (pair_list_count(page->pairs))
        gtk_widget_hide(page->hint);
    page->changed(page->data);
}

static void on_add(MaskPage *page)
{
    pair_list_add_next(page->pairs);
}

static void on_match(MaskPage *page)
{
    pair_list_match(page->pairs);
    gtk_widget_set_visible(page->hint, pair_list_count(page->pairs) == 0);
}

static void take(MaskPage *page, PairSource source)
{
    GError *error = NULL;

    if (!pair_source_take(page->pairs, source, page->content, page->style, &error))
        say_lacking(page, error->message);
    g_clear_error(&error);
}

static void on_selection(MaskPage *page)
{
    take(page, PAIR_FROM_SELECTION);
}

static void on_path(MaskPage *page)
{
    take(page, PAIR_FROM_PATH);
}

static void add_button(GtkWidget *grid, int place, const char *label, const char *tooltip,
                       GCallback clicked, MaskPage *page)
{
    GtkWidget *button = gtk_button_new_with_mnemonic(label);

    gtk_widget_set_tooltip_text(button, tooltip);
    g_signal_connect_swapped(button, "clicked", clicked, page);
    gtk_grid_attach(GTK_GRID(grid), button, place % 2, place / 2, 1, 1);
}

static GtkWidget *make_buttons(MaskPage *page)
{
    GtkWidget *grid = gtk_grid_new();

    gtk_grid_set_column_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_row_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_column_homogeneous(GTK_GRID(grid), TRUE);
    add_button(grid, 0, _("Add Pair"), _("Add one more pair of masks"), G_CALLBACK(on_add), page);
    add_button(grid, 1, _("Find Pairs"),
               _("Pair all masks of the two photos that have the same name"), G_CALLBACK(on_match),
               page);
    add_button(grid, 2, _("From Selection"),
               _("Make a channel of what is selected in your photo, in the style or in both, and "
                 "choose it as a mask; nothing is selected any more then"),
               G_CALLBACK(on_selection), page);
    add_button(grid, 3, _("From Path"),
               _("Make a channel of what the path encloses that is chosen in the Paths dock, in "
                 "your photo, in the style or in both, and choose it as a mask"),
               G_CALLBACK(on_path), page);
    return grid;
}

static void on_paint(int row, gpointer data)
{
    painting_set_row(((MaskPage *) data)->painting, row);
}

MaskPage *mask_page_new(GimpDrawable *content, GtkWidget *content_view, GtkWidget *style_view,
                        void (*changed)(gpointer data), gpointer data)
{
    MaskPage *page = g_new0(MaskPage, 1);
    GtkWidget *head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    page->content = content;
    page->changed = changed;
    page->data = data;
    page->pairs = pair_list_new(content, on_pairs, page);
    page->painting = painting_new(content, content_view, style_view, page->pairs);
    pair_list_offer_paint(page->pairs, on_paint, page);
    page->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_box_set_homogeneous(GTK_BOX(head), TRUE);
    gtk_box_pack_start(GTK_BOX(head), gtk_label_new(_("In your photo")), TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(head), gtk_label_new(_("In the style")), TRUE, TRUE, 0);
    page->hint = explanation_new(_("Paint each region white in a channel of its own (Windows > "
                                   "Dockable Dialogs > Channels), in both photos, and come back to "
                                   "this window."));
    page->lacking = explanation_new(NULL);
    gtk_widget_set_no_show_all(page->hint, TRUE);
    gtk_widget_set_no_show_all(page->lacking, TRUE);
    gtk_box_pack_start(GTK_BOX(page->box), head, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page->box), pair_list_widget(page->pairs), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page->box), painting_widget(page->painting), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page->box), page->hint, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page->box), page->lacking, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page->box), make_buttons(page), FALSE, FALSE, 0);
    g_object_set_data_full(G_OBJECT(page->box), "page", page, g_free);
    return page;
}

GtkWidget *mask_page_widget(MaskPage *page)
{
    return page->box;
}

PairList *mask_page_pairs(MaskPage *page)
{
    return page->pairs;
}

void mask_page_refresh(MaskPage *page, GimpDrawable *style)
{
    page->style = style;
    painting_set_style(page->painting, style);
    pair_list_refresh(page->pairs, style);
}

void mask_page_begin(MaskPage *page)
{
    say_lacking(page, NULL);
    if (pair_list_count(page->pairs) == 0)
        on_match(page);
    if (pair_list_count(page->pairs) == 0)
        on_add(page);
}
