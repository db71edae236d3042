/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "style-files.h"

#include <glib/gi18n.h>
#include <string.h>

#include "report/learnt-read.h"

/* Under which the desktop's list of recent files has our own. */
#define GROUP "deep-photo-style"

/* Of the picture beside the list of files, pixels. */
#define PICTURE 256

/* Where an image that was opened here has the name of its file, for as long as GIMP runs. */
#define PARASITE "deep-photo-style-file"

static GFile *noted_file(GimpImage *image)
{
    GimpParasite *parasite = gimp_image_get_parasite(image, PARASITE);
    GFile *file;
    const char *text;
    guint32 length;
    char *uri;

    if (!parasite)
        return NULL;
    text = gimp_parasite_get_data(parasite, &length);
    uri = g_strndup(text, length);
    file = g_file_new_for_uri(uri);
    gimp_parasite_free(parasite);
    g_free(uri);
    return file;
}

static void note_file(GimpImage *image, GFile *file)
{
    char *uri = g_file_get_uri(file);
    GimpParasite *parasite = gimp_parasite_new(PARASITE, 0, strlen(uri) + 1, uri);

    gimp_image_attach_parasite(image, parasite);
    gimp_parasite_free(parasite);
    g_free(uri);
}

GFile *style_files_of(GimpImage *image)
{
    GFile *file = gimp_image_get_file(image);

    if (!file)
        file = gimp_image_get_imported_file(image);
    return file ? file : noted_file(image);
}

/* ----------------------------------------------------------------------- asking */

/* NULL where the file is none. */
static GdkPixbuf *learnt_picture(const char *path)
{
    DpsLearnt *learnt = learnt_is_named(path) ? learnt_read(path, NULL) : NULL;
    const DpsImage *copy;
    GdkPixbuf *picture;
    gsize plane;

    if (!learnt)
        return NULL;
    copy = dps_learnt_style(learnt);
    plane = (gsize) copy->width * copy->height;
    picture = gdk_pixbuf_new(GDK_COLORSPACE_RGB, FALSE, 8, copy->width, copy->height);
    for (gsize i = 0; i < plane; i++) {
        guchar *row = gdk_pixbuf_get_pixels(picture) +
                      i / copy->width * gdk_pixbuf_get_rowstride(picture);

        for (int c = 0; c < 3; c++)
            row[3 * (i % copy->width) + c] = (guchar) (255 * copy->data[c * plane + i] + 0.5f);
    }
    dps_learnt_free(learnt);
    return picture;
}

static void show_picture(GtkFileChooser *files, GtkImage *image)
{
    char *name = gtk_file_chooser_get_preview_filename(files);
    GdkPixbuf *picture = name ? learnt_picture(name) : NULL;
    GdkPixbuf *upright;

    if (name && !picture)
        picture = gdk_pixbuf_new_from_file_at_size(name, PICTURE, PICTURE, NULL);
    upright = picture ? gdk_pixbuf_apply_embedded_orientation(picture) : NULL;

    gtk_image_set_from_pixbuf(image, upright);
    gtk_file_chooser_set_preview_widget_active(files, upright != NULL);
    g_clear_object(&picture);
    g_clear_object(&upright);
    g_free(name);
}

/* One that takes no files yet. */
static GtkFileFilter *add_filter(GtkFileChooser *files, const char *name)
{
    GtkFileFilter *filter = gtk_file_filter_new();

    gtk_file_filter_set_name(filter, name);
    gtk_file_chooser_add_filter(files, filter);
    return filter;
}

static void add_filters(GtkFileChooser *files)
{
    GtkFileFilter *likely = add_filter(files, _("Photos, learnt styles and looks"));

    gtk_file_filter_add_pixbuf_formats(likely);
    gtk_file_filter_add_pattern(likely, "*.dps");
    gtk_file_filter_add_pattern(likely, "*.cube");
    gtk_file_filter_add_pattern(add_filter(files, _("Learnt styles (.dps)")), "*.dps");
    gtk_file_filter_add_pattern(add_filter(files, _("Looks (.cube)")), "*.cube");
    gtk_file_filter_add_pattern(add_filter(files, _("All files")), "*");
}

