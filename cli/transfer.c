/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* transfer.c - photo-style transfer: the whole way from files to a file. */

#include <glib/gi18n.h>
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "kept-style.h"
#include "output.h"
#include "progress.h"
#include "report/recipe.h"
#include "report/report.h"
#include "report/translate.h"
#include "store/store.h"
#include "style-file.h"
#include "transfer-options.h"

typedef struct {
    TransferOptions options;
    Picture content, style, start;
    DpsLearnt *learnt; /* where the style is one, else NULL */
    Masks masks;
    Progress progress;
} Transfer;

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
static void note_output(const Transfer *transfer)
{
    const TransferOptions *options = &transfer->options;
    const PictureTarget *target = &options->target;
    const Picture *content = &transfer->content;
    if (content->alpha && !target->format->alpha)
        g_ptr_array_add(options->notices,
                        g_strdup_printf(_("%s: a %s has no transparency; what is "
                                          "transparent became white."),
                                        options->out, target->format->name));
    if (options->depth == NULL && target->depth < content->depth)
        g_ptr_array_add(options->notices,
                        g_strdup_printf(_("%s: a %s has fewer bits than the content "
                                          "photo; .tif keeps them all."),
                                        options->out, target->format->name));
    if (content->colours &&
        (target->format->code == PICTURE_PPM || target->format->code == PICTURE_PFM))
        g_ptr_array_add(options->notices,
                        g_strdup_printf(_("%s: a %s has no colour profile, and its colours are "
                                          "those of the content's; .tif keeps it."),
                                        options->out, target->format->name));
}

static gboolean write_picture(Transfer *transfer, const DpsResult *result, GError **error)
{
    TransferOptions *options = &transfer->options;
    Output output;
    if (interrupt_check(error) || !output_begin(&output, options->out, error))
        return FALSE;
    options->target.path = output.temporary;
    if (!picture_write(&result->image, &transfer->content, &options->target, options->notices,
                       error) ||
        interrupt_check(error)) {
        output_discard(&output);
        return FALSE;
    }
    return output_commit(&output, error);
}

static void print_outcome(const TransferOptions *options, const DpsResult *result)
{
    char **engines = translate_notices(result, TRUE);
    for (guint i = 0; engines[i] && !options->quiet; i++)
        command_note("%s", engines[i]);
    for (guint i = 0; options->notices->pdata[i] && !options->quiet; i++)
        command_note("%s", (const char *) options->notices->pdata[i]);
    g_strfreev(engines);
}

