/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "look-layer.h"

#include <glib/gi18n.h>

#include "layers.h"
#include "report/look-text.h"
#include "style-loader.h"

#define PARASITE "deep-photo-style-look"

/* ---------------------------------------------------------------------- opening */

static GimpImage *open_file(const char *path, GError **error)
{
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
    style_loader_mark(layer, PARASITE, "", 1);
    dps_image_clear(&hald);
    dps_look_clear(&look);
    return gimp_item_get_image(GIMP_ITEM(layer));
}

GimpProcedure *look_layer_new_loader(GimpPlugIn *plug_in)
{
    static const StyleLoader loader = {
        .procedure = LOOK_LOADER,
        .extension = "cube",
        .label = N_("Look (3D LUT)"),
        .blurb = N_("Opens a look, a table of colours in a .cube file"),
        .help = N_("The image is the table as a Hald CLUT. Its layer gives other photos the look where it is "
                   "their style in Photo Style Transfer."),
        .open = open_file,
    };

    return style_loader_new(plug_in, &loader);
}

/* ---------------------------------------------------------------------- reading */

gboolean look_layer_is(GimpDrawable *layer)
{
    return style_loader_is_marked(layer, PARASITE);
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
