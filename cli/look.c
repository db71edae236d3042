/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* look.c - photo-style look: what became of a photo's colours, as tables for other programs. */

#include <glib/gi18n.h>
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "masks.h"
#include "options.h"
#include "output.h"
#include "picture.h"
#include "report/look-parts.h"
#include "report/look-text.h"
#include "report/printable.h"
#include "report/report.h"

typedef struct {
    char *out, *labels, **masks; /* files */
    OptionSet settings;          /* of which only the threads count */
    gboolean json;
    const char *content, *result; /* files */
    GPtrArray *notices;
} Look;

/* ------------------------------------------------------------------ command line */

static gboolean parse(Look *look, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &look->out,
          N_("The table to write: a .cube file, or a picture for a Hald CLUT"), N_("OUT") },
        { "mask", 'm', 0, G_OPTION_ARG_FILENAME_ARRAY, &look->masks,
          N_("Also a table of the region that this mask of CONTENT marks"), N_("NAME=FILE") },
        { "labels", 0, 0, G_OPTION_ARG_FILENAME, &look->labels,
          N_("Also tables of the regions that this label map of CONTENT marks"), N_("FILE") },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &look->json, N_("Print the figures as JSON"), NULL },
        { 0 }
    };
    GOptionContext *context = options_context(
        _("CONTENT RESULT -o OUT"),
        _("Makes a table of colours from a photo and what became of it, for photo and video\n"
          "programs: a .cube file with 33 steps along each axis, or, where OUT is a picture, a\n"
          "Hald CLUT of level 8 with 16 bits per colour.  A table knows colours and no places:\n"
          "what differs from place to place is lost, and how much that is, is printed.  With\n"
          "regions each has a table of its own, OUT-NAME, beside its mask, OUT-NAME-mask.png."),
        _("Example:\n"
          "  photo-style transfer noon.jpg dusk.jpg -o out.png --content-labels noon-labels.png "
          "\\\n"
          "    --style-labels dusk-labels.png\n"
          "  photo-style look noon.jpg out.png -o dusk.cube --labels noon-labels.png"),
        &look->settings);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    if (!options_parse(context, &argc, &argv, 2, 2, _("CONTENT and RESULT"), error))
        return FALSE;
    look->content = argv[1];
    look->result = argv[2];
    if (!look->out)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("where should the table go? Name it with -o OUT."));
    else if (look->labels && look->masks)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--mask and --labels say different things; use one of them."));
    else
        return look_is_cube(look->out) || picture_format(look->out, error);
    return FALSE;
}

/* ------------------------------------------------------------------------ writing */

static gboolean write_picture(const Look *look, const DpsImage *image, const char *path,
                              PictureDepth depth, GError **error)
{
    const Picture plain = { .path = (char *) path };
    PictureTarget target = { .shown = path, .format = picture_format(path, error) };
    Output output;

    if (!target.format || interrupt_check(error) || !output_begin(&output, path, error))
        return FALSE;
    target.path = output.temporary;
    target.depth = picture_format_depth(target.format, depth);
    if (picture_write(image, &plain, &target, look->notices, error) && !interrupt_check(error))
        return output_commit(&output, error);
    output_discard(&output);
    return FALSE;
}

/* A mask is written as a grey picture. */
static gboolean write_mask(const Look *look, const LookPart *part, GError **error)
{
    DpsImage grey;
    gboolean good = look_parts_grey(part->mask, &grey);

    if (!good)
        command_file_error(error, part->mask_path,
                           _("is too large for the free memory; make it smaller."));
    good = good && write_picture(look, &grey, part->mask_path, PICTURE_8, error);
    dps_image_clear(&grey);
    return good;
}

static gboolean write_table(const Look *look, const LookPart *part, GError **error)
{
    DpsImage hald;
    gboolean good;
    char *text;

    if (look_is_cube(part->path)) {
        text = look_cube(&part->look, part->name);
        good = output_write(part->path, text, strlen(text), error);
        g_free(text);
        return good;
    }
    good = look_hald(&part->look, LOOK_HALD_LEVEL, &hald);
    if (!good)
        command_file_error(error, part->path,
                           _("is too large for the free memory; make it smaller."));
    good = good && write_picture(look, &hald, part->path, PICTURE_16, error);
    dps_image_clear(&hald);
    return good;
}

/* -------------------------------------------------------------------- everything */

