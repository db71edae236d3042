/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "style-file.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "colours.h"
#include "command.h"
#include "interrupt.h"
#include "output.h"

/* More than any learnt style has. */
#define MOST_BYTES (1 << 20)

gboolean style_file_named(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && g_ascii_strcasecmp(dot, ".dps") == 0;
}

static gboolean parse(const char *path, DpsLearnt **learnt, GError **error)
{
    GStatBuf about;
    GError *trouble = NULL;
    DpsMessage message = { 0 };
    char *bytes = NULL;
    gsize size;
    gboolean known = g_stat(path, &about) == 0;

    if (known && !S_ISREG(about.st_mode))
        command_file_error(error, path, _("is no ordinary file; choose a learnt style, a .dps file."));
    else if (known && about.st_size > MOST_BYTES)
        command_file_error(error, path, _("is too large for a learnt style; choose another file."));
    else if (!g_file_get_contents(path, &bytes, &size, &trouble))
        command_file_error(error, path, _("can't be read (%s); choose a learnt style, a .dps file."),
                           trouble->message);
    else if (dps_learnt_parse((const guchar *) bytes, size, path, learnt, &message))
        command_engine_error(error, &message);
    g_clear_error(&trouble);
    g_free(bytes);
    return *learnt != NULL;
}

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
    if (!style_file_named(path))
        return picture_read(style, path, like, notices, error);
    *style = (Picture) { .path = g_strdup(path), .depth = PICTURE_8 };
    return parse(path, learnt, error) && copy_style(*learnt, path, like, style, error);
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
