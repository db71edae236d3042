/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "ask-file.h"

#include <glib/gi18n.h>

#include "style-files.h"

typedef struct {
    FileChosen chosen;
    gpointer data;
} Asking;

static void on_response(GtkWidget *window, int response, Asking *asking)
{
    GFile *file = response == GTK_RESPONSE_ACCEPT
                      ? gtk_file_chooser_get_file(GTK_FILE_CHOOSER(window))
                      : NULL;

    gtk_widget_hide(window);
    if (file)
        asking->chosen(file, asking->data);
    g_clear_object(&file);
    gtk_widget_destroy(window);
}

GtkWidget *ask_file_new(GtkWindow *parent, const char *title, GtkFileChooserAction action,
                        const char *agree, GimpDrawable *photo, FileChosen chosen, gpointer data)
{
    GtkWidget *window = gtk_file_chooser_dialog_new(
        title, parent, action, _("_Cancel"), GTK_RESPONSE_CANCEL, agree, GTK_RESPONSE_ACCEPT, NULL);
    GFile *own = style_files_of(gimp_item_get_image(GIMP_ITEM(photo)));
    GFile *folder = own ? g_file_get_parent(own) : NULL;
    Asking *asking = g_new(Asking, 1);

    *asking = (Asking) { chosen, data };
    if (folder)
        gtk_file_chooser_set_current_folder_file(GTK_FILE_CHOOSER(window), folder, NULL);
    g_signal_connect(window, "response", G_CALLBACK(on_response), asking);
    g_object_set_data_full(G_OBJECT(window), "asking", asking, g_free);
    gtk_dialog_set_default_response(GTK_DIALOG(window), GTK_RESPONSE_ACCEPT);
    gtk_window_set_modal(GTK_WINDOW(window), TRUE);
    gtk_window_set_destroy_with_parent(GTK_WINDOW(window), TRUE);
    g_clear_object(&folder);
    g_clear_object(&own);
    return window;
}
