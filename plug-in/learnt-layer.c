/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "learnt-layer.h"

#include <glib/gi18n.h>
#include <stdlib.h>

#include "layers.h"
#include "report/learnt-read.h"
#include "report/translate.h"

#define PARASITE "deep-photo-style-learnt"

/* ---------------------------------------------------------------------- opening */

static gboolean attach(GimpLayer *layer, const DpsLearnt *learnt)
{
    unsigned char *bytes;
    size_t size;
    GimpParasite *parasite;

    if (!dps_learnt_print(learnt, &bytes, &size))
        return FALSE;
    parasite = gimp_parasite_new(PARASITE, GIMP_PARASITE_PERSISTENT, (guint32) size, bytes);
    gimp_item_attach_parasite(GIMP_ITEM(layer), parasite);
    gimp_parasite_free(parasite);
    free(bytes);
    return TRUE;
}

static GimpImage *open_file(const char *path, GError **error)
{
    DpsLearnt *learnt = learnt_read(path, error);
    const DpsImage *copy;
    GimpImage *image;
    GimpLayer *layer;

    if (!learnt)
        return NULL;
    copy = dps_learnt_style(learnt);
    layer = layers_new_image(copy, GIMP_PRECISION_U8_NON_LINEAR, _("Learnt style"));
    image = gimp_item_get_image(GIMP_ITEM(layer));
    if (!attach(layer, learnt)) {
        layers_no_memory(copy->width, copy->height, error);
        g_clear_pointer(&image, gimp_image_delete);
    }
    dps_learnt_free(learnt);
    return image;
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

GimpProcedure *learnt_layer_new_loader(GimpPlugIn *plug_in)
{
    GimpProcedure *p = gimp_load_procedure_new(plug_in, LEARNT_LOADER, GIMP_PDB_PROC_TYPE_PLUGIN,
                                               load, NULL, NULL);

    gimp_procedure_set_menu_label(p, _("Learnt style"));
    gimp_procedure_set_documentation(
        p, _("Opens a style that “photo-style train” has learnt"),
        _("The image is the small copy of the style photo that the file has. Its layer carries what "
          "was learnt, and gives other photos this style at once where it is their style in Photo "
          "Style Transfer."),
        LEARNT_LOADER);
    gimp_procedure_set_attribution(p, "The Deep Photo Style developers",
                                   "The Deep Photo Style developers", "2026");
    gimp_file_procedure_set_format_name(GIMP_FILE_PROCEDURE(p), _("Learnt style"));
    gimp_file_procedure_set_extensions(GIMP_FILE_PROCEDURE(p), "dps");
    gimp_file_procedure_set_magics(GIMP_FILE_PROCEDURE(p), "0,string,DPSTYLE");
    return p;
}

/* ---------------------------------------------------------------------- reading */

gboolean learnt_layer_is(GimpDrawable *layer)
{
    GimpParasite *parasite = gimp_item_get_parasite(GIMP_ITEM(layer), PARASITE);
    gboolean own = parasite != NULL;

    g_clear_pointer(&parasite, gimp_parasite_free);
    return own;
}

gboolean learnt_layer_read(GimpDrawable *layer, DpsLearnt **learnt, GError **error)
{
    GimpParasite *parasite = gimp_item_get_parasite(GIMP_ITEM(layer), PARASITE);
    DpsMessage message = { 0 };
    const guchar *bytes;
    guint32 size;
    char *name, *sentence;
    DpsStatus status;

    *learnt = NULL;
    if (!parasite)
        return TRUE;
    bytes = gimp_parasite_get_data(parasite, &size);
    name = gimp_item_get_name(GIMP_ITEM(layer));
    status = dps_learnt_parse(bytes, size, name, learnt, &message);
    if (status != DPS_OK) {
        sentence = translate_message(&message);
        g_set_error_literal(error, GIMP_PLUG_IN_ERROR, 0, sentence);
        g_free(sentence);
    }
    g_free(name);
    gimp_parasite_free(parasite);
    return status == DPS_OK;
}
