/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* look-layer.h - looks as GIMP has them: a .cube file opens as an image whose layer is the table as a Hald CLUT, and
 * has a mark that says so.
 *
 * The mark is a parasite, which goes with the layer into copies and XCF files.  So a look is chosen and passed to the
 * procedure as a style is; what GIMP does to the layer's colours, it does to the look. */

#ifndef LOOK_LAYER_H
#define LOOK_LAYER_H

#include <libgimp/gimp.h>

#include "dps.h"

/* The procedure with which GIMP opens .cube files. */
#define LOOK_LOADER "plug-in-deep-photo-style-load-look"

GimpProcedure *look_layer_new_loader(GimpPlugIn *plug_in);

/* Whether a layer is a look. */
gboolean look_layer_is(GimpDrawable *layer);

/* The look that a layer is, an empty one for a layer that is none.  FALSE and an error where it can't be used. */
gboolean look_layer_read(GimpDrawable *layer, DpsLook *look, GError **error);

#endif
