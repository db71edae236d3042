/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pairs.h"

#include <glib/gi18n.h>

#include "chooser.h"
#include "likely-mask.h"
#include "pair-notes.h"

typedef struct {
    PairList *list;
    GtkWidget *box, *button, *content, *style, *paint, *note;
    PairCover cover[2]; /* of the photo, of the style */
} Row;

struct PairList {
    GimpDrawable *content, *style;
    GtkWidget *box;
    GPtrArray *rows; /* of Row */
    Together *together;
    void (*changed)(gpointer data);
    gpointer data;
    void (*paint)(int row, gpointer data);
    gpointer paint_data;
    gboolean quiet_paint;
    int quiet; /* more than 0: changes are our own, and not all made yet */
};

static Row *row_at(PairList *list, int k)
{
    return g_ptr_array_index(list->rows, k);
}

/* Pairs are called as masks are paired: plug-in/pairing.h. */
static void name_regions(PairList *list)
{
    int n = pair_list_count(list);
    char **name = g_new0(char *, n + 1);

    for (int k = 0; k < n; k++) {
        GimpDrawable *content, *style;

        pair_list_get(list, k, &content, &style);
        name[k] = content || style ? gimp_item_get_name(GIMP_ITEM(content ? content : style))
                                   : g_strdup("");
    }
    together_set_regions(list->together, n, (const char *const *) name,
                         (const char *const *) name);
    g_strfreev(name);
}

static void tell(PairList *list)
{
    if (list->quiet)
        return;
    name_regions(list);
    list->changed(list->data);
}

/* ------------------------------------------------------------------------ rows */

static void number_rows(PairList *list)
{
    for (int k = 0; k < pair_list_count(list); k++) {
        Row *row = row_at(list, k);
        char *content = g_strdup_printf(_("Region %d in the photo"), k + 1);
        char *style = g_strdup_printf(_("Region %d in the style"), k + 1);

        together_button_set(row->button, k);
        atk_object_set_name(gtk_widget_get_accessible(row->content), content);
        atk_object_set_name(gtk_widget_get_accessible(row->style), style);
        g_free(content);
        g_free(style);
    }
}

/* Of the buttons for painting at most one is down. */
static void tell_paint(PairList *list, const Row *pressed)
{
    int at = -1;

    for (int k = 0; k < pair_list_count(list); k++) {
        GtkToggleButton *button = GTK_TOGGLE_BUTTON(row_at(list, k)->paint);

        if (row_at(list, k) != pressed && gtk_toggle_button_get_active(button))
            gtk_toggle_button_set_active(button, FALSE);
        else if (gtk_toggle_button_get_active(button))
            at = k;
    }
    if (list->paint)
        list->paint(at, list->paint_data);
}

static void on_paint(GtkToggleButton *button, Row *row)
{
    if (!row->list->quiet_paint) {
        row->list->quiet_paint = TRUE;
        tell_paint(row->list, gtk_toggle_button_get_active(button) ? row : NULL);
        row->list->quiet_paint = FALSE;
    }
}

static void remove_row(Row *row)
{
    PairList *list = row->list;

    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(row->paint), FALSE);
    pair_list_stop_paint(list);

    gtk_widget_destroy(row->box);
    g_ptr_array_remove(list->rows, row);
    number_rows(list);
    tell(list);
}

static void fill_row(Row *row)
{
    PairList *list = row->list;

    chooser_fill(row->content, gimp_item_get_image(GIMP_ITEM(list->content)), list->content);
    chooser_fill(row->style, list->style ? gimp_item_get_image(GIMP_ITEM(list->style)) : NULL,
                 list->style);
}

static GtkWidget *mask_chooser(Row *row, const char *tooltip)
{
    GtkWidget *chooser = chooser_new(CHOOSE_MASK);

    gtk_widget_set_tooltip_text(chooser, tooltip);
    g_signal_connect_swapped(chooser, "changed", G_CALLBACK(tell), row->list);
    return chooser;
}

