/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "layer-recipe.h"

#include <glib/gi18n.h>
#include <string.h>

#include "arguments.h"
#include "report/recipe.h"
#include "report/report.h"

#define PARASITE "deep-photo-style-recipe"

/* The style comes first: in its place there may be what lies under the content. */
static const char *const singles[] = { "style", "content-labels", "style-labels", "start-image" };
static const char *const lists[] = { "content-masks", "style-masks" };

/* --------------------------------------------------------------------- writing */

/* What has been closed since can't be told from other things. */
static gboolean is_open(GimpItem *item)
{
    return item && gimp_item_is_valid(item);
}

static void add_item(JsonBuilder *builder, GimpItem *item)
{
    GimpImage *image = gimp_item_get_image(item);
    GFile *file = gimp_image_get_file(image);
    char *uri = file ? g_file_get_uri(file) : gimp_image_get_name(image);
    char *name = gimp_item_get_name(item);

    json_builder_begin_object(builder);
    report_string(builder, "image", uri);
    report_string(builder, "name", name);
    report_integer(builder, "tattoo", gimp_item_get_tattoo(item));
    json_builder_end_object(builder);
    g_clear_object(&file);
    g_free(uri);
    g_free(name);
}

void layer_recipe_add(JsonBuilder *builder, GimpDrawable *content, GimpProcedureConfig *config)
{
    gboolean find, under;
    char *pairing = NULL;

    g_object_get(config, "under", &under, NULL);
    json_builder_set_member_name(builder, "drawables");
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "content");
    add_item(builder, GIMP_ITEM(content));
    json_builder_set_member_name(builder, "under");
    json_builder_add_boolean_value(builder, under);
    for (guint i = under ? 1 : 0; i < G_N_ELEMENTS(singles); i++) {
        GimpItem *item = NULL;

        g_object_get(config, singles[i], &item, NULL);
        if (is_open(item)) {
            json_builder_set_member_name(builder, singles[i]);
            add_item(builder, item);
        }
        g_clear_object(&item);
    }
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        GimpItem **items = NULL;

        g_object_get(config, lists[i], &items, NULL);
        json_builder_set_member_name(builder, lists[i]);
        json_builder_begin_array(builder);
        for (int k = 0; items && items[k]; k++)
            if (is_open(items[k]))
                add_item(builder, items[k]);
        json_builder_end_array(builder);
        g_free(items);
    }
    g_object_get(config, "auto-regions", &find, "pairing", &pairing, NULL);
    json_builder_set_member_name(builder, "auto-regions");
    json_builder_add_boolean_value(builder, find);
    report_string(builder, "pairing", pairing ? pairing : "auto");
    g_free(pairing);
    json_builder_end_object(builder);
}

void layer_recipe_attach(GimpLayer *layer, const char *report)
{
    GimpParasite *parasite = gimp_parasite_new(
        PARASITE, GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE, strlen(report) + 1, report);

    gimp_item_attach_parasite(GIMP_ITEM(layer), parasite);
    gimp_parasite_free(parasite);
}

/* --------------------------------------------------------------------- finding */

static gboolean is_image(GimpImage *image, const char *uri)
{
    GFile *file = gimp_image_get_file(image);
    char *own = file ? g_file_get_uri(file) : gimp_image_get_name(image);
    gboolean same = g_strcmp0(own, uri) == 0;

    g_clear_object(&file);
    g_free(own);
    return same;
}

static GimpDrawable *mask_by_tattoo(GimpImage *image, guint tattoo)
{
    GimpLayer **layers = gimp_image_get_layers(image);
    GimpLayerMask *found = NULL;

    for (int i = 0; layers[i] && !found; i++) {
        GimpLayerMask *mask = gimp_layer_get_mask(layers[i]);

        if (mask && gimp_item_get_tattoo(GIMP_ITEM(mask)) == tattoo)
            found = mask;
    }
    g_free(layers);
    return found ? GIMP_DRAWABLE(found) : NULL;
}

static GimpDrawable *by_tattoo(GimpImage *image, guint tattoo)
{
    GimpLayer *layer = gimp_image_get_layer_by_tattoo(image, tattoo);
    GimpChannel *channel = layer ? NULL : gimp_image_get_channel_by_tattoo(image, tattoo);

    return layer     ? GIMP_DRAWABLE(layer)
           : channel ? GIMP_DRAWABLE(channel)
                     : mask_by_tattoo(image, tattoo);
}

static gboolean is_called(GimpDrawable *drawable, const char *name)
{
    char *own = gimp_item_get_name(GIMP_ITEM(drawable));
    gboolean same = g_str_equal(own, name);

    g_free(own);
    return same;
}

/* What was written by add_item; NULL where it isn't open. */
static GimpDrawable *find_item(JsonNode *node)
{
    JsonObject *object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    const char *uri = object ? json_object_get_string_member_with_default(object, "image", "") : "";
    const char *name = object ? json_object_get_string_member_with_default(object, "name", "") : "";
    gint64 tattoo = object ? json_object_get_int_member_with_default(object, "tattoo", 0) : 0;
    GimpImage **images = gimp_get_images();
    GimpDrawable *found = NULL;

    for (int i = 0; images[i] && !found; i++)
        if (is_image(images[i], uri)) {
            found = by_tattoo(images[i], (guint) tattoo);
            if (found && !is_called(found, name))
                found = NULL;
        }
    g_free(images);
    return found;
}

