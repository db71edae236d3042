/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* regions.c - photo-style regions: what two photos have in common, as label maps. */

#include <glib/gi18n.h>
#include <stdlib.h>

#include "command.h"
#include "interrupt.h"
#include "masks.h"
#include "models/kinds.h"
#include "options.h"
#include "output.h"
#include "picture.h"
#include "report/report.h"

typedef struct {
    char *labels[2]; /* to write: of the content, of the style */
    const char *photo[2];
    OptionSet settings; /* of which only seed and threads count */
    char *most_text;
    int most;
    gboolean json;
} Regions;

static gboolean check_outputs(const Regions *regions, GError **error)
{
    const char *const inputs[] = { regions->photo[0], regions->photo[1], NULL };
    for (int i = 0; i < 2; i++)
        if (!picture_format(regions->labels[i], error) ||
            !output_check(regions->labels[i], inputs, error))
            return FALSE;
    if (output_same_file(regions->labels[0], regions->labels[1])) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("both label maps are the same file; choose another name for one of them."));
        return FALSE;
    }
    return TRUE;
}

/* As --help does: there are no photos to be named. */
static gboolean print_kinds(const char *name, const char *value, gpointer data, GError **error)
{
    char *text = kinds_text();
    g_print("%s", text);
    exit(COMMAND_DONE);
}

static gboolean parse(Regions *regions, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "content-labels", 0, 0, G_OPTION_ARG_FILENAME, &regions->labels[0],
          N_("The label map of the content photo to write"), N_("FILE") },
        { "style-labels", 0, 0, G_OPTION_ARG_FILENAME, &regions->labels[1],
          N_("The label map of the style photo to write"), N_("FILE") },
        { "most", 'm', 0, G_OPTION_ARG_STRING, &regions->most_text,
          N_("At most so many regions (6)"), N_("2-6") },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &regions->json, N_("Print what was found as JSON"),
          NULL },
        { "print-kinds", 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, (gpointer) print_kinds,
          N_("Print the table of kinds by which a model's classes become regions, and end"), NULL },
        { 0 }
    };
    GOptionContext *context = options_context(
        _("CONTENT STYLE --content-labels FILE --style-labels FILE"),
        _("Finds regions that both photos have, such as sky and land, and writes them as two\n"
          "label maps, one colour to a region.  Equal colours belong together.  Correct them\n"
          "in any paint program, and give them to \"photo-style transfer\"."),
        _("Example:\n"
          "  photo-style regions noon.jpg dusk.jpg \\\n"
          "    --content-labels noon-labels.png --style-labels dusk-labels.png\n"
          "  photo-style transfer noon.jpg dusk.jpg -o out.jpg \\\n"
          "    --content-labels noon-labels.png --style-labels dusk-labels.png"),
        &regions->settings);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    options_engine_add(context, &regions->settings, DPS_FOR_REGIONS);
    if (!options_parse(context, &argc, &argv, 2, 2, _("CONTENT and STYLE"), error))
        return FALSE;
    regions->photo[0] = argv[1];
    regions->photo[1] = argv[2];
    if (!regions->labels[0] || !regions->labels[1]) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("where should the label maps go? Name them with --content-labels and "
                      "--style-labels."));
        return FALSE;
    }
    return options_integer("--most", regions->most_text, 2, DPS_REGIONS_AUTO, &regions->most,
                           error) &&
           check_outputs(regions, error);
}

/* Writes a map into `output`, which is begun. */
static gboolean write_map(const DpsImage *map, const char *path, Output *output, GPtrArray *notices,
                          GError **error)
{
    const Picture plain = { .path = (char *) path };
    const PictureFormat *format = picture_format(path, error);
    PictureTarget target = { .shown = path, .format = format };
    target.depth = picture_format_depth(format, PICTURE_8);
    if (interrupt_check(error) || !picture_fits(&target, map->width, map->height, error) ||
        !output_begin(output, path, error))
        return FALSE;
    target.path = output->temporary;
    return picture_write(map, &plain, &target, notices, error) && !interrupt_check(error);
}

