/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "progress.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "report/translate.h"

#define REFRESH (G_USEC_PER_SEC / 10)

void progress_begin(Progress *progress, gboolean quiet)
{
    *progress = (Progress) { .shown = !quiet && isatty(STDERR_FILENO) };
}

void progress_say(Progress *progress, const char *text)
{
    if (progress->shown)
        g_printerr("\r%s\033[K", text);
}

void progress_show(Progress *progress, const DpsProgress *state)
{
    gint64 now = g_get_monotonic_time();
    if (!progress->shown || now < progress->next)
        return;
    progress->next = now + REFRESH;
    int percent = (int) (state->fraction * 100);
    char *line;
    if (state->evaluation > 0)
        /* Translators: "Optimising 43 % · 12 evaluations", on a terminal. */
        line = g_strdup_printf(ngettext("%s %d %% · %d evaluation", "%s %d %% · %d evaluations",
                                        (gulong) state->evaluation),
                               translate_stage(state->stage), percent, state->evaluation);
    else
        line = g_strdup_printf(_("%s %d %%"), translate_stage(state->stage), percent);
    progress_say(progress, line);
    g_free(line);
}

void progress_end(Progress *progress)
{
    if (progress->shown)
        g_printerr("\r\033[K");
}
