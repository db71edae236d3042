/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "dialog.h"

#include <glib/gi18n.h>
#include <libgimp/gimpui.h>

#include "chooser.h"
#include "plug-in/found.h"
#include "plug-in/remember.h"
#include "preview.h"
#include "progress.h"
#include "recipes.h"
#include "region-panel.h"
#include "report/translate.h"
#include "settings.h"
#include "window-fit.h"

#define VIEW_WIDTH 360
#define VIEW_HEIGHT 225
#define TICK 80 /* milliseconds */

typedef struct {
    GimpDrawable *content;
    GimpProcedureConfig *config;
    Request *request;
    Job **job;

    GtkWidget *window, *settings, *caption, *content_view, *style_view, *style;
    RegionPanel *regions;
    ProgressView progress;
    guint tick;        /* not 0 while computing */
    gboolean finished; /* well */
} Dialog;

/* -------------------------------------------------------------------- computing */

static void set_computing(Dialog *dialog, gboolean computing)
{
    gtk_widget_set_sensitive(dialog->settings, !computing);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(dialog->window), GTK_RESPONSE_OK,
                                      !computing && chooser_get(dialog->style));
    gtk_label_set_text(GTK_LABEL(dialog->caption),
                       computing ? _("Result so far (press to compare)") : _("Your photo"));
    if (!computing) {
        preview_set_result(dialog->content_view, NULL);
        progress_view_hide(&dialog->progress);
    }
}

static void show_preview(Dialog *dialog)
{
    const Babl *fish = babl_fish(layers_rgb_format(&dialog->request->encoding, FALSE),
                                 babl_format("cairo-RGB24"));
    cairo_surface_t *surface;
    DpsImage image;
    gsize plane;
    float *row;

    if (!job_take_preview(*dialog->job, &image))
        return;
    plane = (gsize) image.width * image.height;
    row = g_new(float, 3 * image.width);
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, image.width, image.height);
    for (int y = 0; y < image.height; y++) {
        for (int x = 0; x < image.width; x++)
            for (int c = 0; c < 3; c++)
                row[3 * x + c] = image.data[c * plane + (gsize) y * image.width + x];
        babl_process(fish, row,
                     cairo_image_surface_get_data(surface) +
                         y * cairo_image_surface_get_stride(surface),
                     image.width);
    }
    cairo_surface_mark_dirty(surface);
    preview_set_result(dialog->content_view, surface);
    cairo_surface_destroy(surface);
    g_free(row);
    dps_image_clear(&image);
}

static void forget_run(Dialog *dialog)
{
    g_clear_pointer(dialog->job, job_free);
    request_clear(dialog->request);
    set_computing(dialog, FALSE);
}

static gboolean on_tick(gpointer data)
{
    Dialog *dialog = data;
    const DpsResult *result;
    JobState state;
    DpsStatus status;

    job_poll(*dialog->job, &state);
    show_preview(dialog);
    progress_view_show(&dialog->progress, &state);
    if (!state.finished)
        return G_SOURCE_CONTINUE;

    dialog->tick = 0;
    status = job_finish(*dialog->job, &result);
    if (status == DPS_OK) {
        dialog->finished = TRUE;
        gtk_dialog_response(GTK_DIALOG(dialog->window), GTK_RESPONSE_OK);
    } else {
        if (status == DPS_CANCELLED)
            progress_view_say(&dialog->progress, GTK_MESSAGE_INFO,
                              _("Stopped. Your photo is as it was."));
        else {
            char *trouble = translate_message(&result->message);

            progress_view_say(&dialog->progress, GTK_MESSAGE_ERROR, trouble);
            g_free(trouble);
        }
        forget_run(dialog);
    }
    return G_SOURCE_REMOVE;
}