static double coverage(const DpsImage *mask)
{
    size_t n = (size_t) mask->width * mask->height;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += mask->data[i];
    return sum / n;
}

static gboolean print(const Regions *regions, const Masks *masks, GError **error)
{
    JsonBuilder *builder;
    if (!regions->json) {
        for (int k = 0; k < masks->count; k++)
            g_print(_("%s, marked %s: %.0f %% of the content, %.0f %% of the style\n"),
                    _(masks->region[k].name), _(dps_label_name(k)),
                    coverage(&masks->region[k].content) * 100,
                    coverage(&masks->region[k].style) * 100);
        return TRUE;
    }
    builder = report_new();
    json_builder_set_member_name(builder, "regions");
    json_builder_begin_array(builder);
    for (int k = 0; k < masks->count; k++) {
        json_builder_begin_object(builder);
        report_string(builder, "name", dps_label_name(k));
        report_string(builder, "region", masks->region[k].name);
        report_number(builder, "content_coverage", coverage(&masks->region[k].content));
        report_number(builder, "style_coverage", coverage(&masks->region[k].style));
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    return report_write(builder, "-", error);
}

static gboolean make_map(const Regions *regions, const Masks *masks, const Picture *photo, int i,
                         DpsImage *map, GError **error)
{
    const DpsWork work = { .threads = regions->settings.options.threads };
    if (dps_labels_from_regions(masks->count, masks->region, i == 1, photo->rgb.width,
                                photo->rgb.height, &work, map) == DPS_OK)
        return TRUE;
    command_file_error(error, regions->photo[i],
                       _("is too large for the free memory; make it smaller."));
    return FALSE;
}

/* Both or none: they take their names when both are whole. */
static gboolean write_maps(const Regions *regions, const Masks *masks, const Picture photo[2],
                           GPtrArray *notices, GError **error)
{
    Output output[2] = { { 0 } };
    gboolean good = TRUE;
    for (int i = 0; i < 2 && good; i++) {
        DpsImage map = { 0 };
        good = make_map(regions, masks, &photo[i], i, &map, error) &&
               write_map(&map, regions->labels[i], &output[i], notices, error);
        dps_image_clear(&map);
    }
    good = good && output_commit_both(output, error);
    for (int i = 0; i < 2 && !good; i++)
        output_discard(&output[i]);
    return good;
}

static gboolean find(const Regions *regions, GError **error)
{
    Picture photo[2] = { { 0 } };
    GPtrArray *notices = g_ptr_array_new_with_free_func(g_free);
    Masks masks = { 0 };
    gboolean good = picture_read(&photo[0], regions->photo[0], NULL, notices, error) &&
                    picture_read(&photo[1], regions->photo[1], &photo[0], notices, error) &&
                    masks_find(&masks, &photo[0].rgb, &photo[1].rgb, regions->most,
                               &regions->settings.options, notices, error) &&
                    write_maps(regions, &masks, photo, notices, error) &&
                    print(regions, &masks, error);
    if (good && masks.count == 1)
        command_note(_("nothing sets regions apart in both photos; the maps have one colour."));
    command_notes(notices);
    masks_clear(&masks);
    picture_clear(&photo[0]);
    picture_clear(&photo[1]);
    return good;
}

int command_regions(int argc, char **argv)
{
    Regions regions = { .most = DPS_REGIONS_AUTO };
    GError *error = NULL;
    option_set_init(&regions.settings);
    interrupt_install();
    gboolean good = parse(&regions, argc, argv, &error) && find(&regions, &error);
    g_free(regions.most_text);
    g_free(regions.labels[0]);
    g_free(regions.labels[1]);
    option_set_clear(&regions.settings);
    return good ? COMMAND_DONE : command_end("regions", error);
}
