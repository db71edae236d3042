/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* bench.c - photo-style bench: how fast this computer is, from single operations to whole
 * transfers. */

#include <glib/gi18n.h>

#include "command.h"
#include "figures.h"
#include "interrupt.h"
#include "options.h"
#include "report/report.h"
#include "report/translate.h"
#include "store/store.h"

#define PRESETS 3

typedef struct {
    DpsBenchmark options; /* its strings are the ones below */
    OptionSet settings;   /* of which only device and threads count */
    char *network, *only, *preset;
    char *width, *height, *regions, *repeats; /* numbers as they were written */
    DpsPreset presets[PRESETS];
    gboolean json;
    DpsDeviceInfo info; /* what is measured, */
    GArray *figures;    /* of DpsFigure: what was measured so far, */
    GPtrArray *notices; /* and what was done differently */
} Bench;

/* ------------------------------------------------------------------ command line */

/* The names of a list with commas between, all of them among `known`; NULL and *error otherwise.
 * Without a list there are none. */
static char **split(const char *option, const char *list, const char *const *known, GError **error)
{
    char **names = g_strsplit(list ? list : "", ",", -1), **at = names;
    while (*at && g_strv_contains(known, *at))
        at++;
    if (!*at && (!list || *list))
        return names;
    char *choices = g_strjoinv(", ", (char **) known);
    g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("%s %s: there is no such thing; use %s, with commas between several."), option,
                *at ? *at : list, choices);
    g_free(choices);
    g_strfreev(names);
    return NULL;
}

static gboolean choose_parts(Bench *bench, GError **error)
{
    static const char *const known[] = { "operations", "evaluation", "transfer", NULL };
    static const int part[] = { DPS_BENCH_OPERATIONS, DPS_BENCH_EVALUATION, DPS_BENCH_TRANSFER };
    char **names = split("--only", bench->only, known, error);
    gboolean good = names != NULL;
    for (int i = 0; good && known[i]; i++)
        if (g_strv_contains((const char *const *) names, known[i]))
            bench->options.parts |= part[i];
    g_strfreev(names);
    return good;
}

static gboolean choose_presets(Bench *bench, GError **error)
{
    static const char *const known[] = { "draft", "normal", "best", NULL };
    char **names = split("--preset", bench->preset, known, error);
    gboolean good = names != NULL;
    for (int i = 0; good && known[i]; i++)
        if (g_strv_contains((const char *const *) names, known[i]))
            bench->presets[bench->options.presets++] =
                (DpsPreset) dps_choice_find(dps_option_find("preset"), known[i]);
    bench->options.preset = bench->presets;
    g_strfreev(names);
    return good;
}

static gboolean check(Bench *bench, GError **error)
{
    DpsBenchmark *o = &bench->options;
    if (!options_integer("--width", bench->width, 8, 100000, &o->width, error) ||
        !options_integer("--height", bench->height, 8, 100000, &o->height, error))
        return FALSE;
    if (!o->width != !o->height) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                    _("--width and --height go together; give both."));
        return FALSE;
    }
    return options_integer("--regions", bench->regions, 1, o->width ? MIN(64, o->width) : 64,
                           &o->regions, error) &&
           options_integer("--repeats", bench->repeats, 1, 1000, &o->repeats, error) &&
           choose_parts(bench, error) && choose_presets(bench, error);
}