static void start(Dialog *dialog)
{
    GError *error = NULL;

    progress_view_say(&dialog->progress, GTK_MESSAGE_INFO, NULL);
    if (!gimp_item_is_valid(GIMP_ITEM(dialog->content)))
        g_set_error_literal(&error, GIMP_PLUG_IN_ERROR, 0, _("Your photo has been closed."));
    g_object_set(dialog->config, "style", chooser_get(dialog->style), NULL);
    if (error || !region_panel_store(dialog->regions, dialog->config, &error) ||
        !request_read(dialog->request, dialog->content, dialog->config, &error)) {
        progress_view_say(&dialog->progress, GTK_MESSAGE_ERROR, error->message);
        g_error_free(error);
        return;
    }
    *dialog->job = job_start(&dialog->request->job, found_prepare, dialog->request);
    set_computing(dialog, TRUE);
    dialog->tick = g_timeout_add(TICK, on_tick, dialog);
}

/* Runs before GimpProcedureDialog's own handler, which would close the window. */
static void on_response(GtkDialog *window, int response, Dialog *dialog)
{
    if (dialog->finished)
        return;
    if (dialog->tick) {
        if (response == GTK_RESPONSE_CANCEL || response == GTK_RESPONSE_DELETE_EVENT)
            job_cancel(*dialog->job);
        g_signal_stop_emission_by_name(window, "response");
    } else if (response == GTK_RESPONSE_OK) {
        g_signal_stop_emission_by_name(window, "response");
        start(dialog);
    }
}

/* ------------------------------------------------------------------------ style */

static void on_style(GtkWidget *chooser, Dialog *dialog)
{
    GimpDrawable *style = chooser_get(chooser);

    preview_set_drawable(dialog->style_view, style,
                         _("Open the photo whose light and colours you want."));
    region_panel_set_style(dialog->regions, style);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(dialog->window), GTK_RESPONSE_OK, style != NULL);
}

/* The style that was used before, or the newest layer of another image. */
static void choose_first_style(Dialog *dialog)
{
    GimpImage *own = gimp_item_get_image(GIMP_ITEM(dialog->content));
    GimpDrawable *style = NULL;

    g_object_get(dialog->config, "style", &style, NULL);
    if (!chooser_set(dialog->style, style))
        for (int i = 0; chooser_set_nth(dialog->style, i); i++)
            if (gimp_item_get_image(GIMP_ITEM(chooser_get(dialog->style))) != own)
                break;
    g_clear_object(&style);
    on_style(dialog->style, dialog);
}

static void open_photo(Dialog *dialog, GFile *file)
{
    GimpImage *image = gimp_file_load(GIMP_RUN_INTERACTIVE, file);
    GimpLayer **layers;

    if (!image) {
        progress_view_say(&dialog->progress, GTK_MESSAGE_ERROR,
                          gimp_pdb_get_last_error(gimp_get_pdb()));
        return;
    }
    gimp_display_new(image);
    gtk_window_present(GTK_WINDOW(dialog->window));
    chooser_fill(dialog->style, NULL, dialog->content);
    layers = gimp_image_get_layers(image);
    chooser_set(dialog->style, GIMP_DRAWABLE(layers[0]));
    g_free(layers);
}

static void on_open(GtkButton *button, Dialog *dialog)
{
    GtkWidget *files = gtk_file_chooser_dialog_new(
        _("Open a Style Photo"), GTK_WINDOW(dialog->window), GTK_FILE_CHOOSER_ACTION_OPEN,
        _("_Cancel"), GTK_RESPONSE_CANCEL, _("_Open"), GTK_RESPONSE_ACCEPT, NULL);
    GtkFileFilter *filter = gtk_file_filter_new();

    gtk_file_filter_add_pixbuf_formats(filter);
    gtk_file_filter_set_name(filter, _("Photos"));
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(files), filter);
    filter = gtk_file_filter_new();
    gtk_file_filter_add_pattern(filter, "*");
    gtk_file_filter_set_name(filter, _("All files"));
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(files), filter);
    if (gtk_dialog_run(GTK_DIALOG(files)) == GTK_RESPONSE_ACCEPT) {
        GFile *file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(files));

        gtk_widget_hide(files);
        open_photo(dialog, file);
        g_object_unref(file);
    }
    gtk_widget_destroy(files);
}

