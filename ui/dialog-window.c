/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the window consists of. */

#include "dialog-private.h"

#include <glib/gi18n.h>

#include "letters.h"
#include "model-row.h"
#include "preview.h"
#include "settings.h"
#include "strengths.h"
#include "view-bar.h"
#include "window-fit.h"

#define VIEW_WIDTH 720
#define VIEW_HEIGHT 480
#define STYLE_WIDTH 360
#define STYLE_HEIGHT 120
#define SLIDER_WIDTH 72 /* at least */

static GtkWidget *framed(GtkWidget *view)
{
    GtkWidget *frame = gtk_frame_new(NULL);

    gtk_container_add(GTK_CONTAINER(frame), view);
    gtk_widget_show(frame);
    return frame;
}

static void pack(GtkWidget *box, GtkWidget *widget, gboolean expand)
{
    gtk_box_pack_start(GTK_BOX(box), widget, expand, expand, 0);
    gtk_widget_show(widget);
}

static GtkWidget *make_view(Dialog *dialog, const DialogChanged *changed)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6), *bar;

    dialog->showing = showing_new(dialog->content, VIEW_WIDTH, VIEW_HEIGHT);
    bar = view_bar_new(showing_widget(dialog->showing));
    dialog->status = gtk_label_new(_("Your photo"));
    gtk_label_set_ellipsize(GTK_LABEL(dialog->status), PANGO_ELLIPSIZE_END);
    pack(bar, dialog->status, TRUE);
    pack(box, bar, FALSE);
    pack(box, framed(showing_widget(dialog->showing)), TRUE);
    dialog->variants = variants_new(dialog->showing, changed->taken, dialog);
    pack(box, variants_widget(dialog->variants), FALSE);
    return box;
}

static GtkWidget *make_settings(Dialog *dialog, const DialogChanged *changed)
{
    GimpProcedureDialog *window = GIMP_PROCEDURE_DIALOG(dialog->window);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12), *recipes;
    GtkSizeGroup *labels = gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL);

    dialog->style = style_row_new(dialog->content, labels, &changed->style, dialog);
    dialog->main = settings_main(window, labels);
    dialog->strengths = strengths_new(dialog->config);
    dialog->regions =
        region_panel_new(dialog->content, showing_widget(dialog->showing), dialog->style_view,
                         gimp_procedure_dialog_get_widget(window, "unmatched", GTK_TYPE_COMBO_BOX),
                         model_row_new(dialog->config, labels), labels, &changed->regions, dialog);
    dialog->more = settings_more(dialog->config);
    recipes = recipes_new(dialog->content, dialog->config, labels, changed->recipe, dialog);
    pack(box, style_row_widget(dialog->style), FALSE);
    dialog->replace = gtk_check_button_new_with_mnemonic(_("Replace the earlier result"));
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(dialog->replace), TRUE);
    gtk_widget_set_tooltip_text(dialog->replace,
                                _("The layer that you called the filter on is one of its results: "
                                  "the photo that it was made from is used, and the layer goes. "
                                  "Without this, both results are kept."));
    gtk_box_pack_start(GTK_BOX(box), dialog->replace, FALSE, FALSE, 0);
    pack(box, recipes, FALSE);
    pack(box, region_panel_widget(dialog->regions), FALSE);
    gtk_box_pack_start(GTK_BOX(box), dialog->strengths, FALSE, FALSE, 0);
    pack(box, gtk_separator_new(GTK_ORIENTATION_HORIZONTAL), FALSE);
    pack(box, dialog->main, FALSE);
    pack(box, gtk_separator_new(GTK_ORIENTATION_HORIZONTAL), FALSE);
    pack(box, dialog->more, FALSE);
    pack(box, look_button_new(dialog->live, dialog->content, dialog->config, &changed->look, dialog),
         FALSE);
    g_object_unref(labels);
    gtk_widget_show(box);
    return box;
}

/* On a narrow screen choices are cut at their ends and sliders are short, and no button is out of sight. */
static void let_shrink(GtkWidget *widget, gpointer unused)
{
    GList *cells;

    if (GTK_IS_SCALE(widget))
        gtk_widget_set_size_request(widget, SLIDER_WIDTH, -1);
    else if (!GTK_IS_COMBO_BOX(widget) && GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), let_shrink, NULL);
    if (!GTK_IS_COMBO_BOX(widget))
        return;
    cells = gtk_cell_layout_get_cells(GTK_CELL_LAYOUT(widget));
    for (GList *l = cells; l; l = l->next)
        if (GTK_IS_CELL_RENDERER_TEXT(l->data)) {
            PangoEllipsizeMode mode;
            g_object_get(l->data, "ellipsize", &mode, NULL);
            if (mode == PANGO_ELLIPSIZE_NONE) /* names are cut in the middle */
                g_object_set(l->data, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
        }
    g_list_free(cells);
}

