/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "description.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "kinds.h"
#include "onnx.h"

enum { MOST_SIDE = 8192, MOST_CLASSES = 4096 };

static const char *const known[] = { "task",      "size",    "range",   "mean",
                                     "deviation", "colours", "layout",  "classes",
                                     "subject",   "output",  "licence", NULL };

typedef struct {
    const char *path; /* of the description */
    JsonObject *object;
    GError **error;
} Reader;

static gboolean refuse(const Reader *reader, const char *member, const char *wanted)
{
    model_file_error(reader->error, reader->path, _("“%s” must be %s."), member, wanted);
    return FALSE;
}

/* NULL: there is none. */
static JsonNode *get(const Reader *reader, const char *member)
{
    return json_object_get_member(reader->object, member);
}

static const char *text_of(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

static gboolean is_number(JsonNode *node)
{
    return JSON_NODE_HOLDS_VALUE(node) && (json_node_get_value_type(node) == G_TYPE_INT64 ||
                                           json_node_get_value_type(node) == G_TYPE_DOUBLE);
}

static gboolean read_text(const Reader *reader, const char *member, char **text)
{
    JsonNode *node = get(reader, member);
    if (node && !text_of(node))
        return refuse(reader, member, _("a text"));
    *text = g_strdup(text_of(node));
    return TRUE;
}

/* One of some words, with commas between them; *which stays where nothing is said and it isn't negative. */
static gboolean read_word(const Reader *reader, const char *member, const char *words, int *which)
{
    JsonNode *node = get(reader, member);
    const char *text = text_of(node);
    if (!node && *which >= 0)
        return TRUE;
    char **word = g_strsplit(words, ", ", -1);
    *which = -1;
    for (int i = 0; word[i] && text; i++)
        if (g_str_equal(word[i], text))
            *which = i;
    g_strfreev(word);
    if (*which >= 0)
        return TRUE;
    char *wanted = g_strdup_printf(_("one of %s"), words);
    refuse(reader, member, wanted);
    g_free(wanted);
    return FALSE;
}

/* Up to `most` numbers between the two limits, as an array or, where one is enough, alone.  *count: how many
 * there are; 0: nothing is said. */
static gboolean read_numbers(const Reader *reader, const char *member, int most, double least,
                             double greatest, double *value, int *count)
{
    JsonNode *node = get(reader, member);
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    *count = !node ? 0 : array ? (int) json_array_get_length(array) : 1;
    gboolean good = *count <= most && (!node || *count > 0);
    for (int i = 0; i < *count && good; i++) {
        JsonNode *number = array ? json_array_get_element(array, (guint) i) : node;
        good = is_number(number);
        value[i] = good ? json_node_get_double(number) : 0;
        good = good && value[i] >= least && value[i] <= greatest;
    }
    return good;
}

static gboolean read_size(const Reader *reader, ModelDescription *d)
{
    double size[2] = { 0, 0 };
    int count;
    if (!read_numbers(reader, "size", 2, 1, MOST_SIDE, size, &count) || !count)
        return refuse(reader, "size",
                      _("the input's width and height, [512, 512], or its long side, 512"));
    d->width = (int) size[0];
    d->height = (int) size[1];
    return TRUE;
}

static gboolean read_colours(const Reader *reader, ModelDescription *d)
{
    int means, deviations, ranges, bgr = 0, last = 0;
    for (int c = 0; c < 3; c++)
        d->deviation[c] = 1;
    d->range = 1;
    if (!read_numbers(reader, "mean", 3, -1e6, 1e6, d->mean, &means) || (means && means != 3))
        return refuse(reader, "mean", _("three numbers"));
    if (!read_numbers(reader, "deviation", 3, 1e-6, 1e6, d->deviation, &deviations) ||
        (deviations && deviations != 3))
        return refuse(reader, "deviation", _("three numbers above 0"));
    if (!read_numbers(reader, "range", 1, 1e-6, 1e6, &d->range, &ranges))
        return refuse(reader, "range", _("a number above 0"));
    if (!read_word(reader, "colours", "RGB, BGR", &bgr) ||
        !read_word(reader, "layout", "NCHW, NHWC", &last))
        return FALSE;
    d->bgr = bgr;
    d->planes_last = last;
    return TRUE;
}

/* A list of names, or the name of a data set. */
static gboolean read_classes(const Reader *reader, ModelDescription *d)
{
    JsonNode *node = get(reader, "classes");
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    guint count = array ? json_array_get_length(array) : 0;
    gboolean good = TRUE;
    if (text_of(node))
        d->classes = kinds_data_set(text_of(node));
    else if (count >= 2 && count <= MOST_CLASSES) {
        d->classes = g_new0(char *, count + 1);
        for (guint i = 0; i < count; i++)
            d->classes[i] = g_strdup(text_of(json_array_get_element(array, i)));
        if (g_strv_length(d->classes) < count)
            good = FALSE;
    }
    if (d->classes && good)
        return TRUE;
    char *sets = kinds_data_sets();
    char *wanted = g_strdup_printf(_("a list of names, one for each class, or one of %s"), sets);
    refuse(reader, "classes", wanted);
    g_free(wanted);
    g_free(sets);
    return FALSE;
}

static gboolean read_members(const Reader *reader, ModelDescription *d)
{
    GList *members = json_object_get_members(reader->object);
    const char *unknown = NULL;
    int task = -1;
    for (GList *l = members; l; l = l->next)
        if (!g_strv_contains(known, l->data))
            unknown = l->data;
    if (unknown) {
        char *names = g_strjoinv(", ", (char **) known);
        model_file_error(reader->error, reader->path, _("“%s” is unknown; known are %s."), unknown,
                         names);
        g_free(names);
    }
    g_list_free(members);
    if (unknown || !read_word(reader, "task", "classes, matte, rating", &task))
        return FALSE;
    d->task = (ModelTask) task;
    d->licence = g_strdup(text_of(get(reader, "licence")));
    if (!d->licence || !*d->licence)
        return refuse(reader, "licence", _("the terms of the model, such as “Apache-2.0”"));
    if (!read_size(reader, d) || !read_colours(reader, d) ||
        !read_text(reader, "output", &d->output) || !read_text(reader, "subject", &d->subject))
        return FALSE;
    if (!d->subject)
        d->subject = g_strdup("person");
    return d->task != MODEL_CLASSES || read_classes(reader, d);
}

static char *description_path(const char *file)
{
    char *stem = g_strndup(file, strlen(file) - (g_str_has_suffix(file, ".onnx") ? 5 : 0));
    char *path = g_strconcat(stem, ".json", NULL);
    g_free(stem);
    return path;
}

static gboolean parse(JsonParser *parser, const char *file, const char *path, GError **error)
{
    GError *why = NULL;
    if (!g_file_test(file, G_FILE_TEST_IS_REGULAR))
        model_file_error(error, file, _("is no file that can be read; name an ONNX model."));
    else if (!g_file_test(path, G_FILE_TEST_EXISTS))
        model_file_error(error, path,
                         _("is missing; it must say what the model takes and gives, as "
                           "photo-style(1) explains."));
    else if (!json_parser_load_from_file(parser, path, &why))
        model_file_error(error, path, _("is no JSON (%s)."), why->message);
    else if (!json_parser_get_root(parser) || !JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)))
        model_file_error(error, path, _("is no JSON object, which is what describes a model."));
    else
        return TRUE;
    g_clear_error(&why);
    return FALSE;
}

ModelDescription *model_description_read(const char *file, GError **error)
{
    JsonParser *parser = json_parser_new();
    char *path = description_path(file);
    ModelDescription *description = NULL;
    if (parse(parser, file, path, error)) {
        const Reader reader = { path, json_node_get_object(json_parser_get_root(parser)), error };
        description = g_new0(ModelDescription, 1);
        description->file = g_strdup(file);
        if (!read_members(&reader, description))
            g_clear_pointer(&description, model_description_free);
    }
    g_object_unref(parser);
    g_free(path);
    return description;
}

void model_description_free(ModelDescription *description)
{
    g_free(description->file);
    g_strfreev(description->classes);
    g_free(description->subject);
    g_free(description->output);
    g_free(description->licence);
    g_free(description);
}
