/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "hush.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "interrupt.h"

static struct {
    const char *path; /* NULL when nothing is hushed */
    GString *remarks;
    FILE *capture;
    int terminal; /* the real stderr, or -1 */
    GLogFunc before;
} hush = { .terminal = -1 };

static void on_log(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
    if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
        g_string_append_printf(hush.remarks, "warning: %s\n", message);
}

/* A library called exit while it had the word. */
static void on_exit_hushed(void)
{
    if (!hush.path)
        return;
    if (hush.terminal >= 0)
        dup2(hush.terminal, STDERR_FILENO);
    char *name = g_filename_display_name(hush.path);
    char *text = g_strdup_printf(
        _("%s: is damaged or of a kind that can't be decoded; convert it first."), name);
    g_printerr("photo-style: %s\n", text);
    g_free(text);
    g_free(name);
    interrupt_discard();
}

void hush_begin(const char *path)
{
    static gboolean registered;
    if (!registered)
        registered = atexit(on_exit_hushed) == 0;
    fflush(stderr);
    hush.remarks = g_string_new(NULL);
    hush.before = g_log_set_default_handler(on_log, NULL);
    hush.capture = tmpfile();
    hush.terminal = hush.capture ? dup(STDERR_FILENO) : -1;
    if (hush.terminal >= 0)
        dup2(fileno(hush.capture), STDERR_FILENO);
    hush.path = path;
}

char *hush_end(void)
{
    char line[1024];
    hush.path = NULL;
    fflush(stderr);
    if (hush.terminal >= 0) {
        dup2(hush.terminal, STDERR_FILENO);
        close(hush.terminal);
        hush.terminal = -1;
        rewind(hush.capture);
        while (fgets(line, sizeof line, hush.capture))
            g_string_append(hush.remarks, line);
    }
    if (hush.capture)
        fclose(hush.capture);
    g_log_set_default_handler(hush.before, NULL);
    gboolean empty = hush.remarks->len == 0;
    return g_string_free(hush.remarks, empty);
}
