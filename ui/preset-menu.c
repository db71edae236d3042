/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "preset-menu.h"

#include <glib/gi18n.h>

#include "plug-in/presets.h"

#define MOST_CHARACTERS 40

typedef enum { SAVE, RENAME, DELETE } Deed;

typedef struct {
    GimpProcedureConfig *config;
    PresetsChanged changed;
    gpointer data;
    GtkWidget *button, *popover, *rename, *delete;
    char *chosen;
    Deed deed;  /* that is being asked about */
    char *name; /* for it */
} PresetMenu;

static void perform(PresetMenu *menu)
{
    GError *error = NULL;

    if (menu->deed == SAVE)
        presets_save(menu->name, menu->config, &error);
    else if (menu->deed == RENAME)
        presets_rename(menu->chosen, menu->name, &error);
    else
        presets_delete(menu->chosen, &error);
    menu->changed(menu->data, error ? menu->chosen : menu->name, error ? error->message : NULL);
    g_clear_error(&error);
}

/* -------------------------------------------------------------------- questions */

static GtkWindow *window_of(PresetMenu *menu)
{
    return GTK_WINDOW(gtk_widget_get_toplevel(menu->button));
}

static void on_confirmed(GtkWidget *dialog, int response, PresetMenu *menu)
{
    gtk_widget_destroy(dialog);
    if (response == GTK_RESPONSE_OK)
        perform(menu);
}

/* Takes the question. */
static void confirm(PresetMenu *menu, char *question, const char *yes)
{
    GtkWidget *dialog =
        gtk_message_dialog_new(window_of(menu), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                               GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s", question);

    gtk_dialog_add_buttons(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL, yes,
                           GTK_RESPONSE_OK, NULL);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL);
    g_signal_connect(dialog, "response", G_CALLBACK(on_confirmed), menu);
    gtk_widget_show(dialog);
    g_free(question);
}

static char *entered(GtkWidget *entry)
{
    return g_strstrip(g_strdup(gtk_entry_get_text(GTK_ENTRY(entry))));
}

static void on_typed(GtkWidget *entry, GtkDialog *dialog)
{
    char *name = entered(entry);

    gtk_dialog_set_response_sensitive(dialog, GTK_RESPONSE_OK, *name);
    g_free(name);
}

static void on_named(GtkWidget *dialog, int response, PresetMenu *menu)
{
    g_free(menu->name);
    menu->name = entered(g_object_get_data(G_OBJECT(dialog), "entry"));
    gtk_widget_destroy(dialog);
    if (response != GTK_RESPONSE_OK ||
        (menu->deed == RENAME && g_str_equal(menu->name, menu->chosen)))
        return;
    if (presets_has(menu->name))
        confirm(menu, g_strdup_printf(_("There is a preset “%s” already. Replace it?"), menu->name),
                _("_Replace"));
    else
        perform(menu);
}

static void ask_name(PresetMenu *menu, const char *title, const char *button)
{
    GtkWidget *dialog = gtk_dialog_new_with_buttons(
        title, window_of(menu), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, _("_Cancel"),
        GTK_RESPONSE_CANCEL, button, GTK_RESPONSE_OK, NULL);
    GtkWidget *entry = gtk_entry_new(), *label = gtk_label_new_with_mnemonic(_("_Name"));
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    gtk_entry_set_max_length(GTK_ENTRY(entry), MOST_CHARACTERS);
    gtk_entry_set_width_chars(GTK_ENTRY(entry), 30);
    gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
    gtk_widget_set_tooltip_text(entry, _("What the preset is called in “Settings from”"));
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), entry);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_OK);
    g_object_set_data(G_OBJECT(dialog), "entry", entry);
    g_signal_connect(entry, "changed", G_CALLBACK(on_typed), dialog);
    g_signal_connect(dialog, "response", G_CALLBACK(on_named), menu);
    gtk_entry_set_text(GTK_ENTRY(entry), menu->chosen ? menu->chosen : "");
    on_typed(entry, GTK_DIALOG(dialog));
    gtk_container_set_border_width(GTK_CONTAINER(row), 12);
    gtk_box_pack_start(GTK_BOX(row), label, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row), entry, TRUE, TRUE, 0);
    gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(GTK_DIALOG(dialog))), row);
    gtk_widget_show_all(dialog);
}

