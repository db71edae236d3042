/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* apply.c - photo-style apply: the look of a table for one photo or many. */

#include <glib/gi18n.h>
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "output.h"
#include "picture.h"
#include "report/look-text.h"

typedef struct {
    char *out, *table, **photos; /* files; out may be a folder */
    OptionSet settings;
    DpsLook look;
    GPtrArray *notices;
} Apply;

static gboolean parse(Apply *apply, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &apply->out,
          N_("The picture to write, or the folder for pictures with the photos' names"),
          N_("OUT") },
        { 0 }
    };
    GOptionContext *context = options_context(
        _("TABLE PHOTO… -o OUT"),
        _("Gives photos the look of a table, a .cube file or a Hald CLUT, as \"photo-style look\"\n"
          "and other programs make them.  Takes a moment, and needs no style photo."),
        _("Examples:\n"
          "  photo-style apply dusk.cube noon.jpg -o evening.jpg\n"
          "  photo-style apply dusk.cube holiday/*.jpg -o evenings --amount 0.7"),
        &apply->settings);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    options_engine_add(context, &apply->settings, DPS_FOR_LOOKS);
    if (!options_parse(context, &argc, &argv, 2, G_MAXINT, _("TABLE and PHOTO"), error))
        return FALSE;
    apply->table = argv[1];
    apply->photos = argv + 2;
    if (!apply->out)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("where should the result go? Name it with -o OUT."));
    else if (apply->photos[1] && !g_file_test(apply->out, G_FILE_TEST_IS_DIR))
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("%s: is no folder; several photos need one with -o FOLDER."), apply->out);
    else
        return TRUE;
    return FALSE;
}

static gboolean read_table(Apply *apply, GError **error)
{
    Picture picture = { 0 };
    const char *why;

    if (look_is_cube(apply->table))
        return look_open_cube(apply->table, &apply->look, error);
    if (!picture_read(&picture, apply->table, NULL, apply->notices, error))
        return FALSE;
    why = look_read_hald(&picture.rgb, &apply->look);
    picture_clear(&picture);
    if (why)
        command_file_error(error, apply->table, "%s", why);
    return !why;
}

/* To be freed. */
static char *path_for(const Apply *apply, const char *photo)
{
    char *name, *path;

    if (!g_file_test(apply->out, G_FILE_TEST_IS_DIR))
        return g_strdup(apply->out);
    name = g_path_get_basename(photo);
    path = g_build_filename(apply->out, name, NULL);
    g_free(name);
    return path;
}

/* Of names only, before anything is read. */
static gboolean check_outputs(const Apply *apply, GError **error)
{
    GPtrArray *inputs = g_ptr_array_new(), *outputs = g_ptr_array_new_with_free_func(g_free);
    gboolean good = TRUE;

    g_ptr_array_add(inputs, apply->table);
    for (int i = 0; apply->photos[i]; i++)
        g_ptr_array_add(inputs, apply->photos[i]);
    g_ptr_array_add(inputs, NULL);
    for (int i = 0; apply->photos[i] && good; i++) {
        char *path = path_for(apply, apply->photos[i]);

        good = picture_format(path, error) &&
               output_check(path, (const char *const *) inputs->pdata, error);
        for (guint k = 0; k < outputs->len && good; k++)
            if (output_same_file(path, outputs->pdata[k])) {
                g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                            _("%s: two photos have this name; give them one by one."), path);
                good = FALSE;
            }
        g_ptr_array_add(outputs, path);
    }
    g_ptr_array_unref(inputs);
    g_ptr_array_unref(outputs);
    return good;
}

static gboolean write_result(const Apply *apply, const Picture *photo, const char *path,
                             GError **error)
{
    const DpsImage colours = { 3, photo->rgb.width, photo->rgb.height, photo->rgb.data };
    PictureTarget target = { .shown = path, .format = picture_format(path, error) };
    Output output;

    target.depth = picture_format_depth(target.format, photo->depth);
    if (!picture_fits(&target, photo->rgb.width, photo->rgb.height, error) ||
        interrupt_check(error) || !output_begin(&output, path, error))
        return FALSE;
    target.path = output.temporary;
    if (picture_write(&colours, photo, &target, apply->notices, error) && !interrupt_check(error))
        return output_commit(&output, error);
    output_discard(&output);
    return FALSE;
}

static gboolean apply_to(const Apply *apply, const char *file, GError **error)
{
    const DpsOptions *options = &apply->settings.options;
    const DpsWork work = { .threads = options->threads };
    char *path = path_for(apply, file);
    Picture photo = { 0 };
    gboolean good = picture_read(&photo, file, NULL, apply->notices, error);

    if (good) {
        dps_look_apply_photo(&apply->look, &photo.rgb, options->take, options->amount, &work,
                             &photo.rgb);
        good = write_result(apply, &photo, path, error);
    }
    picture_clear(&photo);
    g_free(path);
    return good;
}

int command_apply(int argc, char **argv)
{
    Apply apply = { .notices = g_ptr_array_new_with_free_func(g_free) };
    GError *error = NULL;

    option_set_init(&apply.settings);
    interrupt_install();
    gboolean good = parse(&apply, argc, argv, &error) && check_outputs(&apply, &error) &&
                    read_table(&apply, &error);
    for (int i = 0; good && apply.photos[i]; i++)
        good = apply_to(&apply, apply.photos[i], &error);
    command_notes(apply.notices);
    dps_look_clear(&apply.look);
    g_free(apply.out);
    option_set_clear(&apply.settings);
    return good ? COMMAND_DONE : command_end("apply", error);
}
