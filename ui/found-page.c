/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "found-page.h"

#include <glib/gi18n.h>

#include "mask-page.h"
#include "swatch.h"

struct FoundPage {
    GtkWidget *box, *make, *trouble, *legend;
    Together *together;
    char *listed; /* the legend's texts, one a line */
    void (*changed)(gpointer data);
    void (*make_channels)(gpointer data);
    gpointer data;
};

void found_page_tint(FoundPage *page, Overlay *overlay, const Request *found, gboolean of_style)
{
    for (int k = 0; found && k < found->found; k++)
        overlay_add_cover(overlay, of_style ? &found->region[k].style : &found->region[k].content,
                          together_first(page->together, k));
}

static const char *shown_name(const DpsRegion *region)
{
    return region->unnamed ? _(region->name) : region->name;
}

static void name_found(FoundPage *page, const Request *found)
{
    int n = found ? found->found : 0;
    const char **name = g_new(const char *, n + 1), **shown = g_new(const char *, n + 1);

    for (int k = 0; k < n; k++) {
        name[k] = found->region[k].name;
        shown[k] = shown_name(&found->region[k]);
    }
    together_set_regions(page->together, n, name, shown);
    g_free(name);
    g_free(shown);
}

/* What was found, by name.  The list stays as it is, and so does what has the focus, where nothing else was. */
static void list_found(FoundPage *page, const Request *found)
{
    GString *texts = g_string_new(NULL);
    char **lines;

    for (int k = 0; found && k < found->found; k++) {
        const DpsRegion *region = &found->region[k];

        g_string_append_printf(texts, _("%s: %.0f %% of your photo, %.0f %% of the style"),
                               shown_name(region), 100 * overlay_cover(&region->content),
                               100 * overlay_cover(&region->style));
        g_string_append_c(texts, '\n');
    }
    name_found(page, found);
    if (g_strcmp0(texts->str, page->listed) != 0) {
        legend_clear(page->legend);
        lines = g_strsplit(texts->str, "\n", -1);
        for (int k = 0; lines[k] && *lines[k]; k++)
            legend_add_widget(page->legend, together_button_new(page->together, k), lines[k],
                              FALSE);
        g_strfreev(lines);
    }
    g_free(page->listed);
    page->listed = g_string_free(texts, FALSE);
}

GtkWidget *found_page_widget(FoundPage *page)
{
    return page->box;
}

Together *found_page_together(FoundPage *page)
{
    return page->together;
}

void found_page_show(FoundPage *page, const Request *found)
{
    gtk_widget_set_sensitive(page->make, found && found->found > 1);
    list_found(page, found);
}

void found_page_say(FoundPage *page, const char *trouble)
{
    gtk_label_set_text(GTK_LABEL(page->trouble), trouble ? trouble : "");
    gtk_widget_set_visible(page->trouble, trouble != NULL);
}

static void on_changed(gpointer data)
{
    FoundPage *page = data;

    page->changed(page->data);
}

static void on_make(FoundPage *page)
{
    page->make_channels(page->data);
}

static void page_free(gpointer data)
{
    FoundPage *page = data;

    together_free(page->together);
    g_free(page->listed);
    g_free(page);
}

FoundPage *found_page_new(GtkWidget *model, void (*changed)(gpointer data),
                          void (*make_channels)(gpointer data), gpointer data)
{
    FoundPage *page = g_new0(FoundPage, 1);

    page->changed = changed;
    page->make_channels = make_channels;
    page->data = data;
    page->together = together_new(on_changed, page);
    page->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    page->legend = legend_new(1);
    page->trouble = explanation_new(NULL);
    gtk_widget_set_no_show_all(page->trouble, TRUE);
    page->make = gtk_button_new_with_mnemonic(_("Ma_ke Channels"));
    gtk_widget_set_halign(page->make, GTK_ALIGN_START);
    gtk_widget_set_tooltip_text(
        page->make, _("Add the regions to both images as channels, which can be painted "
                      "on, and choose them as masks"));
    g_signal_connect_swapped(page->make, "clicked", G_CALLBACK(on_make), page);
    gtk_box_pack_start(GTK_BOX(page->box), model, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page->box), page->legend, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page->box), page->trouble, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page->box), page->make, FALSE, FALSE, 0);
    g_object_set_data_full(G_OBJECT(page->box), "page", page, page_free);
    return page;
}
