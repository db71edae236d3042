/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pairs.h"

#include <glib/gi18n.h>

#include "chooser.h"
#include "plug-in/region-colour.h"
#include "swatch.h"

/* Of a picture: what counts as nothing, and what as very little. */
#define EMPTY 1e-5
#define TINY 5e-3

typedef struct {
    PairList *list;
    GtkWidget *box, *swatch, *content, *style, *note;
    double cover[2]; /* of the photo, of the style; below 0: unknown */
} Row;

struct PairList {
    GimpDrawable *content, *style;
    GtkWidget *box;
    GPtrArray *rows; /* of Row */
    void (*changed)(gpointer data);
    gpointer data;
    int quiet; /* more than 0: changes are our own, and not all made yet */
};

static void tell(PairList *list)
{
    if (!list->quiet)
        list->changed(list->data);
}

static Row *row_at(PairList *list, int k)
{
    return g_ptr_array_index(list->rows, k);
}

/* ------------------------------------------------------------------------ rows */

static void number_rows(PairList *list)
{
    for (int k = 0; k < pair_list_count(list); k++) {
        Row *row = row_at(list, k);
        char *content = g_strdup_printf(_("Region %d in the photo"), k + 1);
        char *style = g_strdup_printf(_("Region %d in the style"), k + 1);

        swatch_set(row->swatch, region_colour(k));
        atk_object_set_name(gtk_widget_get_accessible(row->content), content);
        atk_object_set_name(gtk_widget_get_accessible(row->style), style);
        g_free(content);
        g_free(style);
    }
}

static void remove_row(Row *row)
{
    PairList *list = row->list;

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

static GtkWidget *make_note(void)
{
    GtkWidget *note = gtk_label_new(NULL);

    gtk_label_set_xalign(GTK_LABEL(note), 0.0);
    gtk_label_set_line_wrap(GTK_LABEL(note), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(note), 50);
    gtk_widget_set_margin_start(note, SWATCH_SIDE + 8);
    gtk_style_context_add_class(gtk_widget_get_style_context(note), GTK_STYLE_CLASS_DIM_LABEL);
    return note;
}

static Row *add_row(PairList *list)
{
    Row *row = g_new0(Row, 1);
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    row->list = list;
    row->cover[0] = row->cover[1] = -1;
    row->note = make_note();
    row->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    row->swatch = swatch_new();
    row->content =
        mask_chooser(row, _("A channel, layer mask or layer that marks the region in your photo"));
    row->style = mask_chooser(row, _("The one that marks the same kind of region in the style"));
    fill_row(row);
    gtk_box_pack_start(GTK_BOX(line), row->swatch, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(line), row->content, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(line), gtk_label_new("↔"), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(line), row->style, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(line), remove_button(row), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row->box), line, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row->box), row->note, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(list->box), row->box, FALSE, FALSE, 0);
    gtk_widget_show_all(row->box);
    g_ptr_array_add(list->rows, row);
    number_rows(list);
    return row;
}

/* ------------------------------------------------------------------------ notes */

/* What there is to say of a row before a run; to be freed. */
static char *note_of(const Row *row)
{
    double least = MIN(row->cover[0], row->cover[1]);

    if (least < 0)
        return g_strdup("");
    if (row->cover[0] < EMPTY && row->cover[1] >= EMPTY)
        return g_strdup(_("The mask of your photo is empty: paint it white where the region is."));
    if (row->cover[1] < EMPTY && row->cover[0] >= EMPTY)
        return g_strdup(_("The mask of the style is empty: paint it white where the region is."));
    if (least < EMPTY)
        return g_strdup(_("Both masks are empty: paint them white where the region is."));
    if (least < TINY)
        return g_strdup_printf(
            _("%.2g %% of your photo, %.2g %% of the style: so small a region may "
              "pick up stray colours."),
            100 * row->cover[0], 100 * row->cover[1]);
    return g_strdup_printf(_("%.0f %% of your photo, %.0f %% of the style"), 100 * row->cover[0],
                           100 * row->cover[1]);
}

void pair_list_set_cover(PairList *list, int k, gboolean of_style, double cover)
{
    Row *row = row_at(list, k);
    char *note;

    row->cover[of_style ? 1 : 0] = cover;
    note = note_of(row);
    gtk_label_set_text(GTK_LABEL(row->note), note);
    g_free(note);
}

/* ---------------------------------------------------------------------- public */

static void list_free(gpointer data)
{
    PairList *list = data;

    g_ptr_array_unref(list->rows);
    g_free(list);
}

PairList *pair_list_new(GimpDrawable *content, void (*changed)(gpointer data), gpointer data)
{
    PairList *list = g_new0(PairList, 1);

    list->content = content;
    list->changed = changed;
    list->data = data;
    list->rows = g_ptr_array_new_with_free_func(g_free);
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
}

void pair_list_clear(PairList *list)
{
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

void pair_list_add_next(PairList *list)
{
    int n = pair_list_count(list);
    Row *row;

    list->quiet++;
    row = add_row(list);
    chooser_set_nth(row->content, n);
    chooser_set_nth(row->style, n);
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
        GimpDrawable *style;
        char *name;

        chooser_set_nth(row->content, i);
        name = gimp_item_get_name(GIMP_ITEM(chooser_get(row->content)));
        style = chooser_find(row->style, name);
        g_free(name);
        if (style) {
            chooser_set(row->style, style);
            row = add_row(list);
        }
    }
    remove_row(row);
    list->quiet--;
    tell(list);
}
