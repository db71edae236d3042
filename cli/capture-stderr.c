/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "capture-stderr.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "interrupt.h"

static struct {
    const char *path; /* NULL when nothing is captured */
    GString *remarks;
    FILE *file;
    int terminal; /* the real stderr, or -1 */
    GLogFunc before;
} captured = { .terminal = -1 };

static void on_log(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
    if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
        g_string_append_printf(captured.remarks, "warning: %s\n", message);
}

/* A library called exit while its remarks were captured. */
static void on_exit_within(void)
{
    if (!captured.path)
        return;
    if (captured.terminal >= 0)
        dup2(captured.terminal, STDERR_FILENO);
    char *name = g_filename_display_name(captured.path);
    char *text = g_strdup_printf(
        _("%s: is damaged or of a kind that can't be decoded; convert it first."), name);
    g_printerr("photo-style: %s\n", text);
    g_free(text);
    g_free(name);
    interrupt_discard();
}

void capture_stderr_begin(const char *path)
{
    static gboolean registered;
    if (!registered)
        registered = atexit(on_exit_within) == 0;
    fflush(stderr);
    captured.remarks = g_string_new(NULL);
    captured.before = g_log_set_default_handler(on_log, NULL);
    captured.file = tmpfile();
    captured.terminal = captured.file ? dup(STDERR_FILENO) : -1;
    if (captured.terminal >= 0)
        dup2(fileno(captured.file), STDERR_FILENO);
    captured.path = path;
}

char *capture_stderr_end(void)
{
    char line[1024];
    captured.path = NULL;
    fflush(stderr);
    if (captured.terminal >= 0) {
        dup2(captured.terminal, STDERR_FILENO);
        close(captured.terminal);
        captured.terminal = -1;
        rewind(captured.file);
        while (fgets(line, sizeof line, captured.file))
            g_string_append(captured.remarks, line);
    }
    if (captured.file)
        fclose(captured.file);
    g_log_set_default_handler(captured.before, NULL);
    gboolean empty = captured.remarks->len == 0;
    return g_string_free(captured.remarks, empty);
}
