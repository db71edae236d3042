/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pair-notes.h"

#include <glib/gi18n.h>
#include <math.h>

#include "dps.h"
#include "swatch.h"

/* Of a picture: what counts as nothing, and what as very little. */
#define EMPTY 1e-5
#define TINY 5e-3

/* Of a mask: what soft borders share with their neighbours. */
#define OVERLAP 0.05

GtkWidget *pair_note_new(void)
{
    GtkWidget *note = gtk_label_new(NULL);

    gtk_label_set_xalign(GTK_LABEL(note), 0.0);
    gtk_label_set_line_wrap(GTK_LABEL(note), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(note), 50);
    gtk_widget_set_margin_start(note, SWATCH_SIDE + 8);
    gtk_style_context_add_class(gtk_widget_get_style_context(note), GTK_STYLE_CLASS_DIM_LABEL);
    return note;
}

/* What there is to say of how much a row's masks cover; NULL: nothing. */
static char *say_cover(const PairCover cover[2], gboolean *wrong)
{
    double content = cover[0].cover, style = cover[1].cover;

    *wrong = TRUE;
    if (content < 0 && style < 0)
        return NULL;
    if (style < 0)
        return g_strdup(_("Only your photo has a mask: choose or paint that of the style."));
    if (content < 0)
        return g_strdup(_("Only the style has a mask: choose or paint that of your photo."));
    if (content < EMPTY && style >= EMPTY)
        return g_strdup(_("The mask of your photo is empty: paint it white where the region is."));
    if (style < EMPTY && content >= EMPTY)
        return g_strdup(_("The mask of the style is empty: paint it white where the region is."));
    if (content < EMPTY)
        return g_strdup(_("Both masks are empty: paint them white where the region is."));
    if (MIN(content, style) < TINY)
        return g_strdup_printf(
            _("%.2g %% of your photo, %.2g %% of the style: so small a region may "
              "pick up stray colours."),
            100 * content, 100 * style);
    *wrong = FALSE;
    return g_strdup_printf(_("%.0f %% of your photo, %.0f %% of the style"), 100 * content,
                           100 * style);
}

/* Of masks that lie over each other; NULL: nothing to say. */
static char *say_overlap(const PairCover *cover, gboolean of_style)
{
    if (cover->cover < 0 || cover->overlap < OVERLAP)
        return NULL;
    return of_style ? g_strdup_printf(_("In the style %.0f %% of it are in region %d, too: there both "
                                    "count in part."),
                                  100 * cover->overlap, cover->with + 1)
                : g_strdup_printf(_("In your photo %.0f %% of it are in region %d, too: there both "
                                    "count in part."),
                                  100 * cover->overlap, cover->with + 1);
}

/* Of masks at different heights; NULL: nothing to say. */
static char *say_apart(const PairCover cover[2])
{
    double content = cover[0].height, style = cover[1].height;

    if (content < 0 || style < 0 || fabs(content - style) <= DPS_HEIGHTS_APART)
        return NULL;
    return g_strdup(content < style
                        ? _("It lies much higher in your photo than in the style: is it the same kind of thing?")
                        : _("It lies much lower in your photo than in the style: is it the same kind of thing?"));
}

void pair_note_show(GtkWidget *note, const PairCover cover[2])
{
    GtkStyleContext *style = gtk_widget_get_style_context(note);
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    gboolean wrong;
    char *line = say_cover(cover, &wrong), *all;

    if (line)
        g_ptr_array_add(lines, line);
    for (int i = 0; i < 2; i++)
        if ((line = say_overlap(&cover[i], i == 1)))
            g_ptr_array_add(lines, line);
    if ((line = say_apart(cover)))
        g_ptr_array_add(lines, line);
    wrong = wrong || lines->len > 1;
    g_ptr_array_add(lines, NULL);
    all = g_strjoinv("\n", (char **) lines->pdata);
    gtk_label_set_text(GTK_LABEL(note), all);
    gtk_widget_set_visible(note, *all != 0);
    if (wrong)
        gtk_style_context_remove_class(style, GTK_STYLE_CLASS_DIM_LABEL);
    else
        gtk_style_context_add_class(style, GTK_STYLE_CLASS_DIM_LABEL);
    g_free(all);
    g_ptr_array_unref(lines);
}