/* What has no room in the window is reached by scrolling. */
static GtkWidget *scrolled(GtkWidget *settings)
{
    GtkWidget *window = gtk_scrolled_window_new(NULL, NULL);

    gtk_scrolled_window_set_overlay_scrolling(GTK_SCROLLED_WINDOW(window), FALSE);
    gtk_scrolled_window_set_min_content_width(GTK_SCROLLED_WINDOW(window), 380);
    gtk_scrolled_window_set_propagate_natural_width(GTK_SCROLLED_WINDOW(window), TRUE);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(window), TRUE);
    gtk_widget_set_margin_end(settings, 6);
    let_shrink(settings, NULL);
    gtk_container_add(GTK_CONTAINER(window), settings);
    return window;
}

static GtkWidget *make_column(Dialog *dialog, const DialogChanged *changed)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);

    dialog->style_view = preview_new(_("The style photo"), STYLE_WIDTH, STYLE_HEIGHT);
    dialog->settings = make_settings(dialog, changed);
    pack(box, framed(dialog->style_view), FALSE);
    pack(box, scrolled(dialog->settings), TRUE);
    return box;
}

/* Transfer and "Use This" come before Apply. */
static void add_button(Dialog *dialog, const char *label, int response, const char *tooltip)
{
    GtkWidget *ok = gtk_dialog_get_widget_for_response(GTK_DIALOG(dialog->window), GTK_RESPONSE_OK);
    GtkWidget *button = gtk_dialog_add_button(GTK_DIALOG(dialog->window), label, response);
    GtkWidget *box = gtk_widget_get_parent(ok);
    int place;

    gtk_container_child_get(GTK_CONTAINER(box), ok, "position", &place, NULL);
    gtk_box_reorder_child(GTK_BOX(box), button, place);
    gtk_widget_set_can_default(button, TRUE);
    gtk_widget_set_tooltip_text(button, tooltip);
}

/* GIMP's own button, which is there where the user's preferences have it, would leave nothing to read where
 * there is no browser.  Its key is F1. */
static void replace_help(Dialog *dialog)
{
    GtkDialog *window = GTK_DIALOG(dialog->window);
    GtkWidget *button = gtk_dialog_get_widget_for_response(window, GTK_RESPONSE_HELP), *box;

    if (!button)
        return;
    box = gtk_widget_get_parent(button);
    gtk_widget_destroy(button);
    button = gtk_dialog_add_button(window, _("Help"), RESPONSE_HELP);
    gtk_button_box_set_child_secondary(GTK_BUTTON_BOX(box), button, TRUE);
    gtk_widget_set_tooltip_text(button, _("Open the help page in a browser (F1)"));
}

void dialog_make_window(Dialog *dialog, GimpProcedure *procedure, const DialogChanged *changed)
{
    GtkWidget *all = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    GtkWidget *columns = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 18);

    dialog->window = gimp_procedure_dialog_new(procedure, dialog->config,
                                               _("Photo Style Transfer"));
    gimp_procedure_dialog_set_ok_label(GIMP_PROCEDURE_DIALOG(dialog->window), _("_Apply"));
    replace_help(dialog);
    add_button(dialog, _("Use Th_is"), RESPONSE_USE,
               _("Stop, and take what has come out so far as the result"));
    add_button(dialog, _("_Transfer"), RESPONSE_TRANSFER,
               _("Compute the result at the chosen quality and show it"));
    gtk_container_set_border_width(GTK_CONTAINER(all), 12);
    pack(columns, make_view(dialog, changed), TRUE);
    pack(columns, make_column(dialog, changed), FALSE);
    pack(all, columns, TRUE);
    progress_view_init(&dialog->progress);
    pack(all, dialog->progress.box, FALSE);
    pack(gtk_dialog_get_content_area(GTK_DIALOG(dialog->window)), all, TRUE);
    window_fit(GTK_WINDOW(dialog->window));
    letters_keep_apart(GTK_WINDOW(dialog->window),
                       gtk_widget_get_parent(gtk_dialog_get_widget_for_response(
                           GTK_DIALOG(dialog->window), GTK_RESPONSE_OK)));
}