/* --------------------------------------------------------------------- choices */

static void on_save(PresetMenu *menu)
{
    menu->deed = SAVE;
    ask_name(menu, _("Save as a Preset"), _("_Save"));
}

static void on_rename(PresetMenu *menu)
{
    menu->deed = RENAME;
    ask_name(menu, _("Rename the Preset"), _("_Rename"));
}

static void on_delete(PresetMenu *menu)
{
    menu->deed = DELETE;
    g_clear_pointer(&menu->name, g_free);
    confirm(menu, g_strdup_printf(_("Delete the preset “%s”?"), menu->chosen), _("_Delete"));
}

/* ---------------------------------------------------------------------- making */

static GtkWidget *add(GtkWidget *items, const char *label, GCallback chosen, PresetMenu *menu)
{
    GtkWidget *item = gtk_button_new_with_mnemonic(label);

    gtk_button_set_relief(GTK_BUTTON(item), GTK_RELIEF_NONE);
    gtk_widget_set_halign(gtk_bin_get_child(GTK_BIN(item)), GTK_ALIGN_START);
    g_signal_connect_swapped(item, "clicked", G_CALLBACK(gtk_popover_popdown), menu->popover);
    g_signal_connect_swapped(item, "clicked", chosen, menu);
    gtk_box_pack_start(GTK_BOX(items), item, FALSE, FALSE, 0);
    return item;
}

static void menu_free(gpointer data)
{
    PresetMenu *menu = data;

    g_free(menu->chosen);
    g_free(menu->name);
    g_free(menu);
}

GtkWidget *preset_menu_new(GimpProcedureConfig *config, PresetsChanged changed, gpointer data)
{
    PresetMenu *menu = g_new0(PresetMenu, 1);
    GtkWidget *items = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    *menu = (PresetMenu) { .config = config, .changed = changed, .data = data };
    menu->button = gtk_menu_button_new();
    menu->popover = gtk_popover_new(menu->button);
    add(items, _("_Save as a Preset…"), G_CALLBACK(on_save), menu);
    menu->rename = add(items, _("_Rename the Preset…"), G_CALLBACK(on_rename), menu);
    menu->delete = add(items, _("_Delete the Preset…"), G_CALLBACK(on_delete), menu);
    gtk_container_set_border_width(GTK_CONTAINER(items), 6);
    gtk_widget_show_all(items);
    gtk_container_add(GTK_CONTAINER(menu->popover), items);
    gtk_box_pack_start(GTK_BOX(box), gtk_label_new(_("Presets")), TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box),
                       gtk_image_new_from_icon_name("pan-down-symbolic", GTK_ICON_SIZE_BUTTON),
                       FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(menu->button), box);
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(menu->button), menu->popover);
    gtk_widget_set_tooltip_text(menu->button,
                                _("Keep these settings under a name, or rename or delete the "
                                  "preset that is chosen"));
    atk_object_set_name(gtk_widget_get_accessible(menu->button), _("Presets"));
    gtk_widget_show_all(menu->button);
    g_object_set_data_full(G_OBJECT(menu->button), "preset-menu", menu, menu_free);
    preset_menu_set_chosen(menu->button, NULL);
    return menu->button;
}

void preset_menu_set_chosen(GtkWidget *button, const char *name)
{
    PresetMenu *menu = g_object_get_data(G_OBJECT(button), "preset-menu");
    char *chosen = g_strdup(name);
    GtkWidget *item[2] = { menu->rename, menu->delete };

    g_free(menu->chosen);
    menu->chosen = chosen;
    for (int i = 0; i < 2; i++) {
        gtk_widget_set_sensitive(item[i], name != NULL);
        gtk_widget_set_tooltip_text(item[i], name ? NULL : _("Choose one of your presets first."));
    }
}
