/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "transfer-options.h"

#include <glib/gi18n.h>

#include "command.h"
#include "options.h"
#include "output.h"
#include "report/recipe.h"

static const char *const depth_names[] = { "8", "16", "float" };

static gboolean check_depth(TransferOptions *options, GError **error)
{
    const PictureFormat *format = options->target.format;
    options->target.depth = (PictureDepth) -1;
    if (!options->depth)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(depth_names); i++)
        if (g_str_equal(options->depth, depth_names[i]) && format->depths[i]) {
            options->target.depth = (PictureDepth) i;
            return TRUE;
        }
    GString *choices = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(depth_names); i++)
        if (format->depths[i])
            g_string_append_printf(choices, "%s%s", choices->len ? ", " : "", depth_names[i]);
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("--depth %s: a %s can't hold that; it takes %s."), options->depth, format->name,
                choices->str);
    g_string_free(choices, TRUE);
    return FALSE;
}

static gboolean check_outputs(const TransferOptions *options, GError **error)
{
    GPtrArray *inputs = g_ptr_array_new();
    g_ptr_array_add(inputs, options->content);
    g_ptr_array_add(inputs, options->style);
    masks_options_files(&options->masks, inputs);
    if (options->settings.options.network)
        g_ptr_array_add(inputs, (gpointer) options->settings.options.network);
    if (options->settings.options.regions_model)
        g_ptr_array_add(inputs, (gpointer) options->settings.options.regions_model);
    if (options->start_image)
        g_ptr_array_add(inputs, options->start_image);
    if (options->recipe)
        g_ptr_array_add(inputs, options->recipe);
    g_ptr_array_add(inputs, NULL);
    const char *const *files = (const char *const *) inputs->pdata;
    gboolean to_file = options->report && !g_str_equal(options->report, "-");
    gboolean good = output_check(options->out, files, error) &&
                    (!to_file || output_check(options->report, files, error));
    if (good && to_file && output_same_file(options->out, options->report)) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("the report and the picture are the same file; choose another name for one "
                      "of them."));
        good = FALSE;
    }
    g_ptr_array_unref(inputs);
    return good;
}

/* ----------------------------------------------------------- command line and recipe */

/* A file of the recipe takes the place of one that wasn't named. */
static void inherit(char **file, char **from)
{
    if (!*file)
        *file = g_steal_pointer(from);
}

static gboolean same_file(const char *a, const char *b)
{
    char *whole = g_canonicalize_filename(a, NULL);
    gboolean same = g_strcmp0(whole, b) == 0;
    g_free(whole);
    return same;
}

/* Masks belong to their photos; regions that are found suit any. */
static void inherit_regions(TransferOptions *options, RecipeInputs *from, gboolean same_photos)
{
    MaskOptions *masks = &options->masks;
    if (masks_options_named(masks) || masks->find)
        return;
    masks->find = from->auto_regions;
    if (same_photos) {
        masks->content_labels = g_steal_pointer(&from->content_labels);
        masks->style_labels = g_steal_pointer(&from->style_labels);
        masks->content_masks = g_steal_pointer(&from->content_masks);
        masks->style_masks = g_steal_pointer(&from->style_masks);
    } else if (from->content_labels || from->content_masks || from->style_masks)
        g_ptr_array_add(options->notices,
                        g_strdup_printf(_("%s: its masks belong to other photos and are left out."),
                                        options->recipe));
}

static gboolean follow_recipe(TransferOptions *options, GError **error)
{
    const DpsOption *start = dps_option_find("start");
    gboolean begun = options->start_image || option_set_given(&options->settings, start);
    RecipeInputs from = { 0 };
    if (!recipe_load(options->recipe, &options->settings, &from, error))
        return FALSE;
    gboolean same = !options->content || (same_file(options->content, from.content) &&
                                           same_file(options->style, from.style));
    inherit_regions(options, &from, same);
    inherit(&options->content, &from.content);
    inherit(&options->style, &from.style);
    inherit(&options->depth, &from.depth);
    if (!begun)
        inherit(&options->start_image, &from.start_image);
    recipe_inputs_clear(&from);
    return TRUE;
}

static gboolean check_start(TransferOptions *options, GError **error)
{
    DpsStart start = options->settings.options.start;
    if (options->start_image && start && start != DPS_START_IMAGE)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--start and --start-image say different things; use one of them."));
    else if (!options->start_image && start == DPS_START_IMAGE)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--start image: which one? Name it with --start-image FILE."));
    else
        return TRUE;
    return FALSE;
}

/* Who names a model wants regions that are found by it. */
static gboolean check_model(TransferOptions *options, GError **error)
{
    const DpsOption *model = dps_option_find("regions-model");
    if (!option_set_given(&options->settings, model) ||
        !*dps_option_text(model, &options->settings.options))
        return TRUE;
    options->masks.find = TRUE;
    if (!masks_options_named(&options->masks))
        return TRUE;
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("--regions-model finds the regions itself; leave it out, or the masks."));
    return FALSE;
}

