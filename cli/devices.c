/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* devices.c - photo-style devices: what this computer offers for computing. */

#include <glib/gi18n.h>

#include "command.h"
#include "options.h"
#include "report/report.h"
#include "report/translate.h"

#define MOST_DEVICES 16

static void print_text(const DpsDeviceInfo *info)
{
    char *memory = info->memory ? g_format_size_full(info->memory, G_FORMAT_SIZE_IEC_UNITS) : NULL;
    char *about = info->usable ? g_strdup(info->about) : translate_message(&info->why);
    g_print("%-8s %s%s%s%s\n", info->name, about, memory ? ", " : "", memory ? memory : "",
            info->usable ? "" : _(" (can't be used)"));
    g_free(about);
    g_free(memory);
}

static void add_json(JsonBuilder *builder, const DpsDeviceInfo *info)
{
    json_builder_begin_object(builder);
    report_string(builder, "name", info->name);
    report_string(builder, "about", info->about);
    json_builder_set_member_name(builder, "usable");
    json_builder_add_boolean_value(builder, info->usable);
    report_integer(builder, "memory_bytes", (gint64) info->memory);
    json_builder_end_object(builder);
}

static gboolean list(gboolean json, GError **error)
{
    DpsDeviceInfo info[MOST_DEVICES];
    int count = dps_devices(info, MOST_DEVICES);
    count = MIN(count, MOST_DEVICES);
    if (!json) {
        for (int i = 0; i < count; i++)
            print_text(&info[i]);
        return TRUE;
    }
    JsonBuilder *builder = report_new();
    json_builder_set_member_name(builder, "devices");
    json_builder_begin_array(builder);
    for (int i = 0; i < count; i++)
        add_json(builder, &info[i]);
    json_builder_end_array(builder);
    return report_write(builder, "-", error);
}

int command_devices(int argc, char **argv)
{
    gboolean json = FALSE;
    GError *error = NULL;
    const GOptionEntry entries[] = {
        { "json", 'j', 0, G_OPTION_ARG_NONE, &json, N_("Print the list as JSON"), NULL }, { 0 }
    };
    GOptionContext *context = options_context(
        NULL,
        _("Lists what this computer offers for computing.  The first name is what --device takes."),
        NULL, NULL);
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    gboolean good = options_parse(context, &argc, &argv, 0, 0, _("options only"), &error) &&
                    list(json, &error);
    return good ? COMMAND_DONE : command_end("devices", error);
}
