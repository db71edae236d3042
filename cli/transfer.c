/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* transfer.c - photo-style transfer: the whole way from files to a file. */

#include <glib/gi18n.h>
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "masks.h"
#include "options.h"
#include "output.h"
#include "picture.h"
#include "progress.h"
#include "report/recipe.h"
#include "report/report.h"
#include "report/translate.h"
#include "store/store.h"
#include "style-file.h"

typedef struct {
    OptionSet settings;
    MaskOptions masks;
    char *content, *style, *start_image; /* files */
    char *out, *report, *recipe, *depth;
    DpsLearnt *learnt;  /* where the style is one, else NULL */
    GPtrArray *notices; /* sentences about what was done differently */
    gboolean quiet;
    PictureTarget target; /* format and depth; the depth is -1 until the content is read */
} Transfer;

static const char *const depth_names[] = { "8", "16", "float" };

static gboolean check_depth(Transfer *transfer, GError **error)
{
    const PictureFormat *format = transfer->target.format;
    transfer->target.depth = (PictureDepth) -1;
    if (!transfer->depth)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(depth_names); i++)
        if (g_str_equal(transfer->depth, depth_names[i]) && format->depths[i]) {
            transfer->target.depth = (PictureDepth) i;
            return TRUE;
        }
    GString *choices = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(depth_names); i++)
        if (format->depths[i])
            g_string_append_printf(choices, "%s%s", choices->len ? ", " : "", depth_names[i]);
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("--depth %s: a %s can't hold that; it takes %s."), transfer->depth, format->name,
                choices->str);
    g_string_free(choices, TRUE);
    return FALSE;
}

static gboolean check_outputs(const Transfer *transfer, GError **error)
{
    GPtrArray *inputs = g_ptr_array_new();
    g_ptr_array_add(inputs, transfer->content);
    g_ptr_array_add(inputs, transfer->style);
    masks_options_files(&transfer->masks, inputs);
    if (transfer->settings.options.network)
        g_ptr_array_add(inputs, (gpointer) transfer->settings.options.network);
    if (transfer->settings.options.regions_model)
        g_ptr_array_add(inputs, (gpointer) transfer->settings.options.regions_model);
    if (transfer->start_image)
        g_ptr_array_add(inputs, transfer->start_image);
    if (transfer->recipe)
        g_ptr_array_add(inputs, transfer->recipe);
    g_ptr_array_add(inputs, NULL);
    const char *const *files = (const char *const *) inputs->pdata;
    gboolean to_file = transfer->report && !g_str_equal(transfer->report, "-");
    gboolean good = output_check(transfer->out, files, error) &&
                    (!to_file || output_check(transfer->report, files, error));
    if (good && to_file && output_same_file(transfer->out, transfer->report)) {
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
static void inherit_regions(Transfer *transfer, RecipeInputs *from, gboolean same_photos)
{
    MaskOptions *masks = &transfer->masks;
    if (masks_options_named(masks) || masks->find)
        return;
    masks->find = from->auto_regions;
    if (same_photos) {
        masks->content_labels = g_steal_pointer(&from->content_labels);
        masks->style_labels = g_steal_pointer(&from->style_labels);
        masks->content_masks = g_steal_pointer(&from->content_masks);
        masks->style_masks = g_steal_pointer(&from->style_masks);
    } else if (from->content_labels || from->content_masks || from->style_masks)
        g_ptr_array_add(transfer->notices,
                        g_strdup_printf(_("%s: its masks belong to other photos and are left out."),
                                        transfer->recipe));
}

static gboolean follow_recipe(Transfer *transfer, GError **error)
{
    const DpsOption *start = dps_option_find("start");
    gboolean begun = transfer->start_image || option_set_given(&transfer->settings, start);
    RecipeInputs from = { 0 };
    if (!recipe_load(transfer->recipe, &transfer->settings, &from, error))
        return FALSE;
    gboolean same = !transfer->content || (same_file(transfer->content, from.content) &&
                                           same_file(transfer->style, from.style));
    inherit_regions(transfer, &from, same);
    inherit(&transfer->content, &from.content);
    inherit(&transfer->style, &from.style);
    inherit(&transfer->depth, &from.depth);
    if (!begun)
        inherit(&transfer->start_image, &from.start_image);
    recipe_inputs_clear(&from);
    return TRUE;
}

static gboolean check_start(Transfer *transfer, GError **error)
{
    DpsStart start = transfer->settings.options.start;
    if (transfer->start_image && start && start != DPS_START_IMAGE)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--start and --start-image say different things; use one of them."));
    else if (!transfer->start_image && start == DPS_START_IMAGE)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--start image: which one? Name it with --start-image FILE."));
    else
        return TRUE;
    return FALSE;
}

/* Who names a model wants regions that are found by it. */
static gboolean check_model(Transfer *transfer, GError **error)
{
    const DpsOption *model = dps_option_find("regions-model");
    if (!option_set_given(&transfer->settings, model) ||
        !*dps_option_text(model, &transfer->settings.options))
        return TRUE;
    transfer->masks.find = TRUE;
    if (!masks_options_named(&transfer->masks))
        return TRUE;
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("--regions-model finds the regions itself; leave it out, or the masks."));
    return FALSE;
}

/* What was left in the command line: two photos, or none where a recipe names them. */
static gboolean name_photos(Transfer *transfer, int argc, char **argv, GError **error)
{
    if (argc == 3) {
        transfer->content = g_strdup(argv[1]);
        transfer->style = g_strdup(argv[2]);
    }
    if (argc != 2 && (!transfer->recipe || follow_recipe(transfer, error)) && transfer->content &&
        transfer->style)
        return TRUE;
    if (!*error)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE, _("something is missing; name %s."),
                    _("CONTENT and STYLE"));
    return FALSE;
}

