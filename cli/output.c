/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "interrupt.h"

static gboolean same_file(const char *a, const char *b)
{
    GStatBuf first, second;
    return g_stat(a, &first) == 0 && g_stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

gboolean output_check(const char *path, const char *const *inputs, GError **error)
{
    for (; *inputs; inputs++)
        if (same_file(path, *inputs)) {
            command_file_error(error, path,
                               _("is also an input and would be lost; choose another name."));
            return FALSE;
        }
    if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        command_file_error(error, path, _("exists and is no ordinary file; choose another name."));
        return FALSE;
    }
    char *folder = g_path_get_dirname(path);
    gboolean is_folder = g_file_test(folder, G_FILE_TEST_IS_DIR);
    gboolean writable = is_folder && g_access(folder, W_OK | X_OK) == 0;
    if (!is_folder)
        command_file_error(error, path, _("its folder doesn't exist; create it first."));
    else if (!writable)
        command_file_error(error, path, _("its folder can't be written to; choose another one."));
    g_free(folder);
    return writable;
}

gboolean output_begin(Output *output, const char *path, GError **error)
{
    char *real = realpath(path, NULL);
    output->path = g_strdup(real ? real : path);
    free(real);
    char *folder = g_path_get_dirname(output->path);
    char *name = g_path_get_basename(output->path);
    const char *dot = strrchr(name, '.');
    char *pattern = g_strdup_printf(".photo-style-XXXXXX%s", dot ? dot : "");
    output->temporary = g_build_filename(folder, pattern, NULL);
    mode_t mask = umask(0);
    umask(mask);
    int fd = g_mkstemp_full(output->temporary, O_RDWR | O_CREAT, 0666 & ~mask);
    if (fd < 0)
        command_file_error(error, path, _("can't be written (%s); choose another folder."),
                           g_strerror(errno));
    g_free(pattern);
    g_free(name);
    g_free(folder);
    if (fd < 0) {
        g_clear_pointer(&output->temporary, g_free);
        g_clear_pointer(&output->path, g_free);
        return FALSE;
    }
    close(fd);
    interrupt_remove_file(output->temporary);
    return TRUE;
}

gboolean output_commit(Output *output, GError **error)
{
    if (g_rename(output->temporary, output->path) != 0) {
        command_file_error(error, output->path, _("can't be written (%s); choose another name."),
                           g_strerror(errno));
        output_discard(output);
        return FALSE;
    }
    interrupt_remove_file(NULL);
    g_clear_pointer(&output->temporary, g_free);
    g_clear_pointer(&output->path, g_free);
    return TRUE;
}

void output_discard(Output *output)
{
    if (output->temporary)
        g_unlink(output->temporary);
    interrupt_remove_file(NULL);
    g_clear_pointer(&output->temporary, g_free);
    g_clear_pointer(&output->path, g_free);
}
