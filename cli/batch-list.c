/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "batch-list.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "output.h"
#include "picture.h"

static void photo_free(gpointer data)
{
    BatchPhoto *photo = data;
    g_free(photo->content);
    g_free(photo->style);
    g_free(photo->out);
    g_free(photo);
}

/* ------------------------------------------------------------------- photos */

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static gboolean add_folder(GPtrArray *files, const char *path, GError **error)
{
    GError *trouble = NULL;
    GDir *folder = g_dir_open(path, 0, &trouble);
    guint first = files->len;
    const char *name;
    if (!folder) {
        command_file_error(error, path, _("can't be read (%s); check the name."), trouble->message);
        g_error_free(trouble);
        return FALSE;
    }
    while ((name = g_dir_read_name(folder))) {
        char *file = g_build_filename(path, name, NULL);
        if (name[0] != '.' && picture_named(name) && g_file_test(file, G_FILE_TEST_IS_REGULAR))
            g_ptr_array_add(files, file);
        else
            g_free(file);
    }
    g_dir_close(folder);
    if (files->len > first)
        qsort(files->pdata + first, files->len - first, sizeof *files->pdata, by_name);
    else
        command_file_error(error, path, _("there is no picture in this folder; name another one."));
    return files->len > first;
}

static gboolean add_photo(GPtrArray *files, const char *path, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return add_folder(files, path, error);
    g_ptr_array_add(files, g_strdup(path));
    return TRUE;
}

static gboolean add_list(GPtrArray *files, const char *list, GError **error)
{
    gboolean standard = g_str_equal(list, "-"), good;
    GError *trouble = NULL;
    GIOChannel *channel = standard ? g_io_channel_unix_new(0)
                                   : g_io_channel_new_file(list, "r", &trouble);
    char *line;
    gsize end;
    good = channel && g_io_channel_set_encoding(channel, NULL, &trouble) == G_IO_STATUS_NORMAL;
    while (good &&
           g_io_channel_read_line(channel, &line, NULL, &end, &trouble) == G_IO_STATUS_NORMAL) {
        line[end] = '\0';
        good = !*line || add_photo(files, line, error);
        g_free(line);
    }
    if (trouble)
        command_file_error(error, list, _("can't be read (%s); check the name."), trouble->message);
    good = good && !trouble;
    g_clear_error(&trouble);
    if (channel)
        g_io_channel_unref(channel);
    return good;
}

GPtrArray *batch_list_photos(char **contents, const char *list, GError **error)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    gboolean good = TRUE;
    for (; good && *contents; contents++)
        good = add_photo(files, *contents, error);
    good = good && (!list || add_list(files, list, error));
    if (good && !files->len) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE, _("something is missing; name %s."),
                    _("one photo CONTENT at least"));
        good = FALSE;
    }
    if (good)
        return files;
    g_ptr_array_unref(files);
    return NULL;
}

/* -------------------------------------------------------------------- names */

/* A file's name without folder and ending. */
static char *stem(const char *path)
{
    char *name = g_path_get_basename(path), *dot = strrchr(name, '.');
    if (dot && dot > name)
        *dot = '\0';
    return name;
}

/* The content's ending, where a result can have it. */
static char *ending(const char *content)
{
    const char *dot = strrchr(content, '.');
    return g_strdup(dot && picture_format(content, NULL) ? dot : ".png");
}

/* The pattern with everything in braces replaced; NULL and a usage error for what isn't known. */
static char *name_result(const char *pattern, const char *content, const char *style,
                         GError **error)
{
    GString *out = g_string_new(NULL);
    gboolean known = TRUE;
    for (const char *at = pattern; known && *at;) {
        char *text = NULL;
        size_t length = 1;
        if (g_str_has_prefix(at, "{name}")) {
            text = stem(content);
            length = strlen("{name}");
        } else if (g_str_has_prefix(at, "{style}")) {
            text = stem(style);
            length = strlen("{style}");
        } else if (g_str_has_prefix(at, "{ending}")) {
            text = ending(content);
            length = strlen("{ending}");
        } else if (*at == '{' || *at == '}')
            known = FALSE;
        else
            text = g_strndup(at, 1);
        g_string_append(out, text ? text : "");
        g_free(text);
        at += length;
    }
    if (known)
        return g_string_free(out, FALSE);
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("-o %s: in braces there may be {name}, {style} and {ending}."), pattern);
    g_string_free(out, TRUE);
    return NULL;
}

/* Whether the result's name can be written to and is nobody else's.  taken: canonical names of all photos
 * and of the results so far. */
static gboolean check_result(const BatchPhoto *photo, GHashTable *taken, GError **error)
{
    const char *const inputs[] = { photo->content, photo->style, NULL };
    char *whole = g_canonicalize_filename(photo->out, NULL);
    gboolean good = TRUE;
    if (g_hash_table_contains(taken, whole)) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("%s: the result of %s would take the place of another picture of this batch; "
                      "put {name} and, with several styles, {style} into -o, or another folder."),
                    photo->out, photo->content);
        good = FALSE;
    }
    g_hash_table_add(taken, whole);
    return good && picture_format(photo->out, error) && output_check(photo->out, inputs, error);
}

static gboolean add_pairs(GPtrArray *photos, GPtrArray *contents, char **styles,
                          const char *pattern, GHashTable *taken, GError **error)
{
    for (guint i = 0; i < contents->len; i++)
        for (char **style = styles; *style; style++) {
            char *out = name_result(pattern, contents->pdata[i], *style, error);
            if (!out)
                return FALSE;
            BatchPhoto *photo = g_new(BatchPhoto, 1);
            *photo = (BatchPhoto) { g_strdup(contents->pdata[i]), g_strdup(*style), out };
            g_ptr_array_add(photos, photo);
            if (!check_result(photo, taken, error))
                return FALSE;
        }
    return TRUE;
}

static gboolean check_styles(char **styles, GError **error)
{
    for (; *styles; styles++)
        if (!g_file_test(*styles, G_FILE_TEST_IS_REGULAR)) {
            command_file_error(error, *styles, _("there is no such file; check the name."));
            return FALSE;
        }
    return TRUE;
}

GPtrArray *batch_list(char **contents, const char *list, char **styles, const char *pattern,
                      GError **error)
{
    GPtrArray *files = batch_list_photos(contents, list, error);
    GPtrArray *photos = g_ptr_array_new_with_free_func(photo_free);
    GHashTable *taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; files && i < files->len; i++)
        g_hash_table_add(taken, g_canonicalize_filename(files->pdata[i], NULL));
    for (char **style = styles; *style; style++)
        g_hash_table_add(taken, g_canonicalize_filename(*style, NULL));
    gboolean good = files && check_styles(styles, error) &&
                    add_pairs(photos, files, styles, pattern, taken, error);
    g_hash_table_unref(taken);
    if (files)
        g_ptr_array_unref(files);
    if (good)
        return photos;
    g_ptr_array_unref(photos);
    return NULL;
}
