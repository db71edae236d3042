/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "recipe.h"

#include <glib/gi18n.h>
#include <string.h>

#include "report.h"

void recipe_inputs_clear(RecipeInputs *inputs)
{
    g_free(inputs->content);
    g_free(inputs->style);
    g_free(inputs->start_image);
    g_free(inputs->content_labels);
    g_free(inputs->style_labels);
    g_strfreev(inputs->content_masks);
    g_strfreev(inputs->style_masks);
    g_free(inputs->depth);
    *inputs = (RecipeInputs){ 0 };
}

/* -------------------------------------------------------------------- writing */

/* JSON is UTF-8, file names need not be: those that aren't become URIs. */
static char *file_to_text(const char *file)
{
    char *path = g_canonicalize_filename(file, NULL), *uri;

    if (g_utf8_validate(path, -1, NULL))
        return path;
    uri = g_filename_to_uri(path, NULL, NULL);
    g_free(path);
    return uri ? uri : g_strdup("");
}

static char *file_from_text(const char *text)
{
    char *path = g_str_has_prefix(text, "file://") ? g_filename_from_uri(text, NULL, NULL) : NULL;

    return path ? path : g_strdup(text);
}

static void add_file(JsonBuilder *builder, const char *name, const char *file)
{
    char *text;

    if (!file)
        return;
    text = file_to_text(file);
    report_string(builder, name, text);
    g_free(text);
}

static gboolean is_file(const DpsOption *option, const DpsOptions *options)
{
    return option->type == DPS_OPTION_FILE &&
           !g_str_equal(dps_option_text(option, options), option->usual_text);
}

void recipe_add_options(JsonBuilder *builder, const DpsOptions *options)
{
    json_builder_set_member_name(builder, "options");
    json_builder_begin_object(builder);
    for (int i = 0; dps_option(i); i++) {
        const DpsOption *option = dps_option(i);
        char *name = g_strdelimit(g_strdup(option->name), "-", '_');
        char *text = option_set_print(option, options);

        if (option->type == DPS_OPTION_REAL)
            report_number(builder, name, dps_option_number(option, options));
        else if (option->type == DPS_OPTION_INTEGER || option->type == DPS_OPTION_UNSIGNED)
            report_integer(builder, name, (gint64) dps_option_number(option, options));
        else if (is_file(option, options))
            add_file(builder, name, text);
        else
            report_string(builder, name, text);
        g_free(text);
        g_free(name);
    }
    json_builder_end_object(builder);
}

/* An array of objects: the order of regions counts. */
static void add_masks(JsonBuilder *builder, const char *name, char **masks)
{
    if (!masks)
        return;
    json_builder_set_member_name(builder, name);
    json_builder_begin_array(builder);
    for (; *masks; masks++) {
        const char *file = strchr(*masks, '=') + 1;
        char *region = g_strndup(*masks, file - 1 - *masks);

        json_builder_begin_object(builder);
        report_string(builder, "name", region);
        add_file(builder, "file", file);
        json_builder_end_object(builder);
        g_free(region);
    }
    json_builder_end_array(builder);
}

void recipe_add_inputs(JsonBuilder *builder, const RecipeInputs *inputs)
{
    json_builder_set_member_name(builder, "inputs");
    json_builder_begin_object(builder);
    add_file(builder, "content", inputs->content);
    add_file(builder, "style", inputs->style);
    add_file(builder, "start_image", inputs->start_image);
    add_file(builder, "content_labels", inputs->content_labels);
    add_file(builder, "style_labels", inputs->style_labels);
    add_masks(builder, "content_masks", inputs->content_masks);
    add_masks(builder, "style_masks", inputs->style_masks);
    json_builder_set_member_name(builder, "auto_regions");
    json_builder_add_boolean_value(builder, inputs->auto_regions);
    if (inputs->depth)
        report_string(builder, "depth", inputs->depth);
    json_builder_end_object(builder);
}

/* -------------------------------------------------------------------- reading */

/* The value of a member as text, to be freed; NULL for what is neither number nor text. */
static char *value_text(JsonNode *node)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    if (!JSON_NODE_HOLDS_VALUE(node))
        return NULL;
    if (json_node_get_value_type(node) == G_TYPE_STRING)
        return g_strdup(json_node_get_string(node));
    return g_strdup(g_ascii_dtostr(number, sizeof number, json_node_get_double(node)));
}

