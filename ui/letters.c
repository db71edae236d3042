/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "letters.h"

#include <string.h>

/* East Asian texts have their letter in brackets at the end, where any will do. */
#define FIRST_EAST_ASIAN 0x2e80

/* The text as it was written. */
static const char *text_of(GtkLabel *label)
{
    const char *text = g_object_get_data(G_OBJECT(label), "text");
    const char *now = gtk_label_get_label(label), *set = g_object_get_data(G_OBJECT(label), "set");

    if (text && g_strcmp0(now, set) == 0)
        return text;
    g_object_set_data_full(G_OBJECT(label), "text", g_strdup(now), g_free);
    return g_object_get_data(G_OBJECT(label), "text");
}

static void set_text(GtkLabel *label, const char *text)
{
    g_object_set_data_full(G_OBJECT(label), "set", g_strdup(text), g_free);
    if (!g_str_equal(gtk_label_get_label(label), text))
        gtk_label_set_label(label, text);
}

/* The letter behind the underscore, and where the underscore is; 0 and 0: there is none.  Two are one that is shown. */
static gunichar letter_of(const char *text, gsize *at)
{
    *at = 0;
    for (const char *p = strchr(text, '_'); p; p = strchr(p + 2, '_'))
        if (p[1] && p[1] != '_') {
            *at = (gsize) (p - text);
            return g_unichar_tolower(g_utf8_get_char(p + 1));
        } else if (!p[1]) {
            break;
        }
    return 0;
}

static gboolean is_taken(GHashTable *taken, gunichar letter)
{
    return !g_unichar_isalnum(letter) || g_hash_table_contains(taken, GUINT_TO_POINTER(letter));
}

static void take(GHashTable *taken, gunichar letter)
{
    g_hash_table_add(taken, GUINT_TO_POINTER(letter));
}

static void collect(GtkWidget *widget, gpointer labels)
{
    gsize at;

    if (!gtk_widget_get_mapped(widget))
        return;
    if (GTK_IS_LABEL(widget) && gtk_label_get_use_underline(GTK_LABEL(widget)) &&
        letter_of(text_of(GTK_LABEL(widget)), &at))
        g_ptr_array_add(labels, widget);
    else if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), collect, labels);
}

/* The text without its underscore, and with one before the next free letter, where there is one. */
static char *with_another(const char *text, gsize at, GHashTable *taken)
{
    GString *other = g_string_new(text);
    gboolean bracketed = at > 0 && text[at - 1] == '(' && g_utf8_get_char(text) >= FIRST_EAST_ASIAN;

    g_string_erase(other, (gssize) at, 1);
    for (gunichar letter = 'a'; bracketed && letter <= 'z'; letter++)
        if (!is_taken(taken, letter)) {
            other->str[at] = (char) g_unichar_toupper(letter);
            g_string_insert_c(other, (gssize) at, '_');
            take(taken, letter);
            return g_string_free(other, FALSE);
        }
    for (const char *p = other->str; !bracketed && *p; p = g_utf8_next_char(p)) {
        gunichar letter = g_unichar_tolower(g_utf8_get_char(p));

        if (!is_taken(taken, letter)) {
            g_string_insert_c(other, p - other->str, '_');
            take(taken, letter);
            break;
        }
    }
    return g_string_free(other, FALSE);
}

static void keep_apart(GtkContainer *window, GtkWidget *first)
{
    GPtrArray *labels = g_ptr_array_new(), *others = g_ptr_array_new();
    GHashTable *taken = g_hash_table_new(NULL, NULL), *seen = g_hash_table_new(NULL, NULL);
    gsize at;

    collect(first, labels);
    gtk_container_forall(window, collect, labels);
    for (guint i = 0; i < labels->len; i++) {
        GtkLabel *label = labels->pdata[i];
        const char *text = text_of(label);
        gunichar letter = letter_of(text, &at);

        if (!g_hash_table_add(seen, label))
            continue;
        if (is_taken(taken, letter)) {
            g_ptr_array_add(others, label);
        } else {
            take(taken, letter);
            set_text(label, text);
        }
    }
    for (guint i = 0; i < others->len; i++) {
        const char *text = text_of(others->pdata[i]);
        char *other;

        letter_of(text, &at);
        other = with_another(text, at, taken);
        set_text(others->pdata[i], other);
        g_free(other);
    }
    g_hash_table_unref(seen);
    g_hash_table_unref(taken);
    g_ptr_array_unref(others);
    g_ptr_array_unref(labels);
}

void letters_keep_apart(GtkWindow *window, GtkWidget *first)
{
    g_signal_connect_after(window, "check-resize", G_CALLBACK(keep_apart), first);
}
