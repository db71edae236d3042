/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "style-file.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#include "colours.h"
#include "command.h"
#include "interrupt.h"
#include "output.h"
#include "report/learnt-read.h"

/* The copy, in the colours of the photo that it is for. */
static gboolean copy_style(const DpsLearnt *learnt, const char *path, const Picture *like,
                           Picture *style, GError **error)
{
    const DpsImage *copy = dps_learnt_style(learnt);
    gboolean good = dps_image_init(&style->rgb, 3, copy->width, copy->height);

    if (good)
        memcpy(style->rgb.data, copy->data,
               3 * sizeof(float) * (size_t) copy->width * (size_t) copy->height);
#ifdef HAVE_VIPS
    good = good && colours_convert(&style->rgb, NULL, like->colours);
#endif
    if (!good)
        command_file_error(error, path,
                           _("is too large for the free memory; close other programs or make it "
                             "smaller."));
    return good;
}

gboolean style_file_read(Picture *style, DpsLearnt **learnt, const char *path, const Picture *like,
                         GPtrArray *notices, GError **error)
{
    *learnt = NULL;
    if (!learnt_is_named(path))
        return picture_read(style, path, like, notices, error);
    *style = (Picture) { .path = g_strdup(path), .depth = PICTURE_8 };
    *learnt = learnt_read(path, error);
    return *learnt && copy_style(*learnt, path, like, style, error);
}

gboolean style_file_write(const DpsLearnt *learnt, const char *path, GError **error)
{
    unsigned char *bytes;
    size_t size;

    if (interrupt_check(error))
        return FALSE;
    if (!dps_learnt_print(learnt, &bytes, &size)) {
        command_file_error(error, path, _("is too large for the free memory; close other programs or make it "
                                          "smaller."));
        return FALSE;
    }
    gboolean good = output_write(path, bytes, size, error);
    free(bytes);
    return good;
}