void style_files_ask(GtkWindow *parent, GimpDrawable *content, FileChosen chosen, gpointer data)
{
    GtkWidget *window = ask_file_new(parent, _("Open a Style Photo"), GTK_FILE_CHOOSER_ACTION_OPEN,
                                     _("_Open"), content, chosen, data);
    GtkFileChooser *files = GTK_FILE_CHOOSER(window);
    GtkWidget *image = gtk_image_new();

    add_filters(files);
    gtk_widget_set_size_request(image, PICTURE, -1);
    gtk_file_chooser_set_preview_widget(files, image);
    g_signal_connect(files, "update-preview", G_CALLBACK(show_picture), image);
    gtk_widget_show(window);
}

/* ---------------------------------------------------------------------- opening */

GimpDrawable *style_files_open(GFile *file, GError **error)
{
    GimpPlugIn *plug_in = gimp_get_plug_in();
    GimpDisplay *before = gimp_default_display();
    GimpImage *image;
    GimpLayer **layers;
    GimpDrawable *first;

    /* what is wrong with a file is said once: by the dialog, not in a window of GIMP's, too */
    gimp_plug_in_set_pdb_error_handler(plug_in, GIMP_PDB_ERROR_HANDLER_PLUGIN);
    image = gimp_file_load(GIMP_RUN_INTERACTIVE, file);
    if (!image)
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0, gimp_pdb_get_last_error(gimp_get_pdb()));
    gimp_plug_in_set_pdb_error_handler(plug_in, GIMP_PDB_ERROR_HANDLER_INTERNAL);
    if (!image)
        return NULL;
    note_file(image, file);
    gimp_display_new(image);
    gimp_image_clean_all(image);
    if (before && gimp_display_is_valid(before))
        gimp_display_present(before);
    layers = gimp_image_get_layers(image);
    first = GIMP_DRAWABLE(layers[0]);
    g_free(layers);
    return first;
}

/* ----------------------------------------------------------------------- recent */

static gboolean is_open(const char *uri)
{
    GimpImage **images = gimp_get_images();
    gboolean open = FALSE;

    for (int i = 0; images && images[i] && !open; i++) {
        GFile *file = style_files_of(images[i]);
        char *own = file ? g_file_get_uri(file) : NULL;

        open = g_strcmp0(own, uri) == 0;
        g_free(own);
        g_clear_object(&file);
    }
    g_free(images);
    return open;
}

static int latest_first(const void *a, const void *b)
{
    time_t first = gtk_recent_info_get_modified((GtkRecentInfo *) a);
    time_t second = gtk_recent_info_get_modified((GtkRecentInfo *) b);

    return first < second ? 1 : first > second ? -1 : 0;
}

GList *style_files_recent(int most)
{
    GList *all = gtk_recent_manager_get_items(gtk_recent_manager_get_default()), *files = NULL;

    all = g_list_sort(all, latest_first);
    for (GList *l = all; l && most; l = l->next) {
        GtkRecentInfo *info = l->data;

        if (gtk_recent_info_has_group(info, GROUP) && gtk_recent_info_is_local(info) &&
            gtk_recent_info_exists(info) && !is_open(gtk_recent_info_get_uri(info))) {
            files = g_list_append(files, g_file_new_for_uri(gtk_recent_info_get_uri(info)));
            most--;
        }
    }
    g_list_free_full(all, (GDestroyNotify) gtk_recent_info_unref);
    return files;
}

void style_files_used(GimpDrawable *style)
{
    /* GTK 3 takes a list for empty whose first entry's address has a last byte of 0 (gtk_recent_manager_add_full),
     * which none has that is odd */
    static _Alignas(2) char group[] = " " GROUP, program[] = "GIMP", command[] = "gimp %U";
    char *groups[] = { group + 1, NULL };
    GFile *file = style_files_of(gimp_item_get_image(GIMP_ITEM(style)));
    GtkRecentData data = { .app_name = program, .app_exec = command, .groups = groups };
    char *uri, *type;

    if (!file)
        return;
    uri = g_file_get_uri(file);
    type = g_content_type_guess(uri, NULL, 0, NULL);
    data.mime_type = g_content_type_get_mime_type(type);
    if (data.mime_type)
        gtk_recent_manager_add_full(gtk_recent_manager_get_default(), uri, &data);
    g_free(data.mime_type);
    g_free(type);
    g_free(uri);
    g_object_unref(file);
}
