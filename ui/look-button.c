/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "look-button.h"

#include <glib/gi18n.h>

#include "ask-file.h"
#include "plug-in/look.h"

typedef struct {
    Live *live;
    GimpDrawable *content;
    GimpProcedureConfig *config;
    GtkWidget *button;
    LookButtonTold told;
    gpointer data;
    LookFit *fit;          /* while one is being fitted */
    GtkWidget *by_regions; /* in the window in which a file is chosen */
} LookButton;

static void on_fitted(gpointer data)
{
    LookButton *look = data;
    GError *error = NULL;
    char *sentence = look_fit_save(look->fit, &error);

    look->told.said(sentence ? sentence : error->message, !sentence, look->data);
    g_clear_error(&error);
    g_free(sentence);
    g_clear_pointer(&look->fit, look_fit_free);
    gtk_widget_set_sensitive(look->button, TRUE);
}

/* A .cube file, where the name doesn't say otherwise. */
static GFile *with_ending(GFile *file)
{
    char *name = g_file_get_basename(file);
    char *path = g_file_get_path(file), *full;
    GFile *ending = NULL;

    if (path && !strchr(name, '.')) {
        full = g_strconcat(path, ".cube", NULL);
        ending = g_file_new_for_path(full);
        g_free(full);
    }
    g_free(path);
    g_free(name);
    return ending ? ending : g_object_ref(file);
}

static void fit(GFile *file, gpointer data)
{
    LookButton *look = data;
    const Request *request = live_request(look->live), *known = live_regions(look->live);
    gboolean parted = known && gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(look->by_regions));
    DpsField field = live_field(look->live);
    DpsOptions options;

    if (!request || !field.maps.data || look->fit)
        return;
    live_read_options(look->config, &options);
    file = with_ending(file);
    look->fit = look_fit_start(request->content, &field, &options, file,
                               parted ? known->job.regions : 0, parted ? known->region : NULL,
                               on_fitted, look);
    g_object_unref(file);
    gtk_widget_set_sensitive(look->button, !look->fit);
}

static GtkWidget *regions_choice(LookButton *look)
{
    const Request *known = live_regions(look->live);

    look->by_regions =
        gtk_check_button_new_with_mnemonic(_("One more for each _region, with its mask"));
    gtk_widget_set_sensitive(look->by_regions, known && known->job.regions > 0);
    gtk_widget_set_tooltip_text(
        look->by_regions, known && known->job.regions > 0
                              ? _("Together they lose less. Their files lie beside the chosen one "
                                  "and have the regions' names, too.")
                              : _("The result has no regions."));
    gtk_widget_show(look->by_regions);
    return look->by_regions;
}

static void on_clicked(LookButton *look)
{
    GtkWidget *window;

    if (!live_field(look->live).maps.data) {
        look->told.said(_("There is no result yet that could be saved as a look."), TRUE,
                        look->data);
        return;
    }
    window = ask_file_new(GTK_WINDOW(gtk_widget_get_toplevel(look->button)), _("Save the Look"),
                          GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), look->content, fit, look);
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(window), _("look.cube"));
    gtk_file_chooser_set_extra_widget(GTK_FILE_CHOOSER(window), regions_choice(look));
    gtk_file_chooser_set_do_overwrite_confirmation(GTK_FILE_CHOOSER(window), TRUE);
    gtk_widget_show(window);
}

static void look_free(gpointer data)
{
    LookButton *look = data;

    look_fit_free(look->fit);
    g_free(look);
}

GtkWidget *look_button_new(Live *live, GimpDrawable *content, GimpProcedureConfig *config,
                           const LookButtonTold *told, gpointer data)
{
    LookButton *look = g_new0(LookButton, 1);

    *look = (LookButton){
        .live = live, .content = content, .config = config, .told = *told, .data = data
    };
    look->button = gtk_button_new_with_mnemonic(_("Save Look…"));
    gtk_widget_set_tooltip_text(
        look->button,
        _("Save what the present result does to colours for other programs: as a .cube file, or "
          "with a name that ends in .png as a Hald CLUT. What differs from place to place is "
          "lost; how much that is, is said."));
    gtk_widget_set_halign(look->button, GTK_ALIGN_START);
    g_signal_connect_swapped(look->button, "clicked", G_CALLBACK(on_clicked), look);
    g_object_set_data_full(G_OBJECT(look->button), "look", look, look_free);
    return look->button;
}
