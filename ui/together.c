/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "together.h"

#include <glib/gi18n.h>

#include "plug-in/region-colour.h"
#include "swatch.h"

struct Together {
    void (*changed)(gpointer data);
    gpointer data;
    char **name, **shown; /* of the regions */
    char *list;
    GSList *buttons;
};

Together *together_new(void (*changed)(gpointer data), gpointer data)
{
    Together *together = g_new0(Together, 1);

    *together = (Together){ .changed = changed,
                            .data = data,
                            .name = g_new0(char *, 1),
                            .shown = g_new0(char *, 1),
                            .list = g_strdup("") };
    return together;
}

void together_free(Together *together)
{
    g_slist_free(together->buttons);
    g_strfreev(together->name);
    g_strfreev(together->shown);
    g_free(together->list);
    g_free(together);
}

/* ----------------------------------------------------------------------- lists */

static int find_region(const Together *together, const char *name)
{
    for (int k = 0; together->name[k]; k++)
        if (g_ascii_strcasecmp(together->name[k], name) == 0)
            return k;
    return -1;
}

/* Of each region the first of those that it is taken together with; to be freed. */
static int *read_groups(const Together *together)
{
    int n = (int) g_strv_length(together->name), *first = g_new(int, n + 1);
    char **groups = g_strsplit(together->list, ",", -1);

    for (int k = 0; k < n; k++)
        first[k] = k;
    for (int g = 0; groups[g]; g++) {
        char **members = g_strsplit(groups[g], "+", -1);
        int least = n;

        for (int i = 0; members[i]; i++) {
            int k = find_region(together, g_strstrip(members[i]));
            least = k >= 0 ? MIN(least, k) : least;
        }
        for (int i = 0; members[i]; i++) {
            int k = find_region(together, members[i]);
            if (k >= 0)
                first[k] = least;
        }
        g_strfreev(members);
    }
    g_strfreev(groups);
    return first;
}

static char *write_groups(const Together *together, const int *first)
{
    GString *list = g_string_new(NULL);

    for (int k = 0; together->name[k]; k++) {
        GString *group = g_string_new(together->name[k]);

        for (int j = k + 1; together->name[j]; j++)
            if (first[j] == k)
                g_string_append_printf(group, "+%s", together->name[j]);
        if (first[k] == k && group->len > strlen(together->name[k]))
            g_string_append_printf(list, "%s%s", list->len ? "," : "", group->str);
        g_string_free(group, TRUE);
    }
    return g_string_free(list, FALSE);
}

char *together_list(const Together *together)
{
    int *first;
    char *list;

    if (!together->name[0])
        return g_strdup(together->list);
    first = read_groups(together);
    list = write_groups(together, first);

    g_free(first);
    return list;
}

int together_first(const Together *together, int k)
{
    int *first = read_groups(together), own = first[k];

    g_free(first);
    return own;
}

static int region_of(GtkWidget *button)
{
    return GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "region"));
}

static void show_colours(Together *together)
{
    for (GSList *l = together->buttons; l; l = l->next)
        together_button_set(l->data, region_of(l->data));
}

void together_load(Together *together, const char *list)
{
    g_free(together->list);
    together->list = g_strdup(list ? list : "");
    show_colours(together);
}

void together_copy(Together *together, const Together *from)
{
    int *first = read_groups(from);
    char *list = write_groups(together, first);

    together_load(together, list);
    g_free(list);
    g_free(first);
}

void together_set_regions(Together *together, int n, const char *const *name,
                          const char *const *shown)
{
    g_strfreev(together->name);
    g_strfreev(together->shown);
    together->name = g_new0(char *, n + 1);
    together->shown = g_new0(char *, n + 1);
    for (int k = 0; k < n; k++) {
        together->name[k] = g_strdup(name[k]);
        together->shown[k] = g_strdup(shown[k]);
    }
    show_colours(together);
}

/* ------------------------------------------------------------------------ menus */

/* Puts region j with region k, or parts it from all others. */
static void put(Together *together, int k, int j, gboolean with)
{
    int *first = read_groups(together), n = (int) g_strv_length(together->name);
    int old = first[j], next = n;

    for (int i = 0; i < n && !with; i++)
        if (i != j && first[i] == old)
            next = MIN(next, i);
    for (int i = 0; i < n; i++)
        if (first[i] == old || (with && first[i] == first[k]))
            first[i] = with ? MIN(old, first[k]) : i == j ? j : next;
    g_free(together->list);
    together->list = write_groups(together, first);
    g_free(first);
    show_colours(together);
    together->changed(together->data);
}