static gboolean parse(Transfer *transfer, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &transfer->out,
          N_("The picture to write; its ending chooses the format"), N_("OUT") },
        { "depth", 0, 0, G_OPTION_ARG_STRING, &transfer->depth,
          N_("Bits per colour of OUT, by default those of the content photo: 8, 16, float"),
          N_("BITS") },
        { "report", 'r', 0, G_OPTION_ARG_FILENAME, &transfer->report,
          N_("Write what was done as JSON; - is the standard output"), N_("FILE") },
        { "recipe", 0, 0, G_OPTION_ARG_FILENAME, &transfer->recipe,
          N_("Do again what this report says, but for what is said here"), N_("FILE") },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &transfer->quiet, N_("Print nothing but errors"),
          NULL },
        { 0 }
    };
    const GOptionEntry expert[] = {
        { "start-image", 0, 0, G_OPTION_ARG_FILENAME, &transfer->start_image,
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
        &transfer->settings);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    masks_options_add(context, &transfer->masks);
    masks_options_add_find(context, &transfer->masks);
    g_option_group_add_entries(options_engine_add(context, &transfer->settings, DPS_FOR_TRANSFER),
                               expert);
    if (!options_parse(context, &argc, &argv, 0, 2, _("CONTENT and STYLE"), error) ||
        !check_start(transfer, error) || !check_model(transfer, error) ||
        !name_photos(transfer, argc, argv, error))
        return FALSE;
    if (transfer->start_image)
        transfer->settings.options.start = DPS_START_IMAGE;
    if (!transfer->out || !*transfer->out) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("where should the result go? Name it with -o OUT."));
        return FALSE;
    }
    transfer->target.shown = transfer->out;
    transfer->target.format = picture_format(transfer->out, error);
    return transfer->target.format && masks_options_check(&transfer->masks, error) &&
           check_depth(transfer, error) && check_outputs(transfer, error);
}

static void on_progress(const DpsProgress *state, void *data)
{
    progress_show(data, state);
}

static bool on_cancelled(void *data)
{
    return interrupted();
}

/* Turns the engine's status into an error; TRUE when there is none. */
static gboolean engine_succeeded(DpsStatus status, const DpsResult *result, GError **error)
{
    if (status == DPS_OK)
        return TRUE;
    if (!interrupt_check(error))
        command_engine_error(error, &result->message);
    return FALSE;
}

