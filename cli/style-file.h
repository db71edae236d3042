/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* style-file.h - what a style comes from: a photo, or a .dps file with a learnt style. */

#ifndef CLI_STYLE_FILE_H
#define CLI_STYLE_FILE_H

#include "picture.h"

/* Reads the style for the photo `like`, in whose colour space it is.  Of a learnt style, which *learnt becomes (else
 * NULL), the picture is its small copy.  Free it with dps_learnt_free. */
gboolean style_file_read(Picture *style, DpsLearnt **learnt, const char *path, const Picture *like,
                         GPtrArray *notices, GError **error);

/* Writes a learnt style, whole or not at all. */
gboolean style_file_write(const DpsLearnt *learnt, const char *path, GError **error);

#endif