/* Images may have been opened, and masks painted, while another window was in front. */
static gboolean on_focus(GtkWidget *window, GdkEvent *event, Dialog *dialog)
{
    if (dialog->tick)
        return FALSE;
    chooser_fill(dialog->style, NULL, dialog->content);
    if (!chooser_get(dialog->style))
        choose_first_style(dialog);
    region_panel_refresh(dialog->regions);
    return FALSE;
}

/* The config has become what a layer's recipe says. */
static void on_recipe(gpointer data, const char *trouble)
{
    Dialog *dialog = data;

    progress_view_say(&dialog->progress, GTK_MESSAGE_ERROR, trouble);
    if (trouble)
        return;
    choose_first_style(dialog);
    region_panel_load(dialog->regions, dialog->config);
}

/* ----------------------------------------------------------------------- layout */

static GtkWidget *captioned(GtkWidget *caption, GtkWidget *view)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 3);
    GtkWidget *frame = gtk_frame_new(NULL);

    gtk_label_set_xalign(GTK_LABEL(caption), 0.0);
    gtk_label_set_ellipsize(GTK_LABEL(caption), PANGO_ELLIPSIZE_END);
    gtk_container_add(GTK_CONTAINER(frame), view);
    gtk_box_pack_start(GTK_BOX(box), caption, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), frame, TRUE, TRUE, 0);
    return box;
}

/* Both photos, one above the other. */
static GtkWidget *make_views(Dialog *dialog)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);

    dialog->caption = gtk_label_new(_("Your photo"));
    dialog->content_view = preview_new(_("Your photo"), VIEW_WIDTH, VIEW_HEIGHT);
    dialog->style_view = preview_new(_("The style photo"), VIEW_WIDTH, VIEW_HEIGHT);
    gtk_box_pack_start(GTK_BOX(box), captioned(dialog->caption, dialog->content_view), TRUE, TRUE,
                       0);
    gtk_box_pack_start(GTK_BOX(box), captioned(gtk_label_new(_("Style")), dialog->style_view), TRUE,
                       TRUE, 0);
    gtk_widget_show_all(box);
    return box;
}

static GtkWidget *make_style_row(Dialog *dialog, GtkSizeGroup *labels)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = gtk_label_new_with_mnemonic(_("St_yle"));
    GtkWidget *open = gtk_button_new_with_mnemonic(_("_Open Photo…"));

    dialog->style = chooser_new(CHOOSE_PHOTO);
    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_size_group_add_widget(labels, label);
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), dialog->style);
    gtk_widget_set_tooltip_text(dialog->style, _("The photo whose light and colours you want: a "
                                                 "layer of any open image"));
    gtk_widget_set_tooltip_text(open, _("Open another photo in GIMP and use it as the style"));
    g_signal_connect(open, "clicked", G_CALLBACK(on_open), dialog);
    gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), dialog->style, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), open, FALSE, FALSE, 0);
    gtk_widget_show_all(box);
    return box;
}

static void add_separator(GtkWidget *box)
{
    GtkWidget *separator = gtk_separator_new(GTK_ORIENTATION_HORIZONTAL);

    gtk_box_pack_start(GTK_BOX(box), separator, FALSE, FALSE, 0);
    gtk_widget_show(separator);
}

