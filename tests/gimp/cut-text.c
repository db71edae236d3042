/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What text of a program's windows has too little room: a module that GTK loads into the plug-in
 * (GTK_MODULES).  When it is asked it writes the file that CUT_TEXT names: first how many texts there
 * are, then a line for each that is cut, with what it is:
 *   label    of anything, whole or wrapped
 *   status   a label that may be cut at its end, and has a tooltip
 *   choice   what a list that drops down shows; a list of names, cut in the middle, is passed over
 *   content  of a scrolled window that is there to be scrolled down, and has to be scrolled sideways */

#include <gtk/gtk.h>

#include "when-asked.h"

G_MODULE_EXPORT void gtk_module_init(int *argc, char ***argv);

typedef struct {
    GString *cut;
    int texts;
} Found;

/* With its margins, as it asks for it. */
static int given_width(GtkWidget *widget)
{
    return gtk_widget_get_allocated_width(widget) + gtk_widget_get_margin_start(widget) +
           gtk_widget_get_margin_end(widget);
}

static int wanted_width(GtkWidget *widget)
{
    gboolean wraps = GTK_IS_LABEL(widget) && gtk_label_get_line_wrap(GTK_LABEL(widget));
    int least, wanted;

    gtk_widget_get_preferred_width(widget, &least, &wanted);
    return wraps ? least : wanted;
}

static gboolean has_height(GtkWidget *widget)
{
    int least;

    gtk_widget_get_preferred_height_for_width(widget, given_width(widget), &least, NULL);
    return gtk_widget_get_allocated_height(widget) >= least;
}

static void examine(Found *found, const char *what, GtkWidget *widget, const char *text)
{
    char *line;

    found->texts++;
    if (given_width(widget) >= wanted_width(widget) && has_height(widget))
        return;
    line = g_strdelimit(g_strdup(text), "\n", ' ');
    g_string_append_printf(found->cut, "%s: %s (%d, and wants %d)\n", what, line,
                           given_width(widget), wanted_width(widget));
    g_free(line);
}

/* Whether a list shows words of the program, which must not be cut, not names of the user's. */
static gboolean shows_words(GtkWidget *cell_view)
{
    GList *cells = gtk_cell_layout_get_cells(GTK_CELL_LAYOUT(cell_view));
    gboolean words = FALSE;

    for (GList *l = cells; l; l = l->next)
        if (GTK_IS_CELL_RENDERER_TEXT(l->data)) {
            PangoEllipsizeMode mode;
            g_object_get(l->data, "ellipsize", &mode, NULL);
            words |= mode != PANGO_ELLIPSIZE_MIDDLE;
        }
    g_list_free(cells);
    return words;
}

static gboolean may_be_cut(GtkWidget *label)
{
    return gtk_label_get_ellipsize(GTK_LABEL(label)) != PANGO_ELLIPSIZE_NONE &&
           gtk_widget_get_has_tooltip(label);
}

/* What the list that a cell view is in is called, as far as it says so itself. */
static const char *name_of_list(GtkWidget *cell_view)
{
    GtkWidget *list = gtk_widget_get_ancestor(cell_view, GTK_TYPE_COMBO_BOX);
    const char *name = list ? atk_object_get_name(gtk_widget_get_accessible(list)) : NULL;

    return name ? name : "";
}

static void look_at(GtkWidget *widget, gpointer data)
{
    Found *found = data;

    if (!gtk_widget_get_mapped(widget) || GTK_IS_FILE_CHOOSER_BUTTON(widget))
        return;
    if (GTK_IS_LABEL(widget) && *gtk_label_get_text(GTK_LABEL(widget)))
        examine(found, may_be_cut(widget) ? "status" : "label", widget,
                gtk_label_get_text(GTK_LABEL(widget)));
    else if (GTK_IS_CELL_VIEW(widget) && shows_words(widget))
        examine(found, "choice", widget, name_of_list(widget));
    else if (GTK_IS_SCROLLED_WINDOW(widget)) {
        GtkAdjustment *across = gtk_scrolled_window_get_hadjustment(GTK_SCROLLED_WINDOW(widget));
        GtkPolicyType down;
        gtk_scrolled_window_get_policy(GTK_SCROLLED_WINDOW(widget), NULL, &down);
        if (down != GTK_POLICY_NEVER &&
            gtk_adjustment_get_upper(across) > gtk_adjustment_get_page_size(across))
            g_string_append_printf(found->cut, "content: %g of %g\n",
                                   gtk_adjustment_get_page_size(across),
                                   gtk_adjustment_get_upper(across));
    }
    if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), look_at, found);
}

static char *answer(GList *windows)
{
    Found found = { g_string_new(NULL), 0 };
    char *number;

    for (GList *l = windows; l; l = l->next)
        look_at(l->data, &found);
    number = g_strdup_printf("%d\n", found.texts);
    g_string_prepend(found.cut, number);
    g_free(number);
    return g_string_free(found.cut, FALSE);
}

void gtk_module_init(int *argc, char ***argv)
{
    when_asked("CUT_TEXT", answer);
}