/* Whether the list could have its name: it has marks of its own, and no two of a name. */
static gboolean can_be_named(const Together *together, int k)
{
    const char *name = together->name[k];
    char *bare = g_strstrip(g_strdup(name));
    gboolean good = *name && g_str_equal(bare, name) && !strpbrk(name, "+,");

    for (int i = 0; together->name[i]; i++)
        good = good && (i == k || g_ascii_strcasecmp(together->name[i], name) != 0);
    g_free(bare);
    return good;
}

static void on_ticked(GtkToggleButton *tick, GtkWidget *popover)
{
    GtkWidget *button = gtk_popover_get_relative_to(GTK_POPOVER(popover));

    gtk_popover_popdown(GTK_POPOVER(popover));
    put(g_object_get_data(G_OBJECT(button), "together"), region_of(button),
        GPOINTER_TO_INT(g_object_get_data(G_OBJECT(tick), "region")),
        gtk_toggle_button_get_active(tick));
}

static void add_tick(Together *together, GtkWidget *popover, GtkWidget *box, int k, int j)
{
    /* Translators: of a region that is called so: with the one whose menu this is, it is one region. */
    char *text = g_strdup_printf(_("Together with “%s”"), together->shown[j]);
    GtkWidget *tick = gtk_check_button_new_with_label(text);

    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(tick),
                                 together_first(together, j) == together_first(together, k));
    gtk_widget_set_sensitive(tick, can_be_named(together, k) && can_be_named(together, j));
    g_object_set_data(G_OBJECT(tick), "region", GINT_TO_POINTER(j));
    g_signal_connect(tick, "toggled", G_CALLBACK(on_ticked), popover);
    gtk_box_pack_start(GTK_BOX(box), tick, FALSE, FALSE, 0);
    g_free(text);
}

/* The menu has what there is when it opens. */
static void on_toggled(GtkToggleButton *button, Together *together)
{
    GtkWidget *popover = GTK_WIDGET(gtk_menu_button_get_popover(GTK_MENU_BUTTON(button)));
    GtkWidget *before = gtk_bin_get_child(GTK_BIN(popover)), *box;
    int k = region_of(GTK_WIDGET(button));

    if (!gtk_toggle_button_get_active(button))
        return;
    if (before)
        gtk_widget_destroy(before);
    box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    for (int j = 0; together->name[j]; j++)
        if (j != k)
            add_tick(together, popover, box, k, j);
    gtk_container_set_border_width(GTK_CONTAINER(box), 6);
    gtk_container_add(GTK_CONTAINER(popover), box);
    gtk_widget_show_all(box);
    gtk_widget_child_focus(popover, GTK_DIR_TAB_FORWARD);
}

static void on_destroy(GtkWidget *button, Together *together)
{
    together->buttons = g_slist_remove(together->buttons, button);
}

/* No larger than a row of text. */
static void make_small(GtkWidget *button)
{
    GtkCssProvider *style = gtk_css_provider_new();

    gtk_css_provider_load_from_data(
        style, "button { padding: 0 2px; min-width: 0; min-height: 0; }", -1, NULL);
    gtk_style_context_add_provider(gtk_widget_get_style_context(button), GTK_STYLE_PROVIDER(style),
                                   GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
    g_object_unref(style);
}

GtkWidget *together_button_new(Together *together, int k)
{
    GtkWidget *button = gtk_menu_button_new(), *arrow = gtk_bin_get_child(GTK_BIN(button));

    if (arrow)
        gtk_widget_destroy(arrow);
    gtk_container_add(GTK_CONTAINER(button), swatch_new());
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(button), gtk_popover_new(button));
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    make_small(button);
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_set_tooltip_text(button,
                                _("Take this region together with others, as one: they get one "
                                  "colour"));
    g_object_set_data(G_OBJECT(button), "together", together);
    together->buttons = g_slist_prepend(together->buttons, button);
    g_signal_connect(button, "toggled", G_CALLBACK(on_toggled), together);
    g_signal_connect(button, "destroy", G_CALLBACK(on_destroy), together);
    together_button_set(button, k);
    return button;
}

void together_button_set(GtkWidget *button, int k)
{
    Together *together = g_object_get_data(G_OBJECT(button), "together");
    int regions = (int) g_strv_length(together->name);
    char *name = g_strdup_printf(_("Take region %d together with others"), k + 1);

    g_object_set_data(G_OBJECT(button), "region", GINT_TO_POINTER(k));
    swatch_set(gtk_bin_get_child(GTK_BIN(button)),
               region_colour(k < regions ? together_first(together, k) : k));
    gtk_widget_set_sensitive(button, regions > 1);
    atk_object_set_name(gtk_widget_get_accessible(button), name);
    g_free(name);
}
