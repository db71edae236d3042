/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "help.h"

#include <glib/gi18n.h>

/* A folder for each language, as GIMP's help has them. */
static char *help_folder(void)
{
    char *own = g_path_get_dirname(gimp_get_progname());
    char *folder = g_build_filename(own, "help", NULL);

    g_free(own);
    return folder;
}

void help_register(GimpPlugIn *plug_in)
{
    char *folder = help_folder();
    GFile *file = g_file_new_for_path(folder);

    gimp_plug_in_set_help_domain(plug_in, "deep-photo-style", file);
    g_object_unref(file);
    g_free(folder);
}

/* With a window GTK would not wait for what comes of it. */
gboolean help_open(GError **error)
{
    char *folder = help_folder(), *page = g_build_filename(folder, "en", "index.html", NULL);
    char *uri = g_filename_to_uri(page, NULL, NULL);
    gboolean good = uri && gtk_show_uri_on_window(NULL, uri, gtk_get_current_event_time(), NULL);

    if (!good)
        g_set_error(error, GIMP_PLUG_IN_ERROR, 0,
                    _("The help page couldn't be opened. Please open it in a browser: %s"), page);
    g_free(uri);
    g_free(page);
    g_free(folder);
    return good;
}
