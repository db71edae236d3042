/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* style-loader.h - the procedures with which GIMP opens files that are styles and no photos, as images whose layer is
 * marked.  What such a file holds is its own module's business: learnt-layer.h, look-layer.h. */

#ifndef STYLE_LOADER_H
#define STYLE_LOADER_H

#include <libgimp/gimp.h>

typedef struct {
    const char *procedure, *extension;
    const char *magic;              /* as GIMP writes it; NULL: the file is known by its extension */
    const char *label, *blurb, *help; /* not translated yet */
    /* The image, or NULL and a sentence. */
    GimpImage *(*open)(const char *path, GError **error);
} StyleLoader;

/* `loader` must live as long as the program. */
GimpProcedure *style_loader_new(GimpPlugIn *plug_in, const StyleLoader *loader);

/* Marks a layer by a parasite, which goes with it into copies and XCF files; whether a layer is marked so. */
void style_loader_mark(GimpLayer *layer, const char *parasite, const void *bytes, gsize size);
gboolean style_loader_is_marked(GimpDrawable *layer, const char *parasite);

#endif
