/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* measure.c - photo-style measure: how good a result is, in figures. */

#include <glib/gi18n.h>
#include <math.h>

#include "command.h"
#include "masks.h"
#include "models/model.h"
#include "options.h"
#include "picture.h"
#include "report/report.h"
#include "store/store.h"

typedef struct {
    MaskOptions masks;
    char *network, *quality; /* files */
    OptionSet settings; /* of which only the threads count */
    char *size_text;
    int size;
    gboolean json;
    const char *content, *style, *result; /* files */
} Measure;

static gboolean parse(Measure *measure, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "network", 'n', 0, G_OPTION_ARG_FILENAME, &measure->network,
          N_("Also compare style in this network, by name or file"), N_("FILE") },
        { "quality", 0, 0, G_OPTION_ARG_FILENAME, &measure->quality,
          N_("Also rate RESULT by this ONNX model, with its description beside it"), N_("FILE") },
        { "size", 's', 0, G_OPTION_ARG_STRING, &measure->size_text,
          N_("Long side at which the pictures are compared (700)"), N_("PIXELS") },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &measure->json, N_("Print the figures as JSON"),
          NULL },
        { 0 }
    };
    GOptionContext *context = options_context(
        _("CONTENT STYLE RESULT"),
        _("Measures how well RESULT keeps the structure of CONTENT and takes the style of STYLE.\n"
          "\n"
          "  edge    how much of the content's structure is there: 1 is all of it\n"
          "  energy  how unphotographic the change is: less is better\n"
          "  colour  how far the colours are from the style's, region by region: less is closer\n"
          "  probe   how far the style is in a trained network, with --network: less is closer\n"
          "  quality how good the model of --quality finds RESULT, on its own scale"),
        _("Example:\n"
          "  photo-style measure noon.jpg dusk.jpg out.jpg \\\n"
          "    --content-labels noon-labels.png --style-labels dusk-labels.png"),
        &measure->settings);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    options_engine_add(context, &measure->settings, DPS_FOR_MEASURE);
    masks_options_add(context, &measure->masks);
    if (!options_parse(context, &argc, &argv, 3, 3, _("CONTENT, STYLE and RESULT"), error))
        return FALSE;
    measure->content = argv[1];
    measure->style = argv[2];
    measure->result = argv[3];
    return options_integer("--size", measure->size_text, 0, (int) dps_option_find("size")->most,
                           &measure->size, error) &&
           masks_options_check(&measure->masks, error);
}

/* rating: no number where there is none. */
static gboolean print(const Measure *measure, const DpsMeasures *figures, double rating,
                      GError **error)
{
    if (measure->json) {
        JsonBuilder *builder = report_new();
        report_number(builder, "edge", figures->edge);
        report_number(builder, "energy", figures->energy);
        report_number(builder, "colour", figures->colour);
        report_number(builder, "probe", figures->gram_error < 0 ? INFINITY : figures->gram_error);
        report_number(builder, "quality", rating);
        return report_write(builder, "-", error);
    }
    g_print("edge    %.4f\n", figures->edge);
    g_print("energy  %.3e\n", figures->energy);
    g_print("colour  %.3f\n", figures->colour);
    if (figures->gram_error >= 0)
        g_print("probe   %.4f\n", figures->gram_error);
    if (!isnan(rating))
        g_print("quality %.3f\n", rating);
    return TRUE;
}

static gboolean rate(const Measure *measure, const DpsImage *result, const DpsWork *work,
                     double *rating, GPtrArray *notices, GError **error)
{
    char *licence = NULL;
    if (!measure->quality)
        return TRUE;
    gboolean good = model_rate(measure->quality, result, work, rating, &licence, error);
    if (good)
        g_ptr_array_add(notices, command_licence_note(measure->quality, licence));
    g_free(licence);
    return good;
}

static gboolean measure_pictures(const Measure *measure, const Picture *content,
                                 const Picture *style, const Picture *result, const Masks *masks,
                                 GPtrArray *notices, GError **error)
{
    const DpsWork work = { .threads = measure->settings.options.threads };
    DpsMeasures figures;
    DpsMessage message[1] = { 0 };
    double rating = NAN;
    if (dps_measure(&content->rgb, &style->rgb, &result->rgb, masks->count, masks->region,
                    measure->network, measure->size, &work, &figures, message) != DPS_OK) {
        command_engine_error(error, message);
        return FALSE;
    }
    return rate(measure, &result->rgb, &work, &rating, notices, error) &&
           print(measure, &figures, rating, error);
}

static gboolean measure_files(const Measure *measure, GError **error)
{
    Picture content = { 0 }, style = { 0 }, result = { 0 };
    GPtrArray *notices = g_ptr_array_new_with_free_func(g_free);
    Masks masks = { 0 };
    gboolean good = picture_read(&content, measure->content, NULL, notices, error) &&
                    picture_read(&style, measure->style, &content, notices, error) &&
                    picture_read(&result, measure->result, &content, notices, error) &&
                    masks_read(&masks, &measure->masks, notices, error) &&
                    measure_pictures(measure, &content, &style, &result, &masks, notices, error);
    command_notes(notices);
    masks_clear(&masks);
    picture_clear(&result);
    picture_clear(&style);
    picture_clear(&content);
    return good;
}

int command_measure(int argc, char **argv)
{
    Measure measure = { 0 };
    GError *error = NULL;
    option_set_init(&measure.settings);
    gboolean good = parse(&measure, argc, argv, &error) &&
                    store_resolve(&measure.network, &error) && measure_files(&measure, &error);
    masks_options_clear(&measure.masks);
    g_free(measure.network);
    g_free(measure.quality);
    g_free(measure.size_text);
    option_set_clear(&measure.settings);
    return good ? COMMAND_DONE : command_end("measure", error);
}
