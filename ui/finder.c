/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "finder.h"

#include <glib/gi18n.h>

#include "plug-in/found.h"

#define HELP                                                                                  \
    N_("Parts that both photos have, such as sky and land, are found by colour, texture and " \
       "place. To see and correct them, make channels of them.")

struct Finder {
    GimpDrawable *content, *style;
    GimpProcedureConfig *config;
    FinderDone done;
    gpointer data;
    GtkWidget *box, *text, *make, *stop, *spinner;
    FoundSearch *search; /* NULL: none is going on */
};

static void show(Finder *finder, gboolean searching, const char *text)
{
    gtk_widget_set_sensitive(finder->make, !searching);
    gtk_widget_set_visible(finder->stop, searching);
    gtk_widget_set_visible(finder->spinner, searching);
    g_object_set(finder->spinner, "active", searching, NULL);
    gtk_label_set_text(GTK_LABEL(finder->text), text);
}

/* The search is over, and the worker with it. */
static void end_search(Finder *finder)
{
    g_clear_pointer(&finder->search, found_free);
}

void finder_stop(Finder *finder)
{
    if (!finder->search)
        return;
    end_search(finder);
    show(finder, FALSE, _(HELP));
}

static void on_stop(Finder *finder)
{
    end_search(finder);
    show(finder, FALSE, _("Stopped. No channels were added."));
}

static void on_found(gpointer data)
{
    Finder *finder = data;
    GimpDrawable **on_content, **on_style;
    const char *say = _(HELP);
    GError *error = NULL;

    if (!found_add_channels(finder->search, &on_content, &on_style, &error))
        say = error->message;
    else if (!on_content)
        say = _("Nothing was found that sets regions apart in both photos.");
    end_search(finder);
    show(finder, FALSE, say);
    if (on_content)
        finder->done(on_content, on_style, finder->data);
    g_clear_error(&error);
    g_free(on_content);
    g_free(on_style);
}

static void on_make(Finder *finder)
{
    GError *error = NULL;
    guint seed = 0;
    int threads = 0;

    if (finder->search || !finder->style || !gimp_item_is_valid(GIMP_ITEM(finder->content)) ||
        !gimp_item_is_valid(GIMP_ITEM(finder->style)))
        return;
    g_object_get(finder->config, "seed", &seed, "threads", &threads, NULL);
    finder->search = found_start(finder->content, finder->style, seed,
                                 threads ? threads : gimp_get_num_processors(), on_found, finder,
                                 &error);
    if (!finder->search) {
        show(finder, FALSE, error->message);
        g_error_free(error);
        return;
    }
    show(finder, TRUE, _("Looking for regions…"));
}

static GtkWidget *add_button(GtkWidget *box, const char *label, const char *tooltip,
                             GCallback clicked, Finder *finder)
{
    GtkWidget *button = gtk_button_new_with_mnemonic(label);

    gtk_widget_set_tooltip_text(button, tooltip);
    g_signal_connect_swapped(button, "clicked", clicked, finder);
    gtk_box_pack_start(GTK_BOX(box), button, FALSE, FALSE, 0);
    return button;
}

static void finder_free(gpointer data)
{
    Finder *finder = data;

    end_search(finder);
    g_free(finder);
}

Finder *finder_new(GimpDrawable *content, FinderDone done, gpointer data)
{
    Finder *finder = g_new0(Finder, 1);
    GtkWidget *buttons = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    finder->content = content;
    finder->done = done;
    finder->data = data;
    finder->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    finder->text = gtk_label_new(_(HELP));
    gtk_label_set_line_wrap(GTK_LABEL(finder->text), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(finder->text), 50);
    gtk_label_set_xalign(GTK_LABEL(finder->text), 0.0);
    gtk_style_context_add_class(gtk_widget_get_style_context(finder->text),
                                GTK_STYLE_CLASS_DIM_LABEL);
    finder->make = add_button(buttons, _("Ma_ke Channels"),
                              _("Add the regions to both images as channels, which can be painted "
                                "on, and choose them as masks"),
                              G_CALLBACK(on_make), finder);
    finder->stop = add_button(buttons, _("Sto_p Looking"),
                              _("Give up the search; nothing is added to the images"),
                              G_CALLBACK(on_stop), finder);
    finder->spinner = gtk_spinner_new();
    atk_object_set_name(gtk_widget_get_accessible(finder->spinner), _("Looking for regions…"));
    gtk_box_pack_start(GTK_BOX(buttons), finder->spinner, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(finder->box), finder->text, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(finder->box), buttons, FALSE, FALSE, 0);
    gtk_widget_show_all(finder->box);
    gtk_widget_set_no_show_all(finder->stop, TRUE);
    gtk_widget_set_no_show_all(finder->spinner, TRUE);
    show(finder, FALSE, _(HELP));
    g_object_set_data_full(G_OBJECT(finder->box), "finder", finder, finder_free);
    return finder;
}

GtkWidget *finder_widget(Finder *finder)
{
    return finder->box;
}

void finder_set_style(Finder *finder, GimpDrawable *style)
{
    finder_stop(finder);
    finder->style = style;
}

void finder_set_config(Finder *finder, GimpProcedureConfig *config)
{
    finder_stop(finder);
    finder->config = config;
}
