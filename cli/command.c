/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "command.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "interrupt.h"
#include "report/translate.h"

G_DEFINE_QUARK(photo - style - command - error, command_error)

void command_file_error(GError **error, const char *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    char *name = g_filename_display_name(file);
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_FILE, "%s: %s", name, text);
    g_free(name);
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
    g_printerr("photo-style: %s%s\n", error->message, ended ? "" : ".");
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
    char *line = g_strdup_printf(_("note: %s"), text);
    g_printerr("photo-style: %s\n", line);
    g_free(line);
    g_free(text);
}

void command_notes(GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len; i++)
        command_note("%s", (const char *) sentences->pdata[i]);
    g_ptr_array_unref(sentences);
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
    return atexit(close_output) == 0;
}