static void restore_list(JsonObject *from, GimpProcedureConfig *config, const char *name)
{
    JsonNode *node = json_object_get_member(from, name);
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    guint n = array ? json_array_get_length(array) : 0;
    GimpDrawable **drawables = g_new0(GimpDrawable *, n + 1);

    for (guint i = 0, k = 0; i < n; i++) {
        drawables[k] = find_item(json_array_get_element(array, i));
        k += drawables[k] != NULL;
    }
    g_object_set(config, name, drawables, NULL);
    g_free(drawables);
}

/* --------------------------------------------------------------------- applying */

static gboolean is_unset(GimpProcedureConfig *config, const char *name)
{
    GObject *object = NULL;
    gboolean unset;

    g_object_get(config, name, &object, NULL);
    unset = object == NULL;
    g_clear_object(&object);
    return unset;
}

static gboolean has_list(GimpProcedureConfig *config, const char *name)
{
    GimpDrawable **items = NULL;
    gboolean any;

    g_object_get(config, name, &items, NULL);
    any = items && items[0];
    g_free(items);
    return any;
}

static void restore_drawables(const char *report, GimpProcedureConfig *config, gboolean all)
{
    JsonNode *root = json_from_string(report, NULL), *node;
    JsonObject *from = NULL;
    gboolean find, own; /* regions of the config's own, which the recipe's don't join */

    if (root && JSON_NODE_HOLDS_OBJECT(root)) {
        node = json_object_get_member(json_node_get_object(root), "drawables");
        from = node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    }
    g_object_get(config, "auto-regions", &find, NULL);
    own = find || has_list(config, lists[0]) || !is_unset(config, "content-labels");
    if (from && (all || !own))
        g_object_set(config, "auto-regions",
                     json_object_get_boolean_member_with_default(from, "auto-regions", FALSE),
                     "pairing", json_object_get_string_member_with_default(from, "pairing", "auto"),
                     NULL);
    if (from && (all || is_unset(config, "style")))
        g_object_set(config, "under",
                     json_object_get_boolean_member_with_default(from, "under", FALSE), NULL);
    for (guint i = 0; from && i < G_N_ELEMENTS(singles); i++) {
        gboolean regions = g_str_has_suffix(singles[i], "-labels");

        node = json_object_get_member(from, singles[i]);
        if (node && (all || (is_unset(config, singles[i]) && !(regions && own))))
            g_object_set(config, singles[i], find_item(node), NULL);
        else if (all)
            g_object_set(config, singles[i], NULL, NULL);
    }
    for (guint i = 0; from && i < G_N_ELEMENTS(lists); i++)
        if (all || !own)
            restore_list(from, config, lists[i]);
    g_clear_pointer(&root, json_node_unref);
}

static gboolean apply(const char *report, gssize length, const char *shown,
                      GimpProcedureConfig *config, gboolean all, GError **error)
{
    OptionSet settings;
    gboolean good;

    option_set_init(&settings);
    good = (all || arguments_read(config, &settings, error)) &&
           recipe_read(report, length, shown, &settings, NULL, error);
    if (good)
        arguments_write(&settings.options, config);
    option_set_clear(&settings);
    return good;
}

static char *report_of(GimpDrawable *drawable)
{
    GimpParasite *parasite = gimp_item_get_parasite(GIMP_ITEM(drawable), PARASITE);
    const char *text;
    char *report;
    guint32 length;

    if (!parasite)
        return NULL;
    text = gimp_parasite_get_data(parasite, &length);
    report = g_strndup(text, length);
    gimp_parasite_free(parasite);
    return report;
}

gboolean layer_recipe_has(GimpDrawable *drawable)
{
    char *report = report_of(drawable);

    g_free(report);
    return report != NULL;
}

GimpDrawable *layer_recipe_source(GimpDrawable *layer)
{
    GimpImage *image = gimp_item_get_image(GIMP_ITEM(layer));
    char *report = report_of(layer);
    JsonNode *root = report ? json_from_string(report, NULL) : NULL, *node = NULL;
    JsonObject *content;
    GimpLayer *source = NULL;
    gint64 tattoo = 0;

    if (root && JSON_NODE_HOLDS_OBJECT(root))
        node = json_object_get_member(json_node_get_object(root), "drawables");
    if (node && JSON_NODE_HOLDS_OBJECT(node))
        node = json_object_get_member(json_node_get_object(node), "content");
    content = node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    if (content)
        tattoo = json_object_get_int_member_with_default(content, "tattoo", 0);
    if (tattoo > 0)
        source = gimp_image_get_layer_by_tattoo(image, (guint) tattoo);
    g_clear_pointer(&root, json_node_unref);
    g_free(report);
    return source && GIMP_DRAWABLE(source) != layer ? GIMP_DRAWABLE(source) : NULL;
}

gboolean layer_recipe_apply(GimpDrawable *layer, GimpProcedureConfig *config, gboolean all,
                            GError **error)
{
    char *report = report_of(layer), *name = gimp_item_get_name(GIMP_ITEM(layer));
    gboolean good = FALSE;

    if (!report)
        g_set_error(error, GIMP_PLUG_IN_ERROR, 0,
                    _("The layer “%s” has no recipe: only layers that this filter made have one."),
                    name);
    else
        good = apply(report, -1, name, config, all, error);
    if (good)
        restore_drawables(report, config, all);
    g_free(report);
    g_free(name);
    return good;
}

gboolean layer_recipe_apply_file(GFile *file, GimpProcedureConfig *config, GError **error)
{
    char *text = NULL, *shown = g_file_get_parse_name(file);
    gsize length = 0;
    gboolean good = g_file_load_contents(file, NULL, &text, &length, NULL, error) &&
                    apply(text, (gssize) length, shown, config, FALSE, error);

    g_free(text);
    g_free(shown);
    return good;
}
