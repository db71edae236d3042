/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "interrupt.h"

/* As many as Linux follows. */
#define MOST_LINKS 40

/* The file that is written when `path` is: its folder's own name, and the end of symbolic links, which
 * need not be there.  NULL when they lead nowhere. */
static char *follow_links(const char *path)
{
    char *at = g_strdup(path), *to;
    int links = 0;
    for (; links <= MOST_LINKS && (to = g_file_read_link(at, NULL)); links++) {
        char *folder = g_path_get_dirname(at);
        g_free(at);
        at = g_path_is_absolute(to) ? g_strdup(to) : g_build_filename(folder, to, NULL);
        g_free(folder);
        g_free(to);
    }
    char *folder = g_path_get_dirname(at), *name = g_path_get_basename(at);
    char *real = realpath(folder, NULL), *target = NULL;
    if (links <= MOST_LINKS)
        target = g_build_filename(real ? real : folder, name, NULL);
    free(real);
    g_free(name);
    g_free(folder);
    g_free(at);
    return target;
}

gboolean output_same_file(const char *a, const char *b)
{
    GStatBuf first, second;
    if (g_stat(a, &first) == 0 && g_stat(b, &second) == 0)
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
    char *target = follow_links(a), *other = follow_links(b);
    gboolean same = target && g_strcmp0(target, other) == 0;
    g_free(target);
    g_free(other);
    return same;
}

/* Whether what is there may be replaced.  The permissions count for root, too: who took them away
 * wanted the file kept. */
static gboolean check_older(const char *path, GError **error)
{
    GStatBuf about;
    if (g_stat(path, &about) != 0)
        return TRUE;
    if (!S_ISREG(about.st_mode))
        command_file_error(error, path, _("exists and is no ordinary file; choose another name."));
    else if (!(about.st_mode & 0222) || g_access(path, W_OK) != 0)
        command_file_error(error, path, _("is write-protected; choose another name."));
    else
        return TRUE;
    return FALSE;
}

static gboolean check_folder(const char *path, const char *target, GError **error)
{
    char *folder = g_path_get_dirname(target);
    gboolean is_folder = g_file_test(folder, G_FILE_TEST_IS_DIR);
    gboolean writable = is_folder && g_access(folder, W_OK | X_OK) == 0;
    if (!is_folder)
        command_file_error(error, path, _("its folder doesn't exist; create it first."));
    else if (!writable)
        command_file_error(error, path, _("its folder can't be written to; choose another one."));
    g_free(folder);
    return writable;
}

/* A name that is too long is refused by the last step of all otherwise. */
static gboolean check_length(const char *path, const char *target, GError **error)
{
    GStatBuf about;
    if (g_lstat(target, &about) == 0 || errno != ENAMETOOLONG)
        return TRUE;
    command_file_error(error, path, _("the name is too long; choose a shorter one."));
    return FALSE;
}

gboolean output_check(const char *path, const char *const *inputs, GError **error)
{
    if (!*path) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("a file to write has no name; give it one."));
        return FALSE;
    }
    for (; *inputs; inputs++)
        if (output_same_file(path, *inputs)) {
            command_file_error(error, path,
                               _("is also an input and would be lost; choose another name."));
            return FALSE;
        }
    char *target = follow_links(path);
    if (!target)
        command_file_error(error, path,
                           _("is a symbolic link that leads to itself; choose another name."));
    gboolean good = target && check_length(path, target, error) && check_older(path, error) &&
                    check_folder(path, target, error);
    g_free(target);
    return good;
}

gboolean output_begin(Output *output, const char *path, GError **error)
{
    output->shown = path;
    output->path = follow_links(path);
    if (!output->path)
        output->path = g_strdup(path);
    char *folder = g_path_get_dirname(output->path);
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    char *pattern = g_strdup_printf(".photo-style-XXXXXX%s", dot ? dot : "");
    output->temporary = g_build_filename(folder, pattern, NULL);
    interrupt_hold();
    int fd = g_mkstemp_full(output->temporary, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        command_file_error(error, path, _("can't be written (%s); choose another folder."),
                           g_strerror(errno));
    else
        interrupt_add_file(output->temporary);
    interrupt_release();
    g_free(pattern);
    g_free(folder);
    if (fd < 0) {
        g_clear_pointer(&output->temporary, g_free);
        g_clear_pointer(&output->path, g_free);
        return FALSE;
    }
    close(fd);
    return TRUE;
}

/* The new file is as open to others as the one that it takes the place of, or else as the umask says.
 * Some file systems have no such permissions: what they make of it has to do. */
static void give_mode(const Output *output)
{
    GStatBuf older;
    mode_t mask = umask(0), mode = 0666 & ~mask;
    umask(mask);
    if (g_stat(output->path, &older) == 0) {
        mode = older.st_mode & 0777;
        (void) !chown(output->temporary, older.st_uid, older.st_gid); /* only root can */
    }
    g_chmod(output->temporary, (int) mode);
}

/* Puts the names away, whatever became of the files. */
static void end(Output *output)
{
    if (output->temporary)
        interrupt_forget_file(output->temporary);
    g_clear_pointer(&output->temporary, g_free);
    g_clear_pointer(&output->path, g_free);
}

void output_discard(Output *output)
{
    if (output->temporary)
        g_unlink(output->temporary);
    end(output);
}

gboolean output_commit(Output *output, GError **error)
{
    give_mode(output);
    interrupt_hold();
    gboolean good = g_rename(output->temporary, output->path) == 0;
    if (good)
        end(output);
    else {
        command_file_error(error, output->shown, _("can't be written (%s); choose another name."),
                           g_strerror(errno));
        output_discard(output);
    }
    interrupt_release();
    return good;
}

gboolean output_commit_both(Output pair[2], GError **error)
{
    char *first = g_strdup(pair[0].path), *older = g_strconcat(pair[0].temporary, "~", NULL);
    interrupt_hold();
    gboolean had = link(first, older) == 0, good = output_commit(&pair[0], error);
    if (good && !output_commit(&pair[1], error)) {
        good = FALSE;
        if (had)
            g_rename(older, first);
        else
            g_unlink(first);
    } else if (had)
        g_unlink(older);
    interrupt_release();
    g_free(first);
    g_free(older);
    return good;
}

gboolean output_write(const char *path, const void *bytes, gsize size, GError **error)
{
    Output output;
    if (!output_begin(&output, path, error))
        return FALSE;
    FILE *file = g_fopen(output.temporary, "wb");
    gboolean good = file && fwrite(bytes, 1, size, file) == size;
    int trouble = errno;
    if (file && fclose(file) != 0 && good) {
        trouble = errno;
        good = FALSE;
    }
    if (good)
        return output_commit(&output, error);
    command_file_error(error, path, _("can't be written (%s); make room or choose another folder."),
                       g_strerror(trouble));
    output_discard(&output);
    return FALSE;
}
