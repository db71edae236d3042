/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "command.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "interrupt.h"
#include "report/printable.h"
#include "report/translate.h"

/* What libraries start beside those that compute. */
#define SPARE_THREADS 6

G_DEFINE_QUARK(photo - style - command - error, command_error)

void command_file_error(GError **error, const char *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_FILE, "%s: %s", file, text);
    g_free(text);
}

void command_engine_error(GError **error, const DpsMessage *message)
{
    char *text = translate_message(message);
    g_set_error_literal(error, COMMAND_ERROR, COMMAND_ERROR_ENGINE, text);
    g_free(text);
}

int command_end(const char *subcommand, GError *error)
{
    gboolean misused = error->domain == G_OPTION_ERROR ||
                       g_error_matches(error, COMMAND_ERROR, COMMAND_ERROR_USAGE);
    int code = misused ? COMMAND_MISUSED : COMMAND_FAILED;
    if (g_error_matches(error, COMMAND_ERROR, COMMAND_ERROR_INTERRUPTED))
        code = 128 + interrupt_signal();
    /* GLib's messages end without a stop. */
    gboolean ended = g_str_has_suffix(error->message, ".") || g_str_has_suffix(error->message, "?");
    char *sentence = printable(error->message);
    g_printerr("photo-style: %s%s\n", sentence, ended ? "" : ".");
    g_free(sentence);
    if (misused)
        g_printerr(_("Try \"photo-style %s --help\".\n"), subcommand);
    g_error_free(error);
    return code;
}

void command_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    /* Translators: %s is a sentence about something done differently than asked. */
    char *line = g_strdup_printf(_("note: %s"), text), *shown = printable(line);
    g_printerr("photo-style: %s\n", shown);
    g_free(shown);
    g_free(line);
    g_free(text);
}

void command_notes(GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len; i++)
        command_note("%s", (const char *) sentences->pdata[i]);
    g_ptr_array_unref(sentences);
}

char *command_licence_note(const char *model, const char *licence)
{
    return g_strdup_printf(_("%s: the model's licence is %s."), model, licence);
}

typedef struct {
    GMutex lock;
    GCond changed;
    gboolean over;
} Gate;

static gpointer wait_at(gpointer data)
{
    Gate *gate = data;
    g_mutex_lock(&gate->lock);
    while (!gate->over)
        g_cond_wait(&gate->changed, &gate->lock);
    g_mutex_unlock(&gate->lock);
    return NULL;
}

gboolean command_check_threads(int threads, GError **error)
{
    Gate gate = { .over = FALSE };
    GPtrArray *started = g_ptr_array_new();
    int wanted = (threads > 0 ? threads : (int) g_get_num_processors()) + SPARE_THREADS;
    GThread *thread = NULL;
    for (int i = 0; i < wanted && (thread = g_thread_try_new("check", wait_at, &gate, NULL)); i++)
        g_ptr_array_add(started, thread);
    g_mutex_lock(&gate.lock);
    gate.over = TRUE;
    g_cond_broadcast(&gate.changed);
    g_mutex_unlock(&gate.lock);
    for (guint i = 0; i < started->len; i++)
        g_thread_join(started->pdata[i]);
    gboolean enough = (int) started->len == wanted;
    g_ptr_array_unref(started);
    if (!enough)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_ENGINE,
                    _("the system gives no more threads, or no memory for them; use fewer "
                      "--threads, or raise the limits (ulimit)."));
    return enough;
}

void command_print(const char *text)
{
    g_print("%s\n", text);
}

/* On the way out, whoever ends the program: GLib does it itself after --help. */
static void close_output(void)
{
    gboolean lost = ferror(stdout) != 0;
    if (fclose(stdout) == 0 && !lost)
        return;
    g_printerr("photo-style: %s\n",
               _("the standard output can't be written, and what was printed is "
                 "incomplete; send it elsewhere."));
    _exit(COMMAND_FAILED);
}

/* Little enough that what is printed while it ends fits. */
#define LEAST_STACK (256 << 10)

/* GLib ends the program where memory or a thread is refused to it. */
static void on_log(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
    if (level & G_LOG_LEVEL_ERROR) {
        interrupt_discard();
        fprintf(stderr, "photo-style: %s\n",
                _("this computer has too little memory or too few threads for it; close other "
                  "programs, or raise the limits (ulimit)."));
        _exit(COMMAND_FAILED);
    }
    g_log_default_handler(domain, level, message, data);
}

static gboolean has_stack(void)
{
    struct rlimit stack;
    if (getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur >= LEAST_STACK)
        return TRUE;
    g_printerr("photo-style: %s\n",
               _("there is too little room for the stack; raise the limit (ulimit -s)."));
    return FALSE;
}

gboolean command_start(void)
{
    /* A stream that is closed would be the next file that is opened: what is printed would go into it.
     * Nothing can be written to one that is open for reading. */
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
    g_log_set_default_handler(on_log, NULL);
    return atexit(close_output) == 0 && has_stack();
}
