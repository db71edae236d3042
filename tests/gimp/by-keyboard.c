/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the keyboard finds in a program's windows: a module that GTK loads into the plug-in (GTK_MODULES).  When
 * it is asked it writes the file that BY_KEYBOARD names, a line for each of these, with tabs between its parts:
 *   control  that can have the focus: "focus" where it has it, its number, that of the scrolled part of the window it
 *            is in, x and y there, its role, its name
 *   letter   that chooses something together with Alt, and what
 *   window   "active" where keys go to it, its type, that of what has the focus in it, and its name */

#include <gtk/gtk.h>
#include <string.h>

#include "when-asked.h"

G_MODULE_EXPORT void gtk_module_init(int *argc, char ***argv);

/* That of its label, where it has one: a list that drops down is called as what is chosen. */
static const char *name_of(AtkObject *object)
{
    AtkRelationSet *relations = atk_object_ref_relation_set(object);
    AtkRelation *label = atk_relation_set_get_relation_by_type(relations, ATK_RELATION_LABELLED_BY);
    const char *name =
        label ? atk_object_get_name(g_ptr_array_index(atk_relation_get_target(label), 0))
              : atk_object_get_name(object);

    g_object_unref(relations);
    return name ? name : "";
}

/* The focus of a list that drops down is in the button that it is made of. */
static GtkWidget *control_of(GtkWidget *widget)
{
    GtkWidget *list = gtk_widget_get_ancestor(widget, GTK_TYPE_COMBO_BOX);

    return list ? list : widget;
}

static void add_control(GString *out, GtkWidget *widget)
{
    GtkWidget *port = gtk_widget_get_ancestor(widget, GTK_TYPE_VIEWPORT);
    GtkWidget *part = port ? gtk_bin_get_child(GTK_BIN(port)) : gtk_widget_get_toplevel(widget);
    AtkObject *object = gtk_widget_get_accessible(control_of(widget));
    int x = 0, y = 0;

    gtk_widget_translate_coordinates(widget, part, 0, 0, &x, &y);
    g_string_append_printf(out, "control\t%s\t%p\t%p\t%d\t%d\t%s\t%s\n",
                           gtk_widget_has_focus(widget) ? "focus" : "", (void *) widget,
                           (void *) part, x, y, atk_role_get_name(atk_object_get_role(object)),
                           name_of(object));
}

static void add_letter(GString *out, GtkLabel *label)
{
    guint key = gtk_label_get_mnemonic_keyval(label);

    if (key != GDK_KEY_VoidSymbol)
        g_string_append_printf(out, "letter\t%s\t%s\n", gdk_keyval_name(gdk_keyval_to_lower(key)),
                               gtk_label_get_text(label));
}

static void look_at(GtkWidget *widget, gpointer data)
{
    GString *out = data;
    gsize before = out->len;

    if (!gtk_widget_get_mapped(widget))
        return;
    if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), look_at, out);
    if (GTK_IS_LABEL(widget))
        add_letter(out, GTK_LABEL(widget));
    /* What can have the focus only because it can be scrolled has others in it that come first. */
    if (gtk_widget_get_can_focus(widget) && gtk_widget_is_sensitive(widget) &&
        !(GTK_IS_SCROLLED_WINDOW(widget) && strstr(out->str + before, "control")))
        add_control(out, widget);
}

static void add_window(GString *out, GtkWindow *window)
{
    GtkWidget *focus = gtk_window_get_focus(window);

    g_string_append_printf(out, "window\t%s\t%s\t%s\t%s\n",
                           gtk_window_is_active(window) ? "active" : "", G_OBJECT_TYPE_NAME(window),
                           focus ? G_OBJECT_TYPE_NAME(focus) : "",
                           focus ? name_of(gtk_widget_get_accessible(focus)) : "");
}

static char *answer(GList *windows)
{
    GString *out = g_string_new(NULL);

    for (GList *l = windows; l; l = l->next) {
        look_at(l->data, out);
        add_window(out, l->data);
    }
    return g_string_free(out, FALSE);
}

void gtk_module_init(int *argc, char ***argv)
{
    when_asked("BY_KEYBOARD", answer);
}