static GtkWidget *remove_button(Row *row)
{
    GtkWidget *button = gtk_button_new_from_icon_name("list-remove-symbolic", GTK_ICON_SIZE_BUTTON);

    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    gtk_widget_set_tooltip_text(button, _("Remove this pair"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Remove this pair"));
    g_signal_connect_swapped(button, "clicked", G_CALLBACK(remove_row), row);
    return button;
}

static GtkWidget *paint_button(Row *row)
{
    GtkWidget *button = gtk_toggle_button_new();

    gtk_container_add(GTK_CONTAINER(button),
                      gtk_image_new_from_icon_name("gimp-tool-paintbrush", GTK_ICON_SIZE_BUTTON));
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    gtk_widget_set_tooltip_text(button, _("Paint this pair's masks in the pictures"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Paint this pair's masks"));
    g_signal_connect(button, "toggled", G_CALLBACK(on_paint), row);
    return button;
}

static Row *add_row(PairList *list)
{
    Row *row = g_new0(Row, 1);
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    row->list = list;
    row->cover[0].cover = row->cover[1].cover = -1;
    row->note = pair_note_new();
    row->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    row->button = together_button_new(list->together, pair_list_count(list));
    row->content =
        mask_chooser(row, _("A channel, layer mask or layer that marks the region in your photo"));
    row->style = mask_chooser(row, _("The one that marks the same kind of region in the style"));
    fill_row(row);
    gtk_box_pack_start(GTK_BOX(line), row->button, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(line), row->content, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(line), gtk_label_new("↔"), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(line), row->style, TRUE, TRUE, 0);
    row->paint = paint_button(row);
    gtk_box_pack_start(GTK_BOX(line), row->paint, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(line), remove_button(row), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row->box), line, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row->box), row->note, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(list->box), row->box, FALSE, FALSE, 0);
    gtk_widget_show_all(row->box);
    gtk_widget_hide(row->note);
    g_ptr_array_add(list->rows, row);
    number_rows(list);
    return row;
}

void pair_list_set_cover(PairList *list, int k, gboolean of_style, const PairCover *cover)
{
    Row *row = row_at(list, k);

    row->cover[of_style ? 1 : 0] = *cover;
    pair_note_show(row->note, row->cover);
}

/* ---------------------------------------------------------------------- public */

static void list_free(gpointer data)
{
    PairList *list = data;

    g_ptr_array_unref(list->rows);
    together_free(list->together);
    g_free(list);
}

static void on_together(gpointer data)
{
    tell(data);
}

PairList *pair_list_new(GimpDrawable *content, void (*changed)(gpointer data), gpointer data)
{
    PairList *list = g_new0(PairList, 1);

    list->content = content;
    list->changed = changed;
    list->data = data;
    list->rows = g_ptr_array_new_with_free_func(g_free);
    list->together = together_new(on_together, list);
    list->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    g_object_set_data_full(G_OBJECT(list->box), "pairs", list, list_free);
    return list;
}

GtkWidget *pair_list_widget(PairList *list)
{
    return list->box;
}

int pair_list_count(PairList *list)
{
    return list->rows->len;
}

void pair_list_get(PairList *list, int k, GimpDrawable **content, GimpDrawable **style)
{
    *content = chooser_get(row_at(list, k)->content);
    *style = chooser_get(row_at(list, k)->style);
}

void pair_list_refresh(PairList *list, GimpDrawable *style)
{
    list->style = style;
    list->quiet++;
    for (int k = 0; k < pair_list_count(list); k++)
        fill_row(row_at(list, k));
    list->quiet--;
    name_regions(list);
}

Together *pair_list_together(PairList *list)
{
    return list->together;
}

void pair_list_touch(PairList *list)
{
    pair_list_refresh(list, list->style);
    tell(list);
}

void pair_list_offer_paint(PairList *list, void (*paint)(int row, gpointer data), gpointer data)
{
    list->paint = paint;
    list->paint_data = data;
}

void pair_list_stop_paint(PairList *list)
{
    for (int k = 0; k < pair_list_count(list); k++)
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(row_at(list, k)->paint), FALSE);
}

void pair_list_clear(PairList *list)
{
    pair_list_stop_paint(list);
    for (int k = 0; k < pair_list_count(list); k++)
        gtk_widget_destroy(row_at(list, k)->box);
    g_ptr_array_set_size(list->rows, 0);
    tell(list);
}

void pair_list_add(PairList *list, GimpDrawable *content, GimpDrawable *style)
{
    Row *row;

    list->quiet++;
    row = add_row(list);
    chooser_set(row->content, content);
    chooser_set(row->style, style);
    list->quiet--;
    tell(list);
}

/* A layer is chosen by who knows that it is a mask. */
static void choose_mask(GtkWidget *chooser, int n)
{
    if (chooser_set_nth(chooser, n) && GIMP_IS_LAYER(chooser_get(chooser)))
        gtk_combo_box_set_active(GTK_COMBO_BOX(chooser), -1);
}

int pair_list_lacking(PairList *list, gboolean of_style)
{
    int k = 0;

    while (k < pair_list_count(list) &&
           chooser_get(of_style ? row_at(list, k)->style : row_at(list, k)->content))
        k++;
    return k;
}

void pair_list_choose(PairList *list, int row, GimpDrawable *content, int style_row,
                      GimpDrawable *style_mask, GimpDrawable *style)
{
    list->quiet++;
    pair_list_refresh(list, style);
    while (pair_list_count(list) <= MAX(content ? row : 0, style_mask ? style_row : 0))
        add_row(list);
    if (content)
        chooser_set(row_at(list, row)->content, content);
    if (style_mask)
        chooser_set(row_at(list, style_row)->style, style_mask);
    list->quiet--;
    tell(list);
}

void pair_list_add_next(PairList *list)
{
    int n = pair_list_count(list);
    Row *row;

    list->quiet++;
    row = add_row(list);
    choose_mask(row->content, n);
    choose_mask(row->style, n);
    list->quiet--;
    tell(list);
}

void pair_list_match(PairList *list)
{
    Row *row;
    int masks;

    list->quiet++;
    pair_list_clear(list);
    row = add_row(list);
    masks = chooser_count(row->content);
    for (int i = 0; i < masks; i++) {
        GimpDrawable *content, *style;
        char *name;

        chooser_set_nth(row->content, i);
        content = chooser_get(row->content);
        name = gimp_item_get_name(GIMP_ITEM(content));
        style = chooser_find(row->style, name);
        g_free(name);
        if (style && !mask_looks_like_photo(content) && !mask_looks_like_photo(style)) {
            chooser_set(row->style, style);
            row = add_row(list);
        }
    }
    remove_row(row);
    list->quiet--;
    tell(list);
}
