/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "interrupt.h"

#include <glib/gi18n.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "command.h"

static volatile sig_atomic_t which;
static volatile sig_atomic_t unfinished_set;
static char unfinished[PATH_MAX];

void interrupt_discard(void)
{
    if (unfinished_set)
        unlink(unfinished);
}

static void on_signal(int number)
{
    if (which) {
        interrupt_discard();
        _exit(128 + number);
    }
    which = number;
}

void interrupt_install(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

gboolean interrupted(void)
{
    return which != 0;
}

int interrupt_signal(void)
{
    return which;
}

gboolean interrupt_check(GError **error)
{
    if (!which)
        return FALSE;
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_INTERRUPTED,
                _("interrupted; no picture was written."));
    return TRUE;
}

void interrupt_remove_file(const char *path)
{
    unfinished_set = 0;
    if (path && g_strlcpy(unfinished, path, sizeof unfinished) < sizeof unfinished)
        unfinished_set = 1;
}
