/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kinds.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "onnx.h"

#define KINDS_FILE "kinds.ini"
#define REST "rest"

/* Made from data/models. */
GResource *models_data_get_resource(void);

static GBytes *resource(const char *name)
{
    char *path = g_strconcat("/deep-photo-style/", name, NULL);
    GBytes *bytes = g_resource_lookup_data(models_data_get_resource(), path, 0, NULL);
    g_free(path);
    return bytes;
}

char *kinds_text(void)
{
    GBytes *bytes = resource(KINDS_FILE);
    char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_bytes_unref(bytes);
    return text;
}

/* ------------------------------------------------------------------------- classes */

/* As names are compared: to be freed. */
static char *fold_class(const char *name)
{
    char *folded = g_utf8_strdown(name, -1);
    g_strdelimit(folded, "_-", ' ');
    return g_strstrip(folded);
}

int kinds_of_class(const Kinds *kinds, const char *class_name)
{
    char **word = g_strsplit_set(class_name, ",;", -1);
    gpointer number;
    int kind = kinds->rest;
    for (int i = 0; word[i]; i++) {
        char *folded = fold_class(word[i]);
        gboolean known = g_hash_table_lookup_extended(kinds->of_class, folded, NULL, &number);
        g_free(folded);
        if (known) {
            kind = GPOINTER_TO_INT(number);
            break;
        }
    }
    g_strfreev(word);
    return kind;
}

static GKeyFile *data_sets(void)
{
    GBytes *bytes = resource("classes.ini");
    GKeyFile *file = g_key_file_new();
    g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, NULL);
    g_bytes_unref(bytes);
    return file;
}

char **kinds_data_set(const char *name)
{
    GKeyFile *file = data_sets();
    char **classes = g_key_file_get_string_list(file, "classes", name, NULL, NULL);
    g_key_file_unref(file);
    return classes;
}

char *kinds_data_sets(void)
{
    GKeyFile *file = data_sets();
    char **names = g_key_file_get_keys(file, "classes", NULL, NULL);
    char *text = g_strjoinv(", ", names);
    g_strfreev(names);
    g_key_file_unref(file);
    return text;
}

/* --------------------------------------------------------------------- the table */

static gboolean add_classes(Kinds *kinds, GKeyFile *file, const char *name, const char *shown,
                            GError **error)
{
    char **classes = g_key_file_get_string_list(file, name, "classes", NULL, NULL);
    char *twice = NULL;
    for (int i = 0; classes && classes[i] && !twice; i++) {
        char *folded = fold_class(classes[i]);
        if (g_hash_table_contains(kinds->of_class, folded))
            twice = g_strdup(classes[i]);
        g_hash_table_insert(kinds->of_class, folded, GINT_TO_POINTER(kinds->count));
    }
    if (twice)
        model_file_error(error, shown, _("“%s” belongs to two kinds; leave it in one of them."),
                         twice);
    g_strfreev(classes);
    gboolean good = !twice;
    g_free(twice);
    return good;
}

/* Interned strings, which nothing frees. */
static const char *const *read_nearest(GKeyFile *file, const char *name)
{
    char **list = g_key_file_get_string_list(file, name, "nearest", NULL, NULL);
    for (int i = 0; list && list[i]; i++) {
        const char *interned = g_intern_string(g_strstrip(list[i]));
        g_free(list[i]);
        list[i] = (char *) interned;
    }
    return (const char *const *) list;
}

static void add_kind(Kinds *kinds, const char *name, const char *const *nearest)
{
    kinds->kind[kinds->count++] = (DpsKind) { g_intern_string(name), nearest };
}

static gboolean read_table(Kinds *kinds, GKeyFile *file, const char *shown, GError **error)
{
    char **names = g_key_file_get_groups(file, NULL);
    gboolean good = TRUE;
    kinds->rest = -1;
    for (int i = 0; names[i] && good; i++) {
        if (kinds->count == DPS_KINDS - 1) {
            model_file_error(error, shown, _("has more than %d kinds; merge some of them."),
                             DPS_KINDS - 1);
            good = FALSE;
        } else if ((good = add_classes(kinds, file, names[i], shown, error))) {
            if (g_str_equal(names[i], REST))
                kinds->rest = kinds->count;
            add_kind(kinds, names[i], read_nearest(file, names[i]));
        }
    }
    g_strfreev(names);
    if (good && kinds->rest < 0) {
        kinds->rest = kinds->count;
        add_kind(kinds, REST, NULL);
    }
    return good;
}

static GKeyFile *open_table(const char *path, GError **error)
{
    GKeyFile *file = g_key_file_new();
    GError *why = NULL;
    GBytes *ours = resource(KINDS_FILE);
    gboolean good = g_file_test(path, G_FILE_TEST_EXISTS)
                        ? g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &why)
                        : g_key_file_load_from_bytes(file, ours, G_KEY_FILE_NONE, &why);
    g_bytes_unref(ours);
    if (good)
        return file;
    model_file_error(error, path, _("is no table of kinds (%s)."), why->message);
    g_error_free(why);
    g_key_file_unref(file);
    return NULL;
}

Kinds *kinds_load(GError **error)
{
    char *path = g_build_filename(g_get_user_config_dir(), "deep-photo-style", KINDS_FILE, NULL);
    GKeyFile *file = open_table(path, error);
    Kinds *kinds = NULL;
    if (file) {
        kinds = g_new0(Kinds, 1);
        kinds->of_class = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        if (!read_table(kinds, file, path, error))
            g_clear_pointer(&kinds, kinds_free);
        g_key_file_unref(file);
    }
    g_free(path);
    return kinds;
}

void kinds_free(Kinds *kinds)
{
    if (!kinds)
        return;
    for (int i = 0; i < kinds->count; i++)
        g_free((gpointer) kinds->kind[i].nearest);
    g_hash_table_unref(kinds->of_class);
    g_free(kinds);
}