static GtkWidget *make_settings(Dialog *dialog)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    GtkSizeGroup *labels = gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL);

    gtk_box_pack_start(GTK_BOX(box), make_style_row(dialog, labels), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box),
                       recipes_new(dialog->content, dialog->config, labels, on_recipe, dialog),
                       FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), settings_main(GIMP_PROCEDURE_DIALOG(dialog->window), labels),
                       FALSE, FALSE, 0);
    add_separator(box);
    dialog->regions =
        region_panel_new(dialog->content, dialog->content_view, dialog->style_view,
                         gimp_procedure_dialog_get_widget(GIMP_PROCEDURE_DIALOG(dialog->window),
                                                          "unmatched", GTK_TYPE_COMBO_BOX),
                         labels);
    gtk_box_pack_start(GTK_BOX(box), region_panel_widget(dialog->regions), FALSE, FALSE, 0);
    add_separator(box);
    gtk_box_pack_start(GTK_BOX(box), settings_more(dialog->config), FALSE, FALSE, 0);
    g_object_unref(labels);
    gtk_widget_show(box);
    return box;
}

/* What has no room in the window is reached by scrolling. */
static GtkWidget *scrolled(GtkWidget *settings)
{
    GtkWidget *window = gtk_scrolled_window_new(NULL, NULL);

    gtk_scrolled_window_set_overlay_scrolling(GTK_SCROLLED_WINDOW(window), FALSE);
    gtk_scrolled_window_set_min_content_width(GTK_SCROLLED_WINDOW(window), 360);
    gtk_scrolled_window_set_propagate_natural_width(GTK_SCROLLED_WINDOW(window), TRUE);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(window), TRUE);
    gtk_widget_set_margin_end(settings, 18);
    gtk_container_add(GTK_CONTAINER(window), settings);
    gtk_widget_show(window);
    return window;
}

static void make_window(Dialog *dialog, GimpProcedure *procedure)
{
    GtkWidget *all = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    GtkWidget *columns = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 18);

    dialog->window = gimp_procedure_dialog_new(procedure, dialog->config,
                                               _("Photo Style Transfer"));
    gimp_procedure_dialog_set_ok_label(GIMP_PROCEDURE_DIALOG(dialog->window), _("_Transfer"));
    gtk_container_set_border_width(GTK_CONTAINER(all), 12);
    gtk_box_pack_start(GTK_BOX(columns), make_views(dialog), TRUE, TRUE, 0);
    dialog->settings = make_settings(dialog);
    gtk_box_pack_start(GTK_BOX(columns), scrolled(dialog->settings), TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(all), columns, TRUE, TRUE, 0);
    progress_view_init(&dialog->progress);
    gtk_box_pack_start(GTK_BOX(all), dialog->progress.box, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(gtk_dialog_get_content_area(GTK_DIALOG(dialog->window))), all, TRUE,
                       TRUE, 0);
    gtk_widget_show(all);
    gtk_widget_show(columns);
    window_fit(GTK_WINDOW(dialog->window));
}

GimpPDBStatusType dialog_run(GimpProcedure *procedure, GimpDrawable *content,
                             GimpProcedureConfig *config, Request *request, Job **job)
{
    Dialog dialog = { .content = content, .config = config, .request = request, .job = job };
    gboolean ok;

    gimp_ui_init("deep-photo-style");
    make_window(&dialog, procedure);
    preview_set_drawable(dialog.content_view, content, NULL);
    chooser_fill(dialog.style, NULL, content);
    remember_restore(config, content, NULL);
    choose_first_style(&dialog);
    region_panel_load(dialog.regions, config);

    g_signal_connect(dialog.style, "changed", G_CALLBACK(on_style), &dialog);
    g_signal_connect(dialog.window, "response", G_CALLBACK(on_response), &dialog);
    g_signal_connect(dialog.window, "focus-in-event", G_CALLBACK(on_focus), &dialog);
    ok = gimp_procedure_dialog_run(GIMP_PROCEDURE_DIALOG(dialog.window));
    if (dialog.tick)
        g_source_remove(dialog.tick);
    gtk_widget_destroy(dialog.window);
    return ok && dialog.finished ? GIMP_PDB_SUCCESS : GIMP_PDB_CANCEL;
}
