/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "style-loader.h"

#include <glib/gi18n.h>

static GimpValueArray *load(GimpProcedure *procedure, GimpRunMode run_mode, GFile *file,
                            GimpMetadata *metadata, GimpMetadataLoadFlags *flags,
                            GimpProcedureConfig *config, gpointer data)
{
    const StyleLoader *loader = data;
    GError *error = NULL;
    GimpValueArray *values;
    GimpImage *image;

    gegl_init(NULL, NULL);
    image = loader->open(g_file_peek_path(file), &error);
    values = gimp_procedure_new_return_values(
        procedure, image ? GIMP_PDB_SUCCESS : GIMP_PDB_EXECUTION_ERROR, error);
    if (image)
        GIMP_VALUES_SET_IMAGE(values, 1, image);
    return values;
}

GimpProcedure *style_loader_new(GimpPlugIn *plug_in, const StyleLoader *loader)
{
    GimpProcedure *p = gimp_load_procedure_new(
        plug_in, loader->procedure, GIMP_PDB_PROC_TYPE_PLUGIN, load, (gpointer) loader, NULL);

    gimp_procedure_set_menu_label(p, _(loader->label));
    gimp_procedure_set_documentation(p, _(loader->blurb), _(loader->help), loader->procedure);
    gimp_procedure_set_attribution(p, "The Deep Photo Style developers",
                                   "The Deep Photo Style developers", "2026");
    gimp_file_procedure_set_format_name(GIMP_FILE_PROCEDURE(p), _(loader->label));
    gimp_file_procedure_set_extensions(GIMP_FILE_PROCEDURE(p), loader->extension);
    if (loader->magic)
        gimp_file_procedure_set_magics(GIMP_FILE_PROCEDURE(p), loader->magic);
    return p;
}

void style_loader_mark(GimpLayer *layer, const char *parasite, const void *bytes, gsize size)
{
    GimpParasite *mark =
        gimp_parasite_new(parasite, GIMP_PARASITE_PERSISTENT, (guint32) size, bytes);

    gimp_item_attach_parasite(GIMP_ITEM(layer), mark);
    gimp_parasite_free(mark);
}

gboolean style_loader_is_marked(GimpDrawable *layer, const char *parasite)
{
    GimpParasite *mark = gimp_item_get_parasite(GIMP_ITEM(layer), parasite);
    gboolean marked = mark != NULL;

    g_clear_pointer(&mark, gimp_parasite_free);
    return marked;
}