static gboolean check_outputs(const Look *look, const LookParts *parts, GError **error)
{
    GPtrArray *inputs = g_ptr_array_new();
    gboolean good = TRUE;

    g_ptr_array_add(inputs, (gpointer) look->content);
    g_ptr_array_add(inputs, (gpointer) look->result);
    if (look->labels)
        g_ptr_array_add(inputs, look->labels);
    for (int k = 0; look->masks && look->masks[k]; k++)
        g_ptr_array_add(inputs, strchr(look->masks[k], '=') ? strchr(look->masks[k], '=') + 1
                                                            : look->masks[k]);
    g_ptr_array_add(inputs, NULL);
    for (int i = 0; i < parts->count && good; i++) {
        const LookPart *part = &parts->part[i];
        const char *const *files = (const char *const *) inputs->pdata;

        good = output_check(part->path, files, error) &&
               (!part->mask_path || output_check(part->mask_path, files, error));
        for (int k = 0; k < i && good; k++)
            if (output_same_file(part->path, parts->part[k].path)) {
                g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                            _("%s: two regions would have this file; call one of them otherwise."),
                            part->path);
                good = FALSE;
            }
    }
    g_ptr_array_unref(inputs);
    return good;
}

static bool on_cancelled(void *data)
{
    return interrupted();
}

static gboolean fit(const Look *look, const DpsImage *content, const DpsImage *result,
                    LookParts *parts, GError **error)
{
    const DpsWork work = { .threads = look->settings.options.threads, .cancelled = on_cancelled };
    DpsMessage message[1] = { 0 };

    if (look_parts_fit(parts, content, result, &work, message) == DPS_OK)
        return TRUE;
    if (!interrupt_check(error))
        command_engine_error(error, message);
    return FALSE;
}

static void add_text(JsonBuilder *builder, const char *member, const char *text)
{
    char *shown = printable(text);

    report_string(builder, member, shown);
    g_free(shown);
}

static void print_sentence(char *sentence)
{
    g_print("%s\n", sentence);
    g_free(sentence);
}

static gboolean print(const Look *look, const LookParts *parts, GError **error)
{
    JsonBuilder *builder;

    if (!look->json) {
        for (int i = 0; i < parts->count; i++)
            print_sentence(look_say_lost(parts->part[i].path, parts->part[i].lost));
        if (parts->count > 1)
            print_sentence(look_parts_say_together(parts));
        return TRUE;
    }
    builder = report_new();
    json_builder_set_member_name(builder, "looks");
    json_builder_begin_array(builder);
    for (int i = 0; i < parts->count; i++) {
        const LookPart *part = &parts->part[i];

        json_builder_begin_object(builder);
        add_text(builder, "name", part->name);
        add_text(builder, "file", part->path);
        if (part->mask_path)
            add_text(builder, "mask", part->mask_path);
        report_number(builder, "lost", part->lost);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    report_number(builder, "lost", parts->together);
    return report_write(builder, "-", error);
}

static gboolean make(const Look *look, const Picture *content, const Picture *result,
                     const Masks *masks, GError **error)
{
    LookParts parts;
    gboolean good = look_parts_init(&parts, look->out, masks->count, masks->region, &content->rgb);

    if (!good)
        command_file_error(error, look->content,
                           _("is too large for the free memory; make it smaller."));
    good = good && check_outputs(look, &parts, error) &&
           fit(look, &content->rgb, &result->rgb, &parts, error);
    for (int i = 0; i < parts.count && good; i++)
        good = write_table(look, &parts.part[i], error) &&
               (!parts.part[i].mask || write_mask(look, &parts.part[i], error));
    good = good && print(look, &parts, error);
    look_parts_clear(&parts);
    return good;
}

static gboolean read_and_make(const Look *look, GError **error)
{
    const MaskOptions options = { .content_labels = look->labels,
                                  .style_labels = look->labels,
                                  .content_masks = look->masks };
    Picture content = { 0 }, result = { 0 };
    Masks masks = { 0 };
    gboolean good = masks_options_check(&options, error) &&
                    picture_read(&content, look->content, NULL, look->notices, error) &&
                    picture_read(&result, look->result, &content, look->notices, error) &&
                    masks_read(&masks, &options, look->notices, error) &&
                    make(look, &content, &result, &masks, error);

    masks_clear(&masks);
    picture_clear(&result);
    picture_clear(&content);
    return good;
}

int command_look(int argc, char **argv)
{
    Look look = { .notices = g_ptr_array_new_with_free_func(g_free) };
    GError *error = NULL;

    option_set_init(&look.settings);
    interrupt_install();
    gboolean good = parse(&look, argc, argv, &error) && read_and_make(&look, &error);
    command_notes(look.notices);
    g_free(look.out);
    g_free(look.labels);
    g_strfreev(look.masks);
    option_set_clear(&look.settings);
    return good ? COMMAND_DONE : command_end("look", error);
}
