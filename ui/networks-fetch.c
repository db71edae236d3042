/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "networks.h"

#include <glib/gi18n.h>

#include "store/fetch-thread.h"

/* Lives as long as the window or what it fetches. */
typedef struct {
    GtkWidget *window, *combo, *about, *bar, *trouble; /* window: NULL when closed */
    GPtrArray *entries;
    NetworkFetched fetched;
    gpointer data;
    const StoreEntry *entry; /* that comes now */
    FetchThread *thread;     /* NULL: nothing is on its way */
} Fetching;

#define PERIOD 100 /* ms */

static void fetching_free(Fetching *f)
{
    g_ptr_array_unref(f->entries);
    g_free(f);
}

static const StoreEntry *chosen(Fetching *f)
{
    const char *name = gtk_combo_box_get_active_id(GTK_COMBO_BOX(f->combo));

    return name ? store_find(f->entries, name) : NULL;
}

static void show_about(GtkWidget *combo, Fetching *f)
{
    const StoreEntry *e = chosen(f);

    if (!e)
        return;
    char *size = fetch_size(e), *folder = store_folder();
    char *text = g_strdup_printf(_("%s from %s\nLicence: %s\nIt will be kept in %s."), size,
                                 e->source, e->licence, folder);
    gtk_label_set_text(GTK_LABEL(f->about), text);
    g_free(text);
    g_free(folder);
    g_free(size);
}

static void show_trouble(Fetching *f, const char *text)
{
    gtk_label_set_text(GTK_LABEL(f->trouble), text ? text : "");
    gtk_widget_set_visible(f->trouble, text != NULL);
}

static void set_running(Fetching *f, gboolean running)
{
    gtk_widget_set_visible(f->bar, running);
    gtk_widget_set_sensitive(f->combo, !running);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(f->window), GTK_RESPONSE_OK, !running);
}

/* --------------------------------------------------------------------- transfer */

static void show_progress(Fetching *f, gint64 done, double rate)
{
    char *have = g_format_size((guint64) done), *speed = g_format_size((guint64) rate);
    char *all = fetch_size(f->entry);
    /* Translators: "247 MB of 575 MB, 5.1 MB/s" */
    char *text = g_strdup_printf(_("%s of %s, %s/s"), have, all, speed);

    gtk_progress_bar_set_text(GTK_PROGRESS_BAR(f->bar), text);
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(f->bar),
                                  CLAMP((double) done / (double) MAX(f->entry->bytes, 1), 0, 1));
    g_free(text);
    g_free(all);
    g_free(speed);
    g_free(have);
}

/* The transfer has ended, one way or the other. */
static void conclude(Fetching *f)
{
    GError *error = NULL;

    fetch_thread_end(f->thread, &error);
    f->thread = NULL;
    if (!f->window) {
        g_clear_error(&error);
        fetching_free(f);
        return;
    }
    set_running(f, FALSE);
    if (error)
        show_trouble(f, error->message);
    else {
        f->fetched(f->entry->name, f->data);
        gtk_widget_destroy(f->window);
    }
    g_clear_error(&error);
}

static gboolean on_time(gpointer data)
{
    Fetching *f = data;
    gint64 done;
    double rate;
    gboolean running = fetch_thread_look(f->thread, &done, &rate);

    if (f->window)
        show_progress(f, done, rate);
    if (!running)
        conclude(f);
    return running ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void start(Fetching *f)
{
    f->entry = chosen(f);
    if (!f->entry)
        return;
    show_trouble(f, NULL);
    set_running(f, TRUE);
    f->thread = fetch_thread_start(f->entry, FETCH_PATIENCE);
    g_timeout_add(PERIOD, on_time, f);
}

/* ----------------------------------------------------------------------- window */

static void on_response(GtkWidget *window, int response, Fetching *f)
{
    if (response == GTK_RESPONSE_OK)
        start(f);
    else
        gtk_widget_destroy(window);
}

static void on_destroy(GtkWidget *window, Fetching *f)
{
    f->window = NULL;
    if (f->thread)
        fetch_thread_cancel(f->thread);
    else
        fetching_free(f);
}

static GtkWidget *add_text(GtkWidget *box)
{
    GtkWidget *label = gtk_label_new(NULL);

    gtk_label_set_xalign(GTK_LABEL(label), 0.0);
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 70);
    gtk_label_set_selectable(GTK_LABEL(label), TRUE);
    gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
    return label;
}

/* What isn't kept yet; FALSE where all is. */
static gboolean fill(Fetching *f)
{
    gboolean any = FALSE;

    for (guint i = 0; i < f->entries->len; i++) {
        const StoreEntry *e = f->entries->pdata[i];
        if (store_is_kept(e->name))
            continue;
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(f->combo), e->name, e->title);
        any = TRUE;
    }
    gtk_combo_box_set_active(GTK_COMBO_BOX(f->combo), 0);
    return any;
}

void networks_fetch(GtkWindow *parent, NetworkFetched fetched, gpointer data)
{
    GError *error = NULL;
    GPtrArray *entries = store_entries(&error);
    Fetching *f = g_new0(Fetching, 1);

    f->entries = entries ? entries : g_ptr_array_new();
    f->fetched = fetched;
    f->data = data;
    f->window = gtk_dialog_new_with_buttons(
        _("Download a Network"), parent, GTK_DIALOG_DESTROY_WITH_PARENT, _("_Cancel"),
        GTK_RESPONSE_CANCEL, _("_Download"), GTK_RESPONSE_OK, NULL);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_container_set_border_width(GTK_CONTAINER(box), 12);
    gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(GTK_DIALOG(f->window))), box);
    f->combo = gtk_combo_box_text_new();
    gtk_widget_set_tooltip_text(f->combo, _("Trained networks that are not here yet"));
    atk_object_set_name(gtk_widget_get_accessible(f->combo), _("Network"));
    gtk_box_pack_start(GTK_BOX(box), f->combo, FALSE, FALSE, 0);
    f->about = add_text(box);
    f->bar = gtk_progress_bar_new();
    gtk_progress_bar_set_show_text(GTK_PROGRESS_BAR(f->bar), TRUE);
    gtk_box_pack_start(GTK_BOX(box), f->bar, FALSE, FALSE, 0);
    f->trouble = add_text(box);
    g_signal_connect(f->combo, "changed", G_CALLBACK(show_about), f);
    g_signal_connect(f->window, "response", G_CALLBACK(on_response), f);
    g_signal_connect(f->window, "destroy", G_CALLBACK(on_destroy), f);
    gtk_widget_show_all(box);
    set_running(f, FALSE);
    show_trouble(f, NULL);
    gboolean possible = fill(f) && fetch_possible(&error);
    if (error)
        show_trouble(f, error->message);
    else if (!possible)
        gtk_label_set_text(GTK_LABEL(f->about), _("All networks that can be downloaded are here."));
    gtk_dialog_set_response_sensitive(GTK_DIALOG(f->window), GTK_RESPONSE_OK, possible);
    g_clear_error(&error);
    gtk_window_present(GTK_WINDOW(f->window));
}
