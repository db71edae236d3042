/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "report.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "printable.h"
#include "recipe.h"
#include "translate.h"

gint64 report_peak_memory(void)
{
    struct rusage usage;
    char *status = NULL;
    gint64 kilobytes = 0;
    /* Linux says it for this program alone; ru_maxrss begins with what the parent held. */
    if (g_file_get_contents("/proc/self/status", &status, NULL, NULL)) {
        const char *line = strstr(status, "VmHWM:");
        kilobytes = line ? g_ascii_strtoll(line + strlen("VmHWM:"), NULL, 10) : 0;
        g_free(status);
    }
    if (kilobytes > 0)
        return kilobytes * 1024;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (gint64) usage.ru_maxrss * 1024 : 0;
}

JsonBuilder *report_new(void)
{
    JsonBuilder *builder = json_builder_new();
    json_builder_begin_object(builder);
    report_string(builder, "version", dps_version());
    return builder;
}

void report_number(JsonBuilder *builder, const char *name, double value)
{
    json_builder_set_member_name(builder, name);
    if (isfinite(value))
        json_builder_add_double_value(builder, value);
    else
        json_builder_add_null_value(builder);
}

void report_integer(JsonBuilder *builder, const char *name, gint64 value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_int_value(builder, value);
}

void report_string(JsonBuilder *builder, const char *name, const char *value)
{
    char *valid = g_utf8_make_valid(value, -1);
    json_builder_set_member_name(builder, name);
    json_builder_add_string_value(builder, valid);
    g_free(valid);
}

static void add_level(JsonBuilder *builder, const DpsLevel *level)
{
    json_builder_begin_object(builder);
    report_integer(builder, "width", level->width);
    report_integer(builder, "height", level->height);
    report_integer(builder, "evaluations", level->evaluations);
    report_number(builder, "seconds", level->seconds);
    json_builder_set_member_name(builder, "losses");
    json_builder_begin_object(builder);
    report_number(builder, "total", level->losses.total);
    report_number(builder, "style", level->losses.style);
    report_number(builder, "content", level->losses.content);
    report_number(builder, "matting", level->losses.matting);
    json_builder_end_object(builder);
    json_builder_set_member_name(builder, "weights");
    json_builder_begin_object(builder);
    report_string(builder, "weighting", level->weights.paper ? "paper" : "relative");
    report_number(builder, "style", level->weights.style);
    report_number(builder, "content", level->weights.content);
    report_number(builder, "matting", level->weights.matting);
    report_number(builder, "estimate", level->weights.estimate);
    report_number(builder, "gradient", level->weights.gradient);
    json_builder_end_object(builder);
    json_builder_end_object(builder);
}

static void add_region(JsonBuilder *builder, const DpsRegionReport *region)
{
    char *reason = translate_message(&region->reason);

    json_builder_begin_object(builder);
    report_string(builder, "name", region->name);
    report_number(builder, "content_coverage", region->content_coverage);
    report_number(builder, "style_coverage", region->style_coverage);
    json_builder_set_member_name(builder, "matched");
    json_builder_add_boolean_value(builder, region->matched);
    json_builder_set_member_name(builder, "borrowed");
    json_builder_add_boolean_value(builder, region->borrowed);
    report_string(builder, "reason", reason);
    report_string(builder, "reason_code", dps_code_name(region->reason.code));
    json_builder_end_object(builder);
    g_free(reason);
}

static void add_texts(JsonBuilder *builder, const char *const *texts)
{
    for (; *texts; texts++) {
        char *text = printable(*texts);
        json_builder_add_string_value(builder, text);
        g_free(text);
    }
}

static void add_notices(JsonBuilder *builder, const DpsResult *result, const char *const *more)
{
    char **notices = translate_notices(result, FALSE);
    json_builder_set_member_name(builder, "notices");
    json_builder_begin_array(builder);
    add_texts(builder, (const char *const *) notices);
    add_texts(builder, more);
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "notice_codes");
    json_builder_begin_array(builder);
    for (int i = 0; i < result->notices; i++)
        json_builder_add_string_value(builder, dps_code_name(result->notice[i].code));
    json_builder_end_array(builder);
    g_strfreev(notices);
}

JsonBuilder *report_transfer(const DpsResult *result, const DpsOptions *options,
                             const char *const *notices)
{
    JsonBuilder *builder = report_new();
    DpsOptions used = *options;
    /* On a GPU with little memory free; a recipe must not hang on that. */
    for (int i = 0; i < result->notices; i++)
        if (result->notice[i].code == DPS_SAY_SMALLER)
            used.size = (int) result->notice[i].parameter[0].number;
    report_string(builder, "device", result->device);
    report_string(builder, "network", result->network);
    report_number(builder, "seconds", result->seconds);
    report_integer(builder, "evaluations", result->evaluations);
    recipe_add_options(builder, &used);
    json_builder_set_member_name(builder, "levels");
    json_builder_begin_array(builder);
    for (int i = 0; i < result->levels; i++)
        add_level(builder, &result->level[i]);
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "regions");
    json_builder_begin_array(builder);
    for (int i = 0; i < result->regions; i++)
        add_region(builder, &result->region[i]);
    json_builder_end_array(builder);
    report_integer(builder, "peak_memory_bytes", report_peak_memory());
    add_notices(builder, result, notices);
    return builder;
}

void report_file_error(GError **error, const char *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args), *whole = g_strdup_printf("%s: %s", path, text);
    char *shown = printable(whole);
    va_end(args);
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, shown);
    g_free(shown);
    g_free(whole);
    g_free(text);
}

char *report_finish(JsonBuilder *builder)
{
    json_builder_end_object(builder);
    JsonNode *root = json_builder_get_root(builder);
    char *json = json_to_string(root, TRUE);
    char *text = g_strconcat(json, "\n", NULL);
    g_free(json);
    json_node_unref(root);
    g_object_unref(builder);
    return text;
}

gboolean report_save(const char *text, const char *path, GError **error)
{
    GError *trouble = NULL;
    gboolean good = TRUE;
    if (g_str_equal(path, "-"))
        g_print("%s", text);
    else
        good = g_file_set_contents(path, text, -1, &trouble);
    if (!good)
        report_file_error(error, path, _("can't be written (%s); choose another name."),
                          trouble->message);
    g_clear_error(&trouble);
    return good;
}

gboolean report_write(JsonBuilder *builder, const char *path, GError **error)
{
    char *text = report_finish(builder);
    gboolean good = report_save(text, path, error);
    g_free(text);
    return good;
}
