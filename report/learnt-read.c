/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "learnt-read.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "report.h"
#include "translate.h"

/* More than any learnt style has. */
#define MOST_BYTES (1 << 20)

gboolean learnt_is_named(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && g_ascii_strcasecmp(dot, ".dps") == 0;
}

/* NULL and an error where it can't be read.  A pipe would be waited for, and a device may never end. */
static char *read_bytes(const char *path, gsize *size, GError **error)
{
    GStatBuf about;
    GError *trouble = NULL;
    char *bytes = NULL;
    gboolean known = g_stat(path, &about) == 0;

    if (known && !S_ISREG(about.st_mode)) {
        report_file_error(error, path, _("is no ordinary file; choose a learnt style, a .dps file."));
    } else if (known && about.st_size > MOST_BYTES) {
        report_file_error(error, path, _("is too large for a learnt style; choose another file."));
    } else if (!g_file_get_contents(path, &bytes, size, &trouble)) {
        report_file_error(error, path, _("can't be read (%s); choose a learnt style, a .dps file."),
                          trouble->message);
        g_error_free(trouble);
    }
    return bytes;
}

DpsLearnt *learnt_read(const char *path, GError **error)
{
    DpsMessage message = { 0 };
    DpsLearnt *learnt = NULL;
    gsize size;
    char *bytes = read_bytes(path, &size, error), *sentence;

    if (bytes && dps_learnt_parse((const guchar *) bytes, size, path, &learnt, &message)) {
        sentence = translate_message(&message);
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, sentence);
        g_free(sentence);
    }
    g_free(bytes);
    return learnt;
}