/* A sentence about the regions that --auto-regions found. */
static void note_found(const DpsResult *result, GPtrArray *notices)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < result->regions; i++) {
        char *name = translate_region_name(&result->region[i]);
        g_string_append_printf(text, _("%s%s (%.0f %% of the content, %.0f %% of the style)"),
                               i ? ", " : "", name, result->region[i].content_coverage * 100,
                               result->region[i].style_coverage * 100);
        g_free(name);
    }
    if (result->regions > 1)
        g_ptr_array_add(notices,
                        g_strdup_printf(_("found %d regions: %s."), result->regions, text->str));
    else
        g_ptr_array_add(notices, g_strdup(_("found nothing that sets regions apart in both "
                                            "photos; they were taken whole.")));
    g_string_free(text, TRUE);
}

/* Sentences about what the result's format can't hold. */
static void note_output(const Transfer *transfer, const Picture *content, GPtrArray *notices)
{
    if (content->alpha && !transfer->target.format->alpha)
        g_ptr_array_add(notices, g_strdup_printf(_("%s: a %s has no transparency; what is "
                                                   "transparent became white."),
                                                 transfer->out, transfer->target.format->name));
    if (transfer->depth == NULL && transfer->target.depth < content->depth)
        g_ptr_array_add(notices, g_strdup_printf(_("%s: a %s has fewer bits than the content "
                                                   "photo; .tif keeps them all."),
                                                 transfer->out, transfer->target.format->name));
    if (content->colours && (transfer->target.format->code == PICTURE_PPM ||
                             transfer->target.format->code == PICTURE_PFM))
        g_ptr_array_add(notices,
                        g_strdup_printf(_("%s: a %s has no colour profile, and its colours are "
                                          "those of the content's; .tif keeps it."),
                                        transfer->out, transfer->target.format->name));
}

static gboolean write_picture(Transfer *transfer, const DpsResult *result, const Picture *content,
                              GError **error)
{
    Output output;
    if (interrupt_check(error) || !output_begin(&output, transfer->out, error))
        return FALSE;
    transfer->target.path = output.temporary;
    if (!picture_write(&result->image, content, &transfer->target, transfer->notices, error) ||
        interrupt_check(error)) {
        output_discard(&output);
        return FALSE;
    }
    return output_commit(&output, error);
}

static void print_outcome(const Transfer *transfer, const DpsResult *result, GPtrArray *notices)
{
    char **engines = translate_notices(result, TRUE);
    for (guint i = 0; engines[i] && !transfer->quiet; i++)
        command_note("%s", engines[i]);
    for (guint i = 0; notices->pdata[i] && !transfer->quiet; i++)
        command_note("%s", (const char *) notices->pdata[i]);
    g_strfreev(engines);
}

/* What the run was made of, for its report; all is borrowed. */
static gboolean write_report(const Transfer *transfer, const DpsResult *result, GError **error)
{
    const MaskOptions *masks = &transfer->masks;
    const RecipeInputs inputs = { .content = transfer->content,
                                  .style = transfer->style,
                                  .start_image = transfer->start_image,
                                  .content_labels = masks->content_labels,
                                  .style_labels = masks->style_labels,
                                  .content_masks = masks->content_masks,
                                  .style_masks = masks->style_masks,
                                  .auto_regions = masks->find,
                                  .depth = transfer->depth };
    JsonBuilder *builder = report_transfer(result, &transfer->settings.options,
                                           (const char *const *) transfer->notices->pdata);
    recipe_add_inputs(builder, &inputs);
    if (g_str_equal(transfer->report, "-"))
        return report_write(builder, "-", error);
    char *text = report_finish(builder);
    gboolean good = output_write(transfer->report, text, strlen(text), error);
    g_free(text);
    return good;
}

/* Who watches may want to break off: regions that hardly belong together.  A painting has none. */
static void warn_apart(const DpsOptions *options, const Masks *masks, Progress *progress)
{
    DpsMessage message;
    gboolean shown = progress->shown && options->preset != DPS_PRESET_ARTISTIC;

    for (int k = 0; k < masks->count && shown; k++)
        if (dps_region_apart(&masks->region[k], &message)) {
            char *sentence = translate_message(&message);

            progress_end(progress);
            command_note("%s", sentence);
            g_free(sentence);
        }
}

