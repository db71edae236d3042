/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "presets.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "arguments.h"
#include "report/recipe.h"
#include "report/report.h"

#define ENDING ".json"

static char *folder(void)
{
    return g_build_filename(gimp_directory(), "deep-photo-style", "presets", NULL);
}

/* A name may have characters that a file's name can't. */
static char *path_of(const char *name)
{
    char *escaped = g_uri_escape_string(name, " ", TRUE);
    char *file = g_strconcat(escaped, ENDING, NULL), *in = folder();
    char *path = g_build_filename(in, file, NULL);

    g_free(in);
    g_free(file);
    g_free(escaped);
    return path;
}

static int by_name(const void *a, const void *b)
{
    return g_utf8_collate(*(char *const *) a, *(char *const *) b);
}

char **presets_list(void)
{
    char *in = folder();
    GDir *dir = g_dir_open(in, 0, NULL);
    GPtrArray *names = g_ptr_array_new();
    const char *file;

    while (dir && (file = g_dir_read_name(dir))) {
        char *stem = g_str_has_suffix(file, ENDING) ? g_strndup(file, strlen(file) - strlen(ENDING))
                                                    : NULL;
        char *name = stem ? g_uri_unescape_string(stem, NULL) : NULL;

        if (name && g_utf8_validate(name, -1, NULL))
            g_ptr_array_add(names, g_steal_pointer(&name));
        g_free(name);
        g_free(stem);
    }
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    g_clear_pointer(&dir, g_dir_close);
    g_free(in);
    return (char **) g_ptr_array_free(names, FALSE);
}

gboolean presets_has(const char *name)
{
    char *path = path_of(name);
    gboolean has = g_file_test(path, G_FILE_TEST_EXISTS);

    g_free(path);
    return has;
}

gboolean presets_save(const char *name, GimpProcedureConfig *config, GError **error)
{
    char *in = folder(), *path = path_of(name);
    JsonBuilder *builder = report_new();
    RecipeInputs inputs = { 0 };
    OptionSet settings;
    gboolean good;

    option_set_init(&settings);
    good = arguments_read(config, &settings, error);
    g_object_get(config, "auto-regions", &inputs.auto_regions, NULL);
    recipe_add_options(builder, &settings.options);
    recipe_add_inputs(builder, &inputs);
    g_mkdir_with_parents(in, 0755); /* where that fails, so does the writing */
    good = good && report_write(builder, path, error);
    option_set_clear(&settings);
    g_free(path);
    g_free(in);
    return good;
}

gboolean presets_apply(const char *name, GimpProcedureConfig *config, GError **error)
{
    char *path = path_of(name);
    RecipeInputs inputs = { 0 };
    OptionSet settings;
    gboolean good;

    option_set_init(&settings);
    good = recipe_load(path, &settings, &inputs, error);
    if (good) {
        arguments_write(&settings.options, config);
        g_object_set(config, "auto-regions", inputs.auto_regions, NULL);
        if (inputs.auto_regions)
            g_object_set(config, "content-masks", NULL, "style-masks", NULL, "content-labels", NULL,
                         "style-labels", NULL, NULL);
    }
    recipe_inputs_clear(&inputs);
    option_set_clear(&settings);
    g_free(path);
    return good;
}

gboolean presets_rename(const char *name, const char *new_name, GError **error)
{
    char *path = path_of(name), *new_path = path_of(new_name);
    gboolean good = g_rename(path, new_path) == 0;

    if (!good)
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                    _("The preset “%s” can't be renamed (%s); it is the file %s."), name,
                    g_strerror(errno), path);
    g_free(new_path);
    g_free(path);
    return good;
}

gboolean presets_delete(const char *name, GError **error)
{
    char *path = path_of(name);
    gboolean good = g_remove(path) == 0;

    if (!good)
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                    _("The preset “%s” can't be deleted (%s); it is the file %s."), name,
                    g_strerror(errno), path);
    g_free(path);
    return good;
}