static gboolean set_option(OptionSet *settings, const char *name, JsonNode *node, const char *shown,
                           GError **error)
{
    const DpsOption *option = dps_option_find(name);
    GError *trouble = NULL;
    char *text = value_text(node), *file;

    if (!option || !text)
        report_file_error(error, shown,
                          _("has the option \"%s\", which can't be used here; make the report with "
                            "this version."),
                          name);
    else if (option_set_given(settings, option)) {
        /* what the user says goes before what the report says */
    } else if (option->type == DPS_OPTION_FILE) {
        file = file_from_text(text);
        option_set_set_text(settings, option, file);
        g_hash_table_remove(settings->given, option);
        g_free(file);
    } else if (!option_set_parse(settings, option, name, text, &trouble)) {
        report_file_error(error, shown, "%s", trouble->message);
        g_error_free(trouble);
        option = NULL;
    } else {
        g_hash_table_remove(settings->given, option);
    }
    g_free(text);
    return option && text;
}

static gboolean read_options(JsonObject *root, const char *shown, OptionSet *settings,
                             GError **error)
{
    JsonNode *node = json_object_get_member(root, "options");
    JsonObjectIter iter;
    const char *name;
    gboolean good = node && JSON_NODE_HOLDS_OBJECT(node);

    if (!good) {
        report_file_error(error, shown,
                          _("is no report of a transfer; choose a file that --report wrote."));
        return FALSE;
    }
    json_object_iter_init(&iter, json_node_get_object(node));
    while (good && json_object_iter_next(&iter, &name, &node))
        good = set_option(settings, name, node, shown, error);
    return good;
}

static char *member_text(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node ? value_text(node) : NULL;
}

static char *member_file(JsonObject *object, const char *name)
{
    char *text = member_text(object, name), *file = text ? file_from_text(text) : NULL;

    g_free(text);
    return file;
}

static char **member_masks(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    GPtrArray *masks = g_ptr_array_new();

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        JsonNode *mask = json_array_get_element(array, i);
        JsonObject *of = JSON_NODE_HOLDS_OBJECT(mask) ? json_node_get_object(mask) : NULL;
        char *region = of ? member_text(of, "name") : NULL,
             *file = of ? member_file(of, "file") : NULL;

        if (region && file)
            g_ptr_array_add(masks, g_strdup_printf("%s=%s", region, file));
        g_free(region);
        g_free(file);
    }
    if (masks->len)
        g_ptr_array_add(masks, NULL);
    return (char **) g_ptr_array_free(masks, masks->len == 0);
}

static void read_inputs(JsonObject *root, RecipeInputs *inputs)
{
    JsonNode *node = json_object_get_member(root, "inputs");
    JsonObject *from = node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;

    *inputs = (RecipeInputs){ 0 };
    if (!from)
        return;
    inputs->content = member_file(from, "content");
    inputs->style = member_file(from, "style");
    inputs->start_image = member_file(from, "start_image");
    inputs->content_labels = member_file(from, "content_labels");
    inputs->style_labels = member_file(from, "style_labels");
    inputs->content_masks = member_masks(from, "content_masks");
    inputs->style_masks = member_masks(from, "style_masks");
    node = json_object_get_member(from, "auto_regions");
    inputs->auto_regions = node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_boolean(node);
    inputs->depth = member_text(from, "depth");
}

gboolean recipe_read(const char *text, gssize length, const char *shown, OptionSet *settings,
                     RecipeInputs *inputs, GError **error)
{
    JsonParser *parser = json_parser_new();
    GError *trouble = NULL;
    JsonNode *root = NULL;
    gboolean good = FALSE;

    if (json_parser_load_from_data(parser, text, length, &trouble))
        root = json_parser_get_root(parser);
    if (trouble)
        report_file_error(error, shown, _("is no JSON (%s); choose a report of a transfer."),
                          trouble->message);
    else if (!root || !JSON_NODE_HOLDS_OBJECT(root))
        report_file_error(error, shown,
                          _("is no report of a transfer; choose a file that --report wrote."));
    else
        good = read_options(json_node_get_object(root), shown, settings, error);
    if (good && inputs)
        read_inputs(json_node_get_object(root), inputs);
    g_clear_error(&trouble);
    g_object_unref(parser);
    return good;
}

gboolean recipe_load(const char *file, OptionSet *settings, RecipeInputs *inputs, GError **error)
{
    GError *trouble = NULL;
    gboolean good = FALSE;
    char *text;
    gsize length;

    /* A pipe would be waited for, and a device may never end. */
    if (g_file_test(file, G_FILE_TEST_EXISTS) && !g_file_test(file, G_FILE_TEST_IS_REGULAR)) {
        report_file_error(error, file, _("is no ordinary file; choose a report of a transfer."));
        return FALSE;
    }
    if (g_file_get_contents(file, &text, &length, &trouble)) {
        good = recipe_read(text, (gssize) length, file, settings, inputs, error);
        g_free(text);
    } else {
        report_file_error(error, file, _("can't be read (%s); choose a report of a transfer."),
                          trouble->message);
        g_error_free(trouble);
    }
    return good;
}