/* What the run was made of, for its report; all is borrowed. */
static gboolean write_report(const TransferOptions *options, const DpsResult *result, GError **error)
{
    const MaskOptions *masks = &options->masks;
    const RecipeInputs inputs = { .content = options->content,
                                  .style = options->style,
                                  .start_image = options->start_image,
                                  .content_labels = masks->content_labels,
                                  .style_labels = masks->style_labels,
                                  .content_masks = masks->content_masks,
                                  .style_masks = masks->style_masks,
                                  .auto_regions = masks->find,
                                  .depth = options->depth };
    JsonBuilder *builder = report_transfer(result, &options->settings.options,
                                           (const char *const *) options->notices->pdata);
    recipe_add_inputs(builder, &inputs);
    if (g_str_equal(options->report, "-"))
        return report_write(builder, "-", error);
    char *text = report_finish(builder);
    gboolean good = output_write(options->report, text, strlen(text), error);
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

static gboolean run(Transfer *transfer, GError **error)
{
    TransferOptions *options = &transfer->options;
    DpsResult result = { 0 };
    char *network = g_strdup(options->settings.options.network);
    DpsJob job = { .content = &transfer->content.rgb,
                   .style = &transfer->style.rgb,
                   .learnt = transfer->learnt,
                   .start = &transfer->start.rgb,
                   .give_way = &transfer->content.rgb,
                   .regions = transfer->masks.count,
                   .region = transfer->masks.region,
                   .options = options->settings.options,
                   .progress = on_progress,
                   .cancelled = on_cancelled,
                   .data = &transfer->progress };
    gboolean good = store_resolve(&network, error);
    job.options.network = network;
    if (good)
        warn_apart(&job.options, &transfer->masks, &transfer->progress);
    good = good && engine_succeeded(dps_run(&job, &result), &result, error);
    g_free(network);
    if (good) {
        note_output(transfer);
        if (options->masks.find)
            note_found(&result, options->notices);
        /* Room for the file in the making. */
        picture_drop_colours(&transfer->content);
        dps_image_clear(&transfer->style.rgb);
        dps_image_clear(&transfer->start.rgb);
        progress_say(&transfer->progress, _("Writing the result"));
        good = write_picture(transfer, &result, error);
    }
    progress_end(&transfer->progress);
    g_ptr_array_add(options->notices, NULL);
    if (good) {
        print_outcome(options, &result);
        if (options->report)
            good = write_report(options, &result, error);
    }
    dps_result_clear(&result);
    return good;
}

/* The style, or what another photo of a batch has left of it.  Who has something to say of it says so for each photo. */
static gboolean read_style(Transfer *transfer, GError **error)
{
    TransferOptions *options = &transfer->options;
    const DpsOptions *engine = &options->settings.options;
    const Picture *content = &transfer->content;
    guint said = options->notices->len;
    gboolean shared = options->kept_style > 0 && !options->masks.find && !content->colours;
    int side = shared ? dps_style_side(engine, content->rgb.width, content->rgb.height) : 0;
    if (side > 0 && kept_style_take(options->kept_style, side, &transfer->style))
        return TRUE;
    if (!style_file_read(&transfer->style, &transfer->learnt, options->style, content, options->notices,
                         error))
        return FALSE;
    if (side > 0 && !transfer->learnt && options->notices->len == said)
        kept_style_leave(options->kept_style, side, engine->threads, &transfer->style);
    return TRUE;
}

static gboolean read_all(Transfer *transfer, GError **error)
{
    TransferOptions *options = &transfer->options;
    Picture *content = &transfer->content;
    PictureTarget *target = &options->target;
    if (!command_check_threads(options->settings.options.threads, error) ||
        !picture_read(content, options->content, NULL, options->notices, error))
        return FALSE;
    if ((int) target->depth < 0)
        target->depth = picture_format_depth(target->format, content->depth);
    return picture_fits(target, content->rgb.width, content->rgb.height, error) &&
           read_style(transfer, error) &&
           (!options->start_image ||
            picture_read(&transfer->start, options->start_image, content, options->notices, error)) &&
           masks_read(&transfer->masks, &options->masks, options->notices, error) &&
           !interrupt_check(error);
}

static gboolean transfer_files(Transfer *transfer, GError **error)
{
    TransferOptions *options = &transfer->options;
    progress_begin(&transfer->progress, options->quiet);
    progress_say(&transfer->progress, _("Reading the photos"));
    gboolean good = read_all(transfer, error);
    if (good && options->masks.find) {
        progress_say(&transfer->progress, _("Looking for regions"));
        good = masks_find(&transfer->masks, &transfer->content.rgb, &transfer->style.rgb,
                          DPS_REGIONS_AUTO, &options->settings.options, options->notices, error);
    }
    good = good && run(transfer, error);
    progress_end(&transfer->progress);
    return good;
}

int command_transfer(int argc, char **argv)
{
    Transfer transfer = { 0 };
    GError *error = NULL;
    interrupt_install();
    gboolean good = transfer_options_parse(&transfer.options, argc, argv, &error) &&
                    transfer_files(&transfer, &error);
    masks_clear(&transfer.masks);
    picture_clear(&transfer.start);
    picture_clear(&transfer.style);
    picture_clear(&transfer.content);
    dps_learnt_free(transfer.learnt);
    transfer_options_clear(&transfer.options);
    return good ? COMMAND_DONE : command_end("transfer", error);
}
