/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "interrupt.h"

#include <glib/gi18n.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "command.h"

/* The label maps of both photos. */
#define MOST_FILES 2

static volatile sig_atomic_t which; /* the first signal */
static volatile sig_atomic_t again; /* the second one, while held */
static volatile sig_atomic_t held;
static volatile sig_atomic_t used[MOST_FILES];
static char unfinished[MOST_FILES][PATH_MAX];

void interrupt_discard(void)
{
    for (int i = 0; i < MOST_FILES; i++)
        if (used[i])
            unlink(unfinished[i]);
}

static void on_signal(int number)
{
    if (which && held)
        again = number;
    else if (which) {
        interrupt_discard();
        _exit(128 + number);
    } else
        which = number;
}

void interrupt_install(void)
{
    struct sigaction action = { .sa_handler = on_signal }, before;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (sigaction(SIGHUP, NULL, &before) == 0 &&
        before.sa_handler != SIG_IGN) /* as nohup wants it */
        sigaction(SIGHUP, &action, NULL);
    signal(SIGXFSZ, SIG_IGN); /* then writing fails with EFBIG */
}

void interrupt_hold(void)
{
    held++;
}

void interrupt_release(void)
{
    held--;
    if (!held && again) {
        interrupt_discard();
        _exit(128 + again);
    }
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
                _("interrupted; nothing was written."));
    return TRUE;
}

void interrupt_add_file(const char *path)
{
    for (int i = 0; i < MOST_FILES; i++)
        if (!used[i]) {
            used[i] = g_strlcpy(unfinished[i], path, PATH_MAX) < PATH_MAX;
            return;
        }
    g_assert_not_reached();
}

void interrupt_forget_file(const char *path)
{
    for (int i = 0; i < MOST_FILES; i++)
        if (used[i] && g_str_equal(unfinished[i], path))
            used[i] = 0;
}