static gboolean run(Transfer *transfer, Picture *content, Picture *style, Picture *start,
                    const Masks *masks, Progress *progress, GError **error)
{
    DpsResult result = { 0 };
    GPtrArray *notices = transfer->notices;
    char *network = g_strdup(transfer->settings.options.network);
    DpsJob job = { .content = &content->rgb,
                   .style = &style->rgb,
                   .learnt = transfer->learnt,
                   .start = &start->rgb,
                   .give_way = &content->rgb,
                   .regions = masks->count,
                   .region = masks->region,
                   .options = transfer->settings.options,
                   .progress = on_progress,
                   .cancelled = on_cancelled,
                   .data = progress };
    gboolean good = store_resolve(&network, error);
    job.options.network = network;
    if (good)
        warn_apart(&job.options, masks, progress);
    good = good && engine_succeeded(dps_run(&job, &result), &result, error);
    g_free(network);
    if (good) {
        note_output(transfer, content, notices);
        if (transfer->masks.find)
            note_found(&result, notices);
        /* Room for the file in the making. */
        picture_drop_colours(content);
        dps_image_clear(&style->rgb);
        dps_image_clear(&start->rgb);
        progress_say(progress, _("Writing the result"));
        good = write_picture(transfer, &result, content, error);
    }
    progress_end(progress);
    g_ptr_array_add(notices, NULL);
    if (good) {
        print_outcome(transfer, &result, notices);
        if (transfer->report)
            good = write_report(transfer, &result, error);
    }
    dps_result_clear(&result);
    return good;
}

static gboolean transfer_files(Transfer *transfer, GError **error)
{
    Picture content = { 0 }, style = { 0 }, start = { 0 };
    const char *start_image = transfer->start_image;
    Masks masks = { 0 };
    Progress progress;
    PictureTarget *target = &transfer->target;
    progress_begin(&progress, transfer->quiet);
    progress_say(&progress, _("Reading the photos"));
    gboolean good = command_check_threads(transfer->settings.options.threads, error) &&
                    picture_read(&content, transfer->content, NULL, transfer->notices, error);
    if (good && (int) target->depth < 0)
        target->depth = picture_format_depth(target->format, content.depth);
    good =
        good && picture_fits(target, content.rgb.width, content.rgb.height, error) &&
        style_file_read(&style, &transfer->learnt, transfer->style, &content, transfer->notices, error) &&
        (!start_image || picture_read(&start, start_image, &content, transfer->notices, error)) &&
        masks_read(&masks, &transfer->masks, transfer->notices, error) && !interrupt_check(error);
    if (good && transfer->masks.find) {
        progress_say(&progress, _("Looking for regions"));
        good = masks_find(&masks, &content.rgb, &style.rgb, DPS_REGIONS_AUTO,
                          &transfer->settings.options, transfer->notices, error);
    }
    if (good)
        good = run(transfer, &content, &style, &start, &masks, &progress, error);
    progress_end(&progress);
    masks_clear(&masks);
    picture_clear(&start);
    picture_clear(&style);
    picture_clear(&content);
    return good;
}

int command_transfer(int argc, char **argv)
{
    Transfer transfer = { 0 };
    GError *error = NULL;
    option_set_init(&transfer.settings);
    transfer.notices = g_ptr_array_new_with_free_func(g_free);
    interrupt_install();
    gboolean good = parse(&transfer, argc, argv, &error) && transfer_files(&transfer, &error);
    dps_learnt_free(transfer.learnt);
    masks_options_clear(&transfer.masks);
    option_set_clear(&transfer.settings);
    g_ptr_array_unref(transfer.notices);
    g_free(transfer.content);
    g_free(transfer.style);
    g_free(transfer.start_image);
    g_free(transfer.recipe);
    g_free(transfer.out);
    g_free(transfer.report);
    g_free(transfer.depth);
    return good ? COMMAND_DONE : command_end("transfer", error);
}
