/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "learnt-layer.h"

#include <glib/gi18n.h>
#include <stdlib.h>

#include "layers.h"
#include "report/learnt-read.h"
#include "report/translate.h"
#include "style-loader.h"

#define PARASITE "deep-photo-style-learnt"

/* ---------------------------------------------------------------------- opening */

static gboolean attach(GimpLayer *layer, const DpsLearnt *learnt)
{
    unsigned char *bytes;
    size_t size;

    if (!dps_learnt_print(learnt, &bytes, &size))
        return FALSE;
    style_loader_mark(layer, PARASITE, bytes, size);
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

GimpProcedure *learnt_layer_new_loader(GimpPlugIn *plug_in)
{
    static const StyleLoader loader = {
        .procedure = LEARNT_LOADER,
        .extension = "dps",
        .magic = "0,string,DPSTYLE",
        .label = N_("Learnt style"),
        .blurb = N_("Opens a style that “photo-style train” has learnt"),
        .help = N_("The image is the small copy of the style photo that the file has. Its layer carries what "
                   "was learnt, and gives other photos this style at once where it is their style in Photo "
                   "Style Transfer."),
        .open = open_file,
    };

    return style_loader_new(plug_in, &loader);
}

/* ---------------------------------------------------------------------- reading */

gboolean learnt_layer_is(GimpDrawable *layer)
{
    return style_loader_is_marked(layer, PARASITE);
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
