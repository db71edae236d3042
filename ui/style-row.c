/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "style-row.h"

#include <glib/gi18n.h>

#include "chooser.h"
#include "plug-in/layers.h"
#include "plug-in/under.h"
#include "style-files.h"

/* Entries that are no layers of open images: one to list all there are, files used lately, from RECENT
 * downwards, and what lies under the content. */
enum { MORE = -1, RECENT = -2, MOST_RECENT = 5, UNDER = -100 };

struct StyleRow {
    GimpDrawable *content;
    GimpDrawable *chosen; /* as it was told last */
    GimpDrawable *under;  /* what lies under the content, once that was chosen */
    guint around;         /* under_stamp, when that was made */
    GtkWidget *box, *chooser;
    StyleRowTold told;
    gpointer data;
    GList *recent; /* of GFile */
    gboolean all, filling;
};

static void fill(StyleRow *row)
{
    gboolean under = style_row_is_under(row);
    int number = RECENT;

    row->filling = TRUE;
    chooser_set_kind(row->chooser, row->all ? CHOOSE_PHOTO : CHOOSE_STYLE);
    chooser_fill(row->chooser, gimp_item_get_image(GIMP_ITEM(row->content)), row->content);
    if (under_is_possible(row->content))
        chooser_add_text(row->chooser, UNDER, _("What lies under this layer"));
    if (under)
        chooser_set_text(row->chooser, UNDER);
    for (GList *l = row->recent; l; l = l->next) {
        char *name = g_file_get_basename(l->data);
        /* Translators: a style photo that was used lately, by its file's name. */
        char *text = g_strdup_printf(_("Open again: %s"), name);

        chooser_add_text(row->chooser, number--, text);
        g_free(text);
        g_free(name);
    }
    if (!row->all)
        chooser_add_text(row->chooser, MORE, _("All layers of all images…"));
    row->filling = FALSE;
}

static void tell(StyleRow *row)
{
    GimpDrawable *style = style_row_get(row), *before = row->chosen;

    if (style == before)
        return;
    row->chosen = style;
    row->told.chosen(style, row->data);
    if (before && before == row->under) {
        row->under = NULL;
        under_discard(before);
    }
}

/* As it was before something that can't be had was chosen. */
static void choose_again(StyleRow *row)
{
    row->filling = TRUE;
    if (!chooser_set(row->chooser, row->chosen))
        gtk_combo_box_set_active(GTK_COMBO_BOX(row->chooser), -1);
    row->filling = FALSE;
}

gboolean style_row_set_under(StyleRow *row)
{
    GError *error = NULL;

    if (!row->under) {
        row->around = under_stamp(row->content);
        row->under = under_new(row->content, &error);
    }
    row->filling = TRUE;
    if (row->under)
        chooser_set_text(row->chooser, UNDER);
    row->filling = FALSE;
    if (row->under) {
        tell(row);
    } else {
        choose_again(row);
        row->told.trouble(error->message, row->data);
        g_error_free(error);
    }
    return row->under != NULL;
}

GimpDrawable *style_row_renew(StyleRow *row)
{
    GimpDrawable *before = row->under, *now;
    guint around;

    if (!style_row_is_under(row) || (around = under_stamp(row->content)) == row->around)
        return NULL;
    row->around = around;
    now = under_new(row->content, NULL);
    if (!now)
        return NULL;
    if (layers_stamp(now) == layers_stamp(before)) {
        under_discard(now);
        return NULL;
    }
    row->under = row->chosen = now;
    return before;
}

static void open_file(StyleRow *row, GFile *file)
{
    GError *error = NULL;
    GimpDrawable *layer = style_files_open(file, &error);

    gtk_window_present(GTK_WINDOW(gtk_widget_get_toplevel(row->box)));
    fill(row);
    if (layer) {
        style_files_used(layer);
        style_row_set(row, layer);
    } else {
        style_row_set(row, row->chosen);
        row->told.trouble(error->message, row->data);
        g_error_free(error);
    }
}

/* For who has just chosen an entry by mouse or keyboard. */
static void pop_up(StyleRow *row)
{
    GdkEvent *event = gtk_get_current_event();

    if (event)
        gtk_combo_box_popup(GTK_COMBO_BOX(row->chooser));
    g_clear_pointer(&event, gdk_event_free);
}