/* What was left in the command line: two photos, or none where a recipe names them. */
static gboolean name_photos(TransferOptions *options, int argc, char **argv, GError **error)
{
    if (argc == 3) {
        options->content = g_strdup(argv[1]);
        options->style = g_strdup(argv[2]);
    }
    if (argc != 2 && (!options->recipe || follow_recipe(options, error)) && options->content &&
        options->style)
        return TRUE;
    if (!*error)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE, _("something is missing; name %s."),
                    _("CONTENT and STYLE"));
    return FALSE;
}

/* ---------------------------------------------------------------------- public */

gboolean transfer_options_parse(TransferOptions *options, int argc, char **argv, GError **error)
{
    *options = (TransferOptions) { .notices = g_ptr_array_new_with_free_func(g_free) };
    option_set_init(&options->settings);
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->out,
          N_("The picture to write; its ending chooses the format"), N_("OUT") },
        { "depth", 0, 0, G_OPTION_ARG_STRING, &options->depth,
          N_("Bits per colour of OUT, by default those of the content photo: 8, 16, float"),
          N_("BITS") },
        { "report", 'r', 0, G_OPTION_ARG_FILENAME, &options->report,
          N_("Write what was done as JSON; - is the standard output"), N_("FILE") },
        { "recipe", 0, 0, G_OPTION_ARG_FILENAME, &options->recipe,
          N_("Do again what this report says, but for what is said here"), N_("FILE") },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, N_("Print nothing but errors"),
          NULL },
        { "kept-style", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT, &options->kept_style, NULL, NULL },
        { 0 }
    };
    const GOptionEntry expert[] = {
        { "start-image", 0, 0, G_OPTION_ARG_FILENAME, &options->start_image,
          N_("A picture to begin with, drawn to the content's shape"), N_("FILE") },
        { 0 }
    };
    GOptionContext *context = options_context(
        _("CONTENT STYLE -o OUT"),
        _("Gives the photo CONTENT the light, weather, season or time of day of the photo STYLE\n"
          "and writes the result, in CONTENT's size, to OUT.  Masks say which region of one\n"
          "photo takes its look from which region of the other."),
        _("Examples:\n"
          "  A quick look, then with care:\n"
          "    photo-style transfer noon.jpg dusk.jpg -o look.jpg --preset draft\n"
          "    photo-style transfer noon.jpg dusk.jpg -o dusk-at-home.jpg\n"
          "  The sky from the sky, the water from the water:\n"
          "    photo-style transfer noon.jpg dusk.jpg -o out.png \\\n"
          "      --content-mask sky=noon-sky.png --style-mask sky=dusk-sky.png \\\n"
          "      --content-mask water=noon-water.png --style-mask water=dusk-water.png\n"
          "  The same without masks:\n"
          "    photo-style transfer noon.jpg dusk.jpg -o out.png --auto-regions\n"
          "  Half as strong, and a report for a script:\n"
          "    photo-style transfer noon.tif dusk.tif -o out.tif --amount 0.5 --report out.json\n"
          "  A painting in the manner of another:\n"
          "    photo-style transfer noon.jpg painting.jpg -o painted.jpg --preset artistic\n"
          "  Again what a report tells of, but half as strong:\n"
          "    photo-style transfer --recipe out.json -o again.tif --amount 0.5\n"
          "\n"
          "What no mask covers forms a region of its own.  A region that the style lacks keeps\n"
          "its look, or does what --unmatched says."),
        &options->settings);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    masks_options_add(context, &options->masks);
    masks_options_add_find(context, &options->masks);
    g_option_group_add_entries(options_engine_add(context, &options->settings, DPS_FOR_TRANSFER),
                               expert);
    if (!options_parse(context, &argc, &argv, 0, 2, _("CONTENT and STYLE"), error) ||
        !check_start(options, error) || !check_model(options, error) ||
        !name_photos(options, argc, argv, error))
        return FALSE;
    if (options->start_image)
        options->settings.options.start = DPS_START_IMAGE;
    if (!options->out || !*options->out) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("where should the result go? Name it with -o OUT."));
        return FALSE;
    }
    options->target.shown = options->out;
    options->target.format = picture_format(options->out, error);
    return options->target.format && masks_options_check(&options->masks, error) &&
           check_depth(options, error) && check_outputs(options, error);
}

void transfer_options_clear(TransferOptions *options)
{
    masks_options_clear(&options->masks);
    option_set_clear(&options->settings);
    g_ptr_array_unref(options->notices);
    g_free(options->content);
    g_free(options->style);
    g_free(options->start_image);
    g_free(options->recipe);
    g_free(options->out);
    g_free(options->report);
    g_free(options->depth);
}
