/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* bench.c - photo-style bench: how long one evaluation takes here. */

#include <glib/gi18n.h>

#include "command.h"
#include "options.h"
#include "report.h"

typedef struct {
    char *network, *device;
    int width, height, regions, threads, repeats;
    gboolean json;
} Bench;

static gboolean parse(Bench *bench, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "network", 'n', 0, G_OPTION_ARG_FILENAME, &bench->network,
          N_("Also time this network, a .safetensors file"), N_("FILE") },
        { "width", 0, 0, G_OPTION_ARG_INT, &bench->width, N_("Width (512)"), N_("PIXELS") },
        { "height", 0, 0, G_OPTION_ARG_INT, &bench->height, N_("Height (512)"), N_("PIXELS") },
        { "regions", 0, 0, G_OPTION_ARG_INT, &bench->regions, N_("Number of regions (1)"),
          N_("NUMBER") },
        { "device", 'd', 0, G_OPTION_ARG_STRING, &bench->device,
          N_("Where to compute: auto, or a name that \"photo-style devices\" shows"), N_("NAME") },
        { "threads", 't', 0, G_OPTION_ARG_INT, &bench->threads, N_("Processor threads"),
          N_("NUMBER") },
        { "repeats", 0, 0, G_OPTION_ARG_INT, &bench->repeats,
          N_("How many times, of which the median is taken (5)"), N_("NUMBER") },
        { "json", 'j', 0, G_OPTION_ARG_NONE, &bench->json, N_("Print the figures as JSON"), NULL },
        { 0 }
    };
    GOptionContext *context = options_context(
        NULL,
        _("Times one evaluation, the step that a transfer repeats some eighty times, on random\n"
          "data, with the built-in network and with the one that is named."),
        _("Example:\n"
          "  photo-style bench --network vgg19.safetensors --width 700 --height 466"));
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    return options_parse(context, &argc, &argv, 0, _("options only"), error) &&
           options_range("--width", bench->width, 1, 100000, error) &&
           options_range("--height", bench->height, 1, 100000, error) &&
           options_range("--regions", bench->regions, 1, 64, error) &&
           options_range("--threads", bench->threads, 0, 1024, error) &&
           options_range("--repeats", bench->repeats, 1, 1000, error);
}

static gboolean time_network(const Bench *bench, const char *network, JsonBuilder *builder,
                             GError **error)
{
    double seconds = 0;
    char message[DPS_MESSAGE] = "";
    DpsStatus status = dps_benchmark(network, bench->device, bench->width, bench->height,
                                     bench->regions, bench->threads, bench->repeats, &seconds,
                                     message);
    if (status != DPS_OK) {
        g_set_error(error, COMMAND_ERROR, COMMAND_ERROR_ENGINE, "%s", message);
        return FALSE;
    }
    if (bench->json) {
        json_builder_begin_object(builder);
        report_string(builder, "network", network);
        report_number(builder, "seconds", seconds);
        json_builder_end_object(builder);
    } else {
        char *line = g_strdup_printf(_("%s: %.4f s per evaluation at %d x %d"), network, seconds,
                                     bench->width, bench->height);
        command_print(line);
        g_free(line);
    }
    return TRUE;
}

static gboolean time_networks(const Bench *bench, GError **error)
{
    JsonBuilder *builder = report_new();
    report_integer(builder, "width", bench->width);
    report_integer(builder, "height", bench->height);
    report_integer(builder, "regions", bench->regions);
    json_builder_set_member_name(builder, "networks");
    json_builder_begin_array(builder);
    gboolean good = time_network(bench, "builtin", builder, error) &&
                    (!bench->network || time_network(bench, bench->network, builder, error));
    json_builder_end_array(builder);
    if (good && bench->json)
        return report_write(builder, "-", error);
    g_object_unref(builder);
    return good;
}

int command_bench(int argc, char **argv)
{
    Bench bench = { .width = 512, .height = 512, .regions = 1, .repeats = 5 };
    GError *error = NULL;
    gboolean good = parse(&bench, argc, argv, &error) && time_networks(&bench, &error);
    g_free(bench.network);
    g_free(bench.device);
    return good ? COMMAND_DONE : command_end("bench", error);
}