static void on_changed(StyleRow *row)
{
    int number = chooser_get_text(row->chooser);
    GFile *file;

    if (row->filling)
        return;
    if (number == MORE) {
        row->all = TRUE;
        fill(row);
        row->filling = TRUE;
        chooser_set(row->chooser, row->chosen);
        row->filling = FALSE;
        pop_up(row);
    } else if (number == UNDER) {
        style_row_set_under(row);
    } else if (number) {
        file = g_object_ref(g_list_nth_data(row->recent, RECENT - number));
        open_file(row, file);
        g_object_unref(file);
    } else {
        tell(row);
    }
}

/* The newest; nothing where there is only what would have to be opened. */
static void choose_first(StyleRow *row)
{
    chooser_set_nth(row->chooser, 0);
    if (!chooser_get(row->chooser))
        gtk_combo_box_set_active(GTK_COMBO_BOX(row->chooser), -1);
}

void style_row_set(StyleRow *row, GimpDrawable *style)
{
    row->filling = TRUE;
    if (!chooser_set(row->chooser, style)) {
        if (style && gimp_item_is_valid(GIMP_ITEM(style)) && style != row->content) {
            row->all = TRUE;
            fill(row);
            row->filling = TRUE;
        }
        if (!chooser_set(row->chooser, style))
            choose_first(row);
    }
    row->filling = FALSE;
    tell(row);
}

void style_row_refresh(StyleRow *row)
{
    fill(row);
    if (row->chosen && !gimp_item_is_valid(GIMP_ITEM(row->chosen)))
        return; /* what was made of it stays until another one is chosen */
    row->filling = TRUE;
    if (!style_row_get(row))
        choose_first(row);
    row->filling = FALSE;
    tell(row);
}

GimpDrawable *style_row_get(StyleRow *row)
{
    return style_row_is_under(row) ? row->under : chooser_get(row->chooser);
}

gboolean style_row_is_under(StyleRow *row)
{
    return row->under && chooser_get_text(row->chooser) == UNDER;
}

GtkWidget *style_row_widget(StyleRow *row)
{
    return row->box;
}

/* ----------------------------------------------------------------------- making */

static void on_file(GFile *file, gpointer data)
{
    open_file(data, file);
}

static void on_open(StyleRow *row)
{
    style_files_ask(GTK_WINDOW(gtk_widget_get_toplevel(row->box)), row->content, on_file, row);
}

static void row_free(gpointer data)
{
    StyleRow *row = data;

    g_list_free_full(row->recent, g_object_unref);
    g_free(row);
}

StyleRow *style_row_new(GimpDrawable *content, GtkSizeGroup *labels, const StyleRowTold *told,
                        gpointer data)
{
    StyleRow *row = g_new0(StyleRow, 1);
    GtkWidget *label = gtk_label_new_with_mnemonic(_("St_yle"));
    GtkWidget *open = gtk_button_new_with_mnemonic(_("_Open Photo…"));

    row->content = content;
    row->told = *told;
    row->data = data;
    row->box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    row->chooser = chooser_new(CHOOSE_STYLE);
    row->recent = style_files_recent(MOST_RECENT);
    fill(row);
    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_size_group_add_widget(labels, label);
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), row->chooser);
    gtk_widget_set_tooltip_text(row->chooser, _("The photo whose light and colours you want: a "
                                                "layer of any open image"));
    gtk_widget_set_tooltip_text(open, _("Open another photo, a style that was learnt (a .dps "
                                        "file) or a look (a .cube file) in GIMP and use it as "
                                        "the style"));
    g_signal_connect_swapped(row->chooser, "changed", G_CALLBACK(on_changed), row);
    g_signal_connect_swapped(open, "clicked", G_CALLBACK(on_open), row);
    gtk_box_pack_start(GTK_BOX(row->box), label, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row->box), row->chooser, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(row->box), open, FALSE, FALSE, 0);
    gtk_widget_show_all(row->box);
    g_object_set_data_full(G_OBJECT(row->box), "row", row, row_free);
    return row;
}
