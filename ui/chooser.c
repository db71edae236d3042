/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "chooser.h"

#include <cairo-gobject.h>
#include <glib/gi18n.h>

#include "plug-in/layer-recipe.h"
#include "plug-in/under.h"
#include "style-files.h"
#include "thumbs.h"

#define THUMB 32

enum { COLUMN_ID, COLUMN_PICTURE, COLUMN_TEXT, COLUMNS };

typedef struct {
    GtkListStore *store;
    ChooserKind kind;
    int scale;
    GimpDrawable *except;
} List;

GtkWidget *chooser_new(ChooserKind kind)
{
    GtkListStore *store = gtk_list_store_new(COLUMNS, G_TYPE_INT, CAIRO_GOBJECT_TYPE_SURFACE,
                                             G_TYPE_STRING);
    GtkWidget *combo = gtk_combo_box_new_with_model(GTK_TREE_MODEL(store));
    GtkCellRenderer *cell = gtk_cell_renderer_pixbuf_new();

    g_object_set(cell, "width", THUMB + 4, "height", kind != CHOOSE_MASK ? THUMB : 24, NULL);
    gtk_cell_layout_pack_start(GTK_CELL_LAYOUT(combo), cell, FALSE);
    gtk_cell_layout_add_attribute(GTK_CELL_LAYOUT(combo), cell, "surface", COLUMN_PICTURE);
    cell = gtk_cell_renderer_text_new();
    g_object_set(cell, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, "width-chars", 4, "xpad", 4, NULL);
    gtk_cell_layout_pack_start(GTK_CELL_LAYOUT(combo), cell, TRUE);
    gtk_cell_layout_add_attribute(GTK_CELL_LAYOUT(combo), cell, "text", COLUMN_TEXT);
    chooser_set_kind(combo, kind);
    g_object_unref(store);
    gtk_widget_show(combo);
    return combo;
}

static GtkTreeModel *model_of(GtkWidget *chooser)
{
    return gtk_combo_box_get_model(GTK_COMBO_BOX(chooser));
}

static void append(List *list, GimpDrawable *drawable, char *text)
{
    int height = (list->kind != CHOOSE_MASK ? THUMB : 24) * list->scale;
    cairo_surface_t *picture;

    if (drawable == list->except) {
        g_free(text);
        return;
    }
    picture = thumbs_get(drawable, THUMB * list->scale, height);
    cairo_surface_set_device_scale(picture, list->scale, list->scale);
    gtk_list_store_insert_with_values(list->store, NULL, -1, COLUMN_ID,
                                      gimp_item_get_id(GIMP_ITEM(drawable)), COLUMN_PICTURE,
                                      picture, COLUMN_TEXT, text, -1);
    cairo_surface_destroy(picture);
    g_free(text);
}

/* ---------------------------------------------------------------------- photos */

/* The file's name, which says more than GIMP's "[name] (imported)". */
static char *image_name(GimpImage *image)
{
    GFile *file = style_files_of(image);
    char *name = file ? g_file_get_basename(file) : gimp_image_get_name(image);

    g_clear_object(&file);
    return name;
}

static gboolean is_offered(const List *list, GimpLayer *layer)
{
    return list->kind != CHOOSE_STYLE ||
           (gimp_item_get_visible(GIMP_ITEM(layer)) && !gimp_item_is_text_layer(GIMP_ITEM(layer)) &&
            !layer_recipe_has(GIMP_DRAWABLE(layer)));
}

/* Whether it is all that the image has to offer. */
static gboolean is_alone(const List *list, GimpLayer **layers)
{
    int offered = 0;

    for (int i = 0; layers[i]; i++)
        offered += is_offered(list, layers[i]) * (gimp_item_is_group(GIMP_ITEM(layers[i])) ? 2 : 1);
    return offered == 1;
}

static void append_photos(List *list, GimpImage *image, GimpLayer **layers, gboolean alone)
{
    char *title = image_name(image);

    for (int i = 0; layers[i]; i++) {
        char *name = gimp_item_get_name(GIMP_ITEM(layers[i]));

        if (is_offered(list, layers[i]))
            append(list, GIMP_DRAWABLE(layers[i]),
                   alone ? g_strdup(title)
                         /* Translators: an image and one of its layers. */
                         : g_strdup_printf(_("%s – %s"), title, name));
        g_free(name);
        if (gimp_item_is_group(GIMP_ITEM(layers[i]))) {
            GimpItem **children = gimp_item_get_children(GIMP_ITEM(layers[i]));

            append_photos(list, image, (GimpLayer **) children, FALSE);
            g_free(children);
        }
    }
    g_free(title);
}

static int newest_first(const void *a, const void *b)
{
    return gimp_image_get_id(*(GimpImage *const *) b) - gimp_image_get_id(*(GimpImage *const *) a);
}

static void append_all_photos(List *list, GimpImage *own)
{
    GimpImage **images = gimp_get_images();
    int n = 0;

    while (images && images[n])
        n++;
    if (n)
        qsort(images, n, sizeof *images, newest_first);
    for (int i = 0; i < n; i++) {
        GimpLayer **layers = gimp_image_get_layers(images[i]);

        if (!under_is_image(images[i]) && (list->kind != CHOOSE_STYLE || images[i] != own))
            append_photos(list, images[i], layers, is_alone(list, layers));
        g_free(layers);
    }
    g_free(images);
}

/* ----------------------------------------------------------------------- masks */

static void append_named(List *list, GimpDrawable *drawable, const char *pattern)
{
    char *name = gimp_item_get_name(GIMP_ITEM(drawable));
    char **parts = g_strsplit(pattern, "%s", 2);

    append(list, drawable, g_strconcat(parts[0], name, parts[1], NULL));
    g_strfreev(parts);
    g_free(name);
}

