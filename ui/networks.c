/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "networks.h"

#include <glib/gi18n.h>
#include <string.h>

#include "store/store.h"

#define BUILT_IN "builtin"
#define FROM_FILE "from a file" /* no network has such a name */

typedef struct {
    GimpProcedureConfig *config;
    GtkWidget *combo, *file, *fetch;
} Network;

static gboolean is_file(const char *network)
{
    return network && *network && strcmp(network, BUILT_IN) != 0 && !store_is_kept(network);
}

/* There is room for one of the two: a file has no need of the other button. */
static void show_file(Network *network, gboolean file)
{
    gtk_widget_set_visible(network->file, file);
    gtk_widget_set_visible(network->fetch, !file);
}

static void on_choice(GtkWidget *widget, Network *network)
{
    const char *id = gtk_combo_box_get_active_id(GTK_COMBO_BOX(network->combo));
    gboolean file = g_strcmp0(id, FROM_FILE) == 0;
    char *path = file ? gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(network->file)) : NULL;

    show_file(network, file);
    g_object_set(network->config, "network", path ? path : file || !id ? BUILT_IN : id, NULL);
    g_free(path);
}

static void fill(Network *network)
{
    GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT(network->combo);
    char **kept = store_kept();

    gtk_combo_box_text_remove_all(combo);
    gtk_combo_box_text_append(combo, BUILT_IN, _("Built in"));
    for (int i = 0; kept[i]; i++) {
        StoreOrigin origin;
        store_origin(kept[i], &origin);
        char *text = *origin.title && g_ascii_strcasecmp(origin.title, kept[i]) != 0
                         ? g_strdup_printf("%s (%s)", origin.title, kept[i])
                         : g_strdup(kept[i]);
        gtk_combo_box_text_append(combo, kept[i], text);
        g_free(text);
        store_origin_clear(&origin);
    }
    gtk_combo_box_text_append(combo, FROM_FILE, _("From a file:"));
    g_strfreev(kept);
}

/* "Reset" and "Load Saved Settings" change the config behind the widgets.  The built-in network
 * is also what the config says while the user has yet to choose a file. */
static void show_network(GtkWidget *box)
{
    Network *network = g_object_get_data(G_OBJECT(box), "network");
    gboolean choosing = gtk_widget_get_visible(network->file);
    char *name = NULL, *shown = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(network->file));

    g_object_get(network->config, "network", &name, NULL);
    gboolean file = is_file(name), kept = !file && name && store_is_kept(name);
    if (file || kept || !(choosing && !shown)) {
        g_signal_handlers_block_by_func(network->combo, on_choice, network);
        gtk_combo_box_set_active_id(GTK_COMBO_BOX(network->combo), file   ? FROM_FILE
                                                                   : kept ? name
                                                                          : BUILT_IN);
        g_signal_handlers_unblock_by_func(network->combo, on_choice, network);
        show_file(network, file);
        if (file && g_strcmp0(name, shown) != 0)
            gtk_file_chooser_set_filename(GTK_FILE_CHOOSER(network->file), name);
    }
    g_free(name);
    g_free(shown);
}

static void on_fetched(const char *name, gpointer data)
{
    Network *network = data;

    g_signal_handlers_block_by_func(network->combo, on_choice, network);
    fill(network);
    g_signal_handlers_unblock_by_func(network->combo, on_choice, network);
    gtk_combo_box_set_active_id(GTK_COMBO_BOX(network->combo), name);
}

static void on_fetch(GtkWidget *button, Network *network)
{
    networks_fetch(GTK_WINDOW(gtk_widget_get_toplevel(button)), on_fetched, network);
}

static GtkWidget *make_file_button(void)
{
    GtkWidget *button = gtk_file_chooser_button_new(_("Choose a Network"),
                                                    GTK_FILE_CHOOSER_ACTION_OPEN);
    GtkFileFilter *filter = gtk_file_filter_new();

    gtk_file_filter_set_name(filter, _("Network weights (*.safetensors, *.pth)"));
    gtk_file_filter_add_pattern(filter, "*.safetensors");
    gtk_file_filter_add_pattern(filter, "*.pth");
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(button), filter);
    gtk_widget_set_tooltip_text(
        button, _("A trained network in a safetensors file, or in one of PyTorch's"));
    return button;
}

GtkWidget *networks_row(GimpProcedureConfig *config, GtkWidget **combo)
{
    Network *network = g_new0(Network, 1);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    network->config = config;
    network->combo = *combo = gtk_combo_box_text_new();
    network->file = make_file_button();
    network->fetch = gtk_button_new_with_mnemonic(_("Download…"));
    gtk_widget_set_tooltip_text(
        network->fetch,
        _("Download a trained network: first you see how large it is, from where it comes, "
          "and its licence"));
    gtk_box_pack_start(GTK_BOX(box), network->combo, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), network->file, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), network->fetch, FALSE, FALSE, 0);
    gtk_widget_show(network->combo);
    fill(network);
    g_object_set_data_full(G_OBJECT(box), "network", network, g_free);
    g_signal_connect(network->combo, "changed", G_CALLBACK(on_choice), network);
    g_signal_connect(network->file, "file-set", G_CALLBACK(on_choice), network);
    g_signal_connect(network->fetch, "clicked", G_CALLBACK(on_fetch), network);
    g_signal_connect_object(config, "notify::network", G_CALLBACK(show_network), box,
                            G_CONNECT_SWAPPED);
    show_network(box);
    return box;
}
