/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "look-layer.h"

#include <glib/gi18n.h>

#include "layers.h"
#include "report/look-text.h"

#define PARASITE "deep-photo-style-look"

/* ---------------------------------------------------------------------- opening */

static GimpImage *open_file(const char *path, GError **error)
{
    GimpParasite *mark;
    GimpLayer *layer;
    DpsImage hald = { 0 };
    DpsLook look;

    if (!look_open_cube(path, &look, error))
        return NULL;
    if (!look_hald(&look, LOOK_HALD_LEVEL, &hald)) {
        dps_look_clear(&look);
        layers_no_memory(LOOK_HALD_SIDE, LOOK_HALD_SIDE, error);
        return NULL;
    }
    layer = layers_new_image(&hald, GIMP_PRECISION_U16_NON_LINEAR, _("Look"));
    mark = gimp_parasite_new(PARASITE, GIMP_PARASITE_PERSISTENT, 1, "");
    gimp_item_attach_parasite(GIMP_ITEM(layer), mark);
    gimp_parasite_free(mark);
    dps_image_clear(&hald);
    dps_look_clear(&look);
    return gimp_item_get_image(GIMP_ITEM(layer));
}

static GimpValueArray *load(GimpProcedure *procedure, GimpRunMode run_mode, GFile *file,
                            GimpMetadata *metadata, GimpMetadataLoadFlags *flags,
                            GimpProcedureConfig *config, gpointer data)
{
    GError *error = NULL;
    GimpValueArray *values;
    GimpImage *image;

    gegl_init(NULL, NULL);
    image = open_file(g_file_peek_path(file), &error);
    values = gimp_procedure_new_return_values(
        procedure, image ? GIMP_PDB_SUCCESS : GIMP_PDB_EXECUTION_ERROR, error);
    if (image)
        GIMP_VALUES_SET_IMAGE(values, 1, image);
    return values;
}

GimpProcedure *look_layer_new_loader(GimpPlugIn *plug_in)
{
    GimpProcedure *p = gimp_load_procedure_new(plug_in, LOOK_LOADER, GIMP_PDB_PROC_TYPE_PLUGIN,
                                               load, NULL, NULL);

    gimp_procedure_set_menu_label(p, _("Look (3D LUT)"));
    gimp_procedure_set_documentation(
        p, _("Opens a look, a table of colours in a .cube file"),
        _("The image is the table as a Hald CLUT. Its layer gives other photos the look where it is "
          "their style in Photo Style Transfer."),
        LOOK_LOADER);
    gimp_procedure_set_attribution(p, "The Deep Photo Style developers",
                                   "The Deep Photo Style developers", "2026");
    gimp_file_procedure_set_format_name(GIMP_FILE_PROCEDURE(p), _("Look (3D LUT)"));
    gimp_file_procedure_set_extensions(GIMP_FILE_PROCEDURE(p), "cube");
    return p;
}

/* ---------------------------------------------------------------------- reading */

gboolean look_layer_is(GimpDrawable *layer)
{
    GimpParasite *mark = gimp_item_get_parasite(GIMP_ITEM(layer), PARASITE);
    gboolean own = mark != NULL;

    g_clear_pointer(&mark, gimp_parasite_free);
    return own;
}

gboolean look_layer_read(GimpDrawable *layer, DpsLook *look, GError **error)
{
    Encoding encoding;
    DpsImage hald;
    const char *why;
    char *name;

    *look = (DpsLook) { 0 };
    if (!look_layer_is(layer))
        return TRUE;
    layers_encoding(layer, &encoding);
    if (!layers_read_photo(layer, &encoding, 0, &hald, error))
        return FALSE;
    why = look_read_hald(&hald, look);
    if (why) {
        name = gimp_item_get_name(GIMP_ITEM(layer));
        g_set_error(error, GIMP_PLUG_IN_ERROR, 0, "%s: %s", name, why);
        g_free(name);
    }
    dps_image_clear(&hald);
    return !why;
}
