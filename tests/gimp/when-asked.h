/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* when-asked.h - has the plug-in, into which GTK loads a module of a test, looked at when the test asks for it.
 *
 * The test makes a file whose name is the answer's and ".ask"; once that has gone, the answer comes whole. */

#ifndef WHEN_ASKED_H
#define WHEN_ASKED_H

#include <glib/gstdio.h>
#include <gtk/gtk.h>

typedef struct {
    char *path, *ask;
    char *(*answer)(GList *windows);
} WhenAsked;

static gboolean when_asked_look(gpointer data)
{
    WhenAsked *asked = data;
    GList *windows;
    char *text;

    if (g_unlink(asked->ask) != 0)
        return G_SOURCE_CONTINUE;
    windows = gtk_window_list_toplevels();
    text = asked->answer(windows);
    g_file_set_contents(asked->path, text, -1, NULL);
    g_free(text);
    g_list_free(windows);
    return G_SOURCE_CONTINUE;
}

/* An environment variable names the file of the answer, which is made of all windows and freed. */
static void when_asked(const char *variable, char *(*answer)(GList *windows))
{
    const char *path = g_getenv(variable);
    WhenAsked *asked;

    if (!path || g_strcmp0(g_get_prgname(), "deep-photo-style") != 0)
        return;
    asked = g_new(WhenAsked, 1);
    *asked = (WhenAsked){ g_strdup(path), g_strconcat(path, ".ask", NULL), answer };
    g_timeout_add(20, when_asked_look, asked);
}

#endif
