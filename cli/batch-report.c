/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "batch-report.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "command.h"
#include "output.h"
#include "report/printable.h"

/* -------------------------------------------------------------------------- lines */

static void set_text(JsonObject *object, const char *name, const char *text)
{
    char *shown = printable(text);
    json_object_set_string_member(object, name, shown);
    g_free(shown);
}

static void write_line(BatchReport *report, JsonObject *object)
{
    JsonNode *root = json_node_init_object(json_node_alloc(), object);
    char *text = json_to_string(root, FALSE), *line = g_strconcat(text, "\n", NULL);
    if (report->lines)
        fputs(line, report->lines);
    g_free(line);
    g_free(text);
    json_node_unref(root);
}

void batch_report_result(BatchReport *report, const BatchPhoto *photo, const char *text)
{
    JsonParser *parser = json_parser_new();
    report->written++;
    if (json_parser_load_from_data(parser, text, -1, NULL) &&
        JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser))) {
        JsonObject *object = json_node_get_object(json_parser_get_root(parser));
        JsonArray *notices = json_object_get_array_member(object, "notices");
        gint64 memory = json_object_get_int_member_with_default(object, "peak_memory_bytes", 0);
        report->most_memory = MAX(report->most_memory, (double) memory);
        for (guint i = 0; notices && !report->quiet && i < json_array_get_length(notices); i++)
            command_note("%s: %s", photo->content, json_array_get_string_element(notices, i));
        set_text(object, "output", photo->out);
        write_line(report, object);
    }
    g_object_unref(parser);
}

/* ----------------------------------------------------------------------- failures */

/* The last sentence that a process has printed, without the program's name. */
static char *last_sentence(const char *printed)
{
    char **lines = g_strsplit(printed ? printed : "", "\n", 0);
    char *last = NULL;
    for (char **line = lines; *line; line++)
        if (g_str_has_prefix(*line, "photo-style: ")) {
            g_free(last);
            last = g_strdup(*line + strlen("photo-style: "));
        }
    g_strfreev(lines);
    return last;
}

/* With the photo's name, which most sentences begin with. */
static char *explain(const BatchPhoto *photo, const char *printed)
{
    char *own = last_sentence(printed), *name = printable(photo->content), *sentence;
    if (!own)
        sentence =
            g_strdup_printf(_("%s: the program broke off; this photo may need more memory than "
                              "there is."),
                            name);
    else if (strstr(own, name))
        sentence = g_strdup(own);
    else
        sentence = g_strdup_printf("%s: %s", name, own);
    g_free(name);
    g_free(own);
    return sentence;
}

void batch_report_failure(BatchReport *report, const BatchPhoto *photo, const char *printed)
{
    char *sentence = explain(photo, printed);
    JsonObject *object = json_object_new();
    set_text(object, "output", photo->out);
    set_text(object, "content", photo->content);
    set_text(object, "style", photo->style);
    set_text(object, "error", sentence);
    write_line(report, object);
    json_object_unref(object);
    g_ptr_array_add(report->failures, sentence);
}

/* ----------------------------------------------------------------- opening, closing */

static gboolean check_file(const char *file, const GPtrArray *photos, GError **error)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < photos->len; i++) {
        const BatchPhoto *photo = photos->pdata[i];
        g_ptr_array_add(names, photo->content);
        g_ptr_array_add(names, photo->style);
        if (output_same_file(file, photo->out)) {
            g_set_error(
                error, COMMAND_ERROR, COMMAND_ERROR_USAGE,
                _("the report and the picture are the same file; choose another name for one "
                  "of them."));
            g_ptr_array_unref(names);
            return FALSE;
        }
    }
    g_ptr_array_add(names, NULL);
    gboolean good = output_check(file, (const char *const *) names->pdata, error);
    g_ptr_array_unref(names);
    return good;
}

/* Without a buffer each line is one write, however long it is: lines are whole wherever the program is ended, so the
 * file may grow under its own name. */
gboolean batch_report_open(BatchReport *report, const GPtrArray *photos, gboolean more,
                           GError **error)
{
    report->failures = g_ptr_array_new_with_free_func(g_free);
    if (!report->file)
        return TRUE;
    if (g_str_equal(report->file, "-"))
        report->lines = stdout;
    else if (check_file(report->file, photos, error) &&
             !(report->lines = fopen(report->file, more ? "a" : "w")))
        command_file_error(error, report->file, _("can't be written (%s); choose another name."),
                           g_strerror(errno));
    if (report->lines)
        setvbuf(report->lines, NULL, _IONBF, 0);
    return report->lines != NULL;
}

gboolean batch_report_close(BatchReport *report, GError **error)
{
    FILE *lines = report->lines;
    report->lines = NULL;
    if (!lines || lines == stdout)
        return TRUE;
    gboolean lost = ferror(lines) != 0;
    if (fclose(lines) == 0 && !lost)
        return TRUE;
    command_file_error(error, report->file,
                       _("can't be written (%s); make room or choose another folder."),
                       g_strerror(errno));
    return FALSE;
}
