/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* learnt-layer.h - learnt styles as GIMP has them: a .dps file opens as an image whose layer is the small copy of
 * the style photo and carries what was learnt.
 *
 * That is a parasite of the layer, the bytes of the file: it goes with the layer into copies and XCF files.  So a
 * learnt style is chosen, remembered, paired by regions and passed to the procedure as any other layer is. */

#ifndef LEARNT_LAYER_H
#define LEARNT_LAYER_H

#include <libgimp/gimp.h>

#include "dps.h"

/* The procedure with which GIMP opens .dps files. */
#define LEARNT_LOADER "plug-in-deep-photo-style-load"

GimpProcedure *learnt_layer_new_loader(GimpPlugIn *plug_in);

/* Whether a layer carries a learnt style. */
gboolean learnt_layer_is(GimpDrawable *layer);

/* What it carries, NULL for a layer that is none, to be freed with dps_learnt_free.  FALSE and an error where it
 * can't be used. */
gboolean learnt_layer_read(GimpDrawable *layer, DpsLearnt **learnt, GError **error);

#endif