static gboolean parse(Bench *bench, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "only", 0, 0, G_OPTION_ARG_STRING, &bench->only,
          N_("Measure only these: operations, evaluation, transfer"), N_("LIST") },
        { "network", 'n', 0, G_OPTION_ARG_FILENAME, &bench->network,
          N_("Beside the built-in network this one, by name or file"), N_("FILE") },
        { "width", 0, 0, G_OPTION_ARG_STRING, &bench->width,
          N_("Measure everything at one size: its width"), N_("PIXELS") },
        { "height", 0, 0, G_OPTION_ARG_STRING, &bench->height, N_("And its height"), N_("PIXELS") },
        { "regions", 0, 0, G_OPTION_ARG_STRING, &bench->regions, N_("Number of regions (4)"),
          N_("NUMBER") },
        { "preset", 'p', 0, G_OPTION_ARG_STRING, &bench->preset,
          N_("Whole transfers with these presets only: draft, normal, best"), N_("LIST") },
        { "repeats", 0, 0, G_OPTION_ARG_STRING, &bench->repeats,
          N_("How many times, of which the median is taken, where that doesn't take too long (5)"),
          N_("NUMBER") },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &bench->json, N_("Print the figures as JSON"), NULL },
        { 0 }
    };
    GOptionContext *context = options_context(
        NULL,
        _("Measures how fast a device is, with photos that are made up: what it does at its best,\n"
          "each operation against that, one evaluation of a network, which a transfer repeats\n"
          "some hundred times, and whole transfers.  Takes about two minutes on a processor.\n"
          "\n"
          "VGG-19 is timed with random numbers as weights where no network is named: that takes\n"
          "as long as the real one."),
        _("Examples:\n"
          "  photo-style bench --device cuda\n"
          "  photo-style bench --only evaluation --network vgg19.safetensors \\\n"
          "    --width 700 --height 466\n"
          "  photo-style bench --only transfer --preset draft --json"),
        &bench->settings);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    options_engine_add(context, &bench->settings, DPS_FOR_BENCHMARK);
    return options_parse(context, &argc, &argv, 0, 0, _("options only"), error) &&
           check(bench, error);
}

/* ------------------------------------------------------------------- measuring */

static void on_opened(const DpsDeviceInfo *info, void *data)
{
    Bench *bench = data;
    bench->info = *info;
    if (!bench->json)
        g_print(_("%s: %s; regions in the photos: %d\n"), info->name, info->about,
                bench->options.regions);
}

static void on_figure(const DpsFigure *figure, void *data)
{
    Bench *bench = data;
    guint n = bench->figures->len;
    g_array_append_val(bench->figures, *figure);
    if (!bench->json)
        figures_print(figure, n ? &g_array_index(bench->figures, DpsFigure, n - 1) : NULL,
                      bench->info.name);
}

static void on_notice(const DpsMessage *notice, void *data)
{
    Bench *bench = data;
    char *sentence = translate_message(notice);
    g_ptr_array_add(bench->notices, sentence);
    if (!bench->json)
        command_note("%s", sentence);
}

static bool on_cancelled(void *data)
{
    return interrupted();
}

static gboolean print_json(const Bench *bench, GError **error)
{
    JsonBuilder *builder = report_new();
    report_string(builder, "device", bench->info.name);
    report_string(builder, "about", bench->info.about);
    report_integer(builder, "regions", bench->options.regions);
    figures_add(builder, (const DpsFigure *) (void *) bench->figures->data, bench->figures->len);
    json_builder_set_member_name(builder, "notices");
    json_builder_begin_array(builder);
    for (guint i = 0; i < bench->notices->len; i++)
        json_builder_add_string_value(builder, bench->notices->pdata[i]);
    json_builder_end_array(builder);
    return report_write(builder, "-", error);
}

static gboolean measure(Bench *bench, GError **error)
{
    DpsBenchmark *o = &bench->options;
    DpsMessage message[1] = { 0 };
    o->network = bench->network;
    o->device = bench->settings.options.device;
    o->threads = bench->settings.options.threads;
    o->opened = on_opened;
    o->figure = on_figure;
    o->notice = on_notice;
    o->cancelled = on_cancelled;
    o->data = bench;
    DpsStatus status = dps_benchmark(o, message);
    if (status == DPS_OK)
        return !bench->json || print_json(bench, error);
    if (status == DPS_CANCELLED)
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_INTERRUPTED, _("interrupted."));
    else
        command_engine_error(error, message);
    return FALSE;
}

int command_bench(int argc, char **argv)
{
    Bench bench = { .options = { .regions = 4, .repeats = 5 } };
    GError *error = NULL;
    bench.figures = g_array_new(FALSE, FALSE, sizeof(DpsFigure));
    bench.notices = g_ptr_array_new_with_free_func(g_free);
    option_set_init(&bench.settings);
    interrupt_install();
    gboolean good = parse(&bench, argc, argv, &error) &&
                    store_resolve(&bench.network, &error) && measure(&bench, &error);
    g_array_unref(bench.figures);
    g_ptr_array_unref(bench.notices);
    g_free(bench.network);
    g_free(bench.only);
    g_free(bench.width);
    g_free(bench.height);
    g_free(bench.regions);
    g_free(bench.repeats);
    g_free(bench.preset);
    option_set_clear(&bench.settings);
    return good ? COMMAND_DONE : command_end("bench", error);
}
