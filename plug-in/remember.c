/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "remember.h"

#include <glib/gi18n.h>

/* A parasite that isn't marked as persistent ends with GIMP. */
#define PARASITE "deep-photo-style-last"
#define GROUP "last"

/* The style comes first: in its place there may be what lies under the content. */
static const char *const singles[] = { "style", "content-labels", "style-labels", "start-image" };
static const char *const lists[] = { "content-masks", "style-masks" };

void remember_store(GimpProcedureConfig *config, GimpDrawable *content)
{
    GKeyFile *file = g_key_file_new();
    GimpParasite *parasite;
    gboolean under;
    char *text;
    gsize length;

    g_key_file_set_integer(file, GROUP, "image",
                           gimp_image_get_id(gimp_item_get_image(GIMP_ITEM(content))));
    g_object_get(config, "under", &under, NULL);
    g_key_file_set_boolean(file, GROUP, "under", under);
    for (guint i = under ? 1 : 0; i < G_N_ELEMENTS(singles); i++) {
        GimpItem *item = NULL;

        g_object_get(config, singles[i], &item, NULL);
        if (item)
            g_key_file_set_integer(file, GROUP, singles[i], gimp_item_get_id(item));
        g_clear_object(&item);
    }
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        GimpItem **items = NULL;
        GArray *ids = g_array_new(FALSE, FALSE, sizeof(int));

        g_object_get(config, lists[i], &items, NULL);
        for (int k = 0; items && items[k]; k++) {
            int id = gimp_item_get_id(items[k]);

            g_array_append_val(ids, id);
        }
        if (ids->len)
            g_key_file_set_integer_list(file, GROUP, lists[i], (int *) ids->data, ids->len);
        g_array_unref(ids);
        g_free(items);
    }
    text = g_key_file_to_data(file, &length, NULL);
    parasite = gimp_parasite_new(PARASITE, 0, length + 1, text);
    gimp_attach_parasite(parasite);
    gimp_parasite_free(parasite);
    g_free(text);
    g_key_file_free(file);
}

static gboolean gone(GError **error)
{
    g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                        _("The style or a mask of the last run is no longer open. Choose "
                          "Filters > Artistic > Photo Style Transfer... to pick another."));
    return FALSE;
}

static GimpDrawable *drawable_by_id(int id)
{
    GimpItem *item = gimp_item_id_is_drawable(id) ? gimp_item_get_by_id(id) : NULL;

    return item ? GIMP_DRAWABLE(item) : NULL;
}

static gboolean restore_single(GKeyFile *file, GimpProcedureConfig *config, const char *name,
                               GError **error)
{
    GimpDrawable *drawable = NULL;

    if (g_key_file_has_key(file, GROUP, name, NULL)) {
        drawable = drawable_by_id(g_key_file_get_integer(file, GROUP, name, NULL));
        if (!drawable)
            return gone(error);
    }
    g_object_set(config, name, drawable, NULL);
    return TRUE;
}

static gboolean restore_list(GKeyFile *file, GimpProcedureConfig *config, const char *name,
                             GError **error)
{
    gsize n = 0;
    int *ids = g_key_file_get_integer_list(file, GROUP, name, &n, NULL);
    GimpDrawable **drawables = g_new0(GimpDrawable *, n + 1);
    gboolean ok = TRUE;

    for (gsize k = 0; k < n && ok; k++) {
        drawables[k] = drawable_by_id(ids[k]);
        ok = drawables[k] != NULL;
    }
    if (ok)
        g_object_set(config, name, drawables, NULL);
    else
        gone(error);
    g_free(drawables);
    g_free(ids);
    return ok;
}

static GKeyFile *read_parasite(void)
{
    GimpParasite *parasite = gimp_get_parasite(PARASITE);
    GKeyFile *file;
    const char *text;
    guint32 length;

    if (!parasite)
        return NULL;
    text = gimp_parasite_get_data(parasite, &length);
    file = g_key_file_new();
    if (!g_key_file_load_from_data(file, text, strnlen(text, length), G_KEY_FILE_NONE, NULL))
        g_clear_pointer(&file, g_key_file_free);
    gimp_parasite_free(parasite);
    return file;
}

gboolean remember_restore(GimpProcedureConfig *config, GimpDrawable *content, GError **error)
{
    GKeyFile *file = read_parasite();
    gboolean regions = FALSE, ok = TRUE;
    int image;

    if (!file) {
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("There is no run to repeat yet. Choose Filters > Artistic > Photo "
                              "Style Transfer... first."));
        return FALSE;
    }
    g_object_set(config, "under", g_key_file_get_boolean(file, GROUP, "under", NULL), NULL);
    for (guint i = 0; i < G_N_ELEMENTS(singles) && ok; i++)
        ok = restore_single(file, config, singles[i], error);
    for (guint i = 0; i < G_N_ELEMENTS(lists) && ok; i++)
        ok = restore_list(file, config, lists[i], error);

    regions = g_key_file_has_key(file, GROUP, "content-labels", NULL);
    if (!regions) {
        gsize n = 0;

        g_free(g_key_file_get_integer_list(file, GROUP, "content-masks", &n, NULL));
        regions = n > 0;
    }
    image = g_key_file_get_integer(file, GROUP, "image", NULL);
    if (ok && regions && image != gimp_image_get_id(gimp_item_get_image(GIMP_ITEM(content)))) {
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0,
                            _("The last run used regions of another photo. Choose Filters > "
                              "Artistic > Photo Style Transfer... to pick the regions of this "
                              "one."));
        ok = FALSE;
    }
    if (!ok)
        g_object_set(config, "content-masks", NULL, "style-masks", NULL, "content-labels", NULL,
                     "style-labels", NULL, NULL);
    g_key_file_free(file);
    return ok;
}
