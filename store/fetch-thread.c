/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "fetch-thread.h"

struct FetchThread {
    const StoreEntry *entry;
    int patience;
    GCancellable *cancellable;
    GThread *thread;
    GMutex lock; /* over the following */
    gint64 done;
    double rate;
    gboolean over, good;
    GError *error;
};

static void on_progress(gint64 done, double rate, gpointer data)
{
    FetchThread *f = data;

    g_mutex_lock(&f->lock);
    f->done = done;
    f->rate = rate;
    g_mutex_unlock(&f->lock);
}

static gpointer work(gpointer data)
{
    FetchThread *f = data;
    GError *error = NULL;
    gboolean good = fetch_network(f->entry, f->patience, on_progress, f, f->cancellable, &error);

    g_mutex_lock(&f->lock);
    f->good = good;
    f->error = error;
    f->over = TRUE;
    g_mutex_unlock(&f->lock);
    return NULL;
}

FetchThread *fetch_thread_start(const StoreEntry *entry, int patience)
{
    FetchThread *f = g_new0(FetchThread, 1);

    f->entry = entry;
    f->patience = patience;
    f->cancellable = g_cancellable_new();
    g_mutex_init(&f->lock);
    f->thread = g_thread_new("fetch", work, f);
    return f;
}

gboolean fetch_thread_look(FetchThread *f, gint64 *done, double *rate)
{
    g_mutex_lock(&f->lock);
    gboolean over = f->over;
    *done = f->done;
    *rate = f->rate;
    g_mutex_unlock(&f->lock);
    return !over;
}

void fetch_thread_cancel(FetchThread *f)
{
    g_cancellable_cancel(f->cancellable);
}

gboolean fetch_thread_end(FetchThread *f, GError **error)
{
    g_thread_join(f->thread);
    gboolean good = f->good;
    if (f->error)
        g_propagate_error(error, f->error);
    g_mutex_clear(&f->lock);
    g_object_unref(f->cancellable);
    g_free(f);
    return good;
}