static void append_layers(List *list, GimpLayer **layers, gboolean masks)
{
    for (int i = 0; layers[i]; i++) {
        GimpLayerMask *mask = gimp_layer_get_mask(layers[i]);

        if (masks && mask)
            append_named(list, GIMP_DRAWABLE(mask), _("%s (layer mask)"));
        if (!masks)
            append_named(list, GIMP_DRAWABLE(layers[i]), _("%s (layer)"));
        if (gimp_item_is_group(GIMP_ITEM(layers[i]))) {
            GimpItem **children = gimp_item_get_children(GIMP_ITEM(layers[i]));

            append_layers(list, (GimpLayer **) children, masks);
            g_free(children);
        }
    }
}

static void append_masks(List *list, GimpImage *image)
{
    GimpChannel **channels = gimp_image_get_channels(image);
    GimpLayer **layers = gimp_image_get_layers(image);

    for (int i = 0; channels[i]; i++)
        append_named(list, GIMP_DRAWABLE(channels[i]), "%s");
    append_layers(list, layers, TRUE);
    append_layers(list, layers, FALSE);
    g_free(channels);
    g_free(layers);
}

/* ---------------------------------------------------------------------- public */

void chooser_fill(GtkWidget *chooser, GimpImage *image, GimpDrawable *except)
{
    List list = { .kind = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(chooser), "kind")),
                  .scale = gtk_widget_get_scale_factor(chooser),
                  .except = except };
    GimpDrawable *before = chooser_get(chooser);

    list.store = gtk_list_store_new(COLUMNS, G_TYPE_INT, CAIRO_GOBJECT_TYPE_SURFACE, G_TYPE_STRING);
    if (list.kind != CHOOSE_MASK)
        append_all_photos(&list, image);
    else if (image)
        append_masks(&list, image);
    gtk_combo_box_set_model(GTK_COMBO_BOX(chooser), GTK_TREE_MODEL(list.store));
    g_object_unref(list.store);
    if (before)
        chooser_set(chooser, before);
}

void chooser_add_text(GtkWidget *chooser, int number, const char *text)
{
    gtk_list_store_insert_with_values(GTK_LIST_STORE(model_of(chooser)), NULL, -1, COLUMN_ID,
                                      number, COLUMN_TEXT, text, -1);
}

void chooser_set_kind(GtkWidget *chooser, ChooserKind kind)
{
    g_object_set_data(G_OBJECT(chooser), "kind", GINT_TO_POINTER(kind));
}

/* 0: nothing is chosen. */
static int chosen_id(GtkWidget *chooser)
{
    GtkTreeIter iter;
    int id = 0;

    if (gtk_combo_box_get_active_iter(GTK_COMBO_BOX(chooser), &iter))
        gtk_tree_model_get(model_of(chooser), &iter, COLUMN_ID, &id, -1);
    return id;
}

int chooser_get_text(GtkWidget *chooser)
{
    return MIN(0, chosen_id(chooser));
}

GimpDrawable *chooser_get(GtkWidget *chooser)
{
    int id = chosen_id(chooser);
    GimpItem *item = id > 0 && gimp_item_id_is_valid(id) ? gimp_item_get_by_id(id) : NULL;

    return item ? GIMP_DRAWABLE(item) : NULL;
}

static gboolean choose_id(GtkWidget *chooser, int wanted)
{
    GtkTreeModel *model = model_of(chooser);
    GtkTreeIter iter;
    gboolean more = gtk_tree_model_get_iter_first(model, &iter);

    for (; more; more = gtk_tree_model_iter_next(model, &iter)) {
        int id;

        gtk_tree_model_get(model, &iter, COLUMN_ID, &id, -1);
        if (id == wanted) {
            gtk_combo_box_set_active_iter(GTK_COMBO_BOX(chooser), &iter);
            return TRUE;
        }
    }
    return FALSE;
}

gboolean chooser_set(GtkWidget *chooser, GimpDrawable *drawable)
{
    return drawable && choose_id(chooser, gimp_item_get_id(GIMP_ITEM(drawable)));
}

gboolean chooser_set_text(GtkWidget *chooser, int number)
{
    return choose_id(chooser, number);
}

gboolean chooser_set_nth(GtkWidget *chooser, int n)
{
    if (n >= chooser_count(chooser))
        return FALSE;
    gtk_combo_box_set_active(GTK_COMBO_BOX(chooser), n);
    return TRUE;
}

GimpDrawable *chooser_find(GtkWidget *chooser, const char *name)
{
    GtkTreeModel *model = model_of(chooser);
    char *wanted = g_utf8_casefold(name, -1);
    GimpDrawable *found = NULL;
    GtkTreeIter iter;
    gboolean more = gtk_tree_model_get_iter_first(model, &iter);

    for (; more && !found; more = gtk_tree_model_iter_next(model, &iter)) {
        char *own, *folded;
        int id;

        gtk_tree_model_get(model, &iter, COLUMN_ID, &id, -1);
        if (!gimp_item_id_is_valid(id))
            continue;
        own = gimp_item_get_name(gimp_item_get_by_id(id));
        folded = g_utf8_casefold(own, -1);
        if (strcmp(folded, wanted) == 0)
            found = GIMP_DRAWABLE(gimp_item_get_by_id(id));
        g_free(own);
        g_free(folded);
    }
    g_free(wanted);
    return found;
}

int chooser_count(GtkWidget *chooser)
{
    return gtk_tree_model_iter_n_children(model_of(chooser), NULL);
}
