/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "dialog-private.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n.h>

#include "help.h"
#include "report/translate.h"
#include "settings.h"
#include "strengths.h"
#include "style-files.h"

/* Milliseconds between two looks whether the photo is still open. */
#define WATCH 250

/* -------------------------------------------------------------------- sentences */

void dialog_say(Dialog *dialog, Said said, GtkMessageType type, const char *sentence)
{
    dialog->said = sentence ? said : SAID_NOTHING;
    progress_view_say(&dialog->progress, type, sentence);
}

/* What a sentence of the dialog's own was about is past. */
void dialog_forget(Dialog *dialog)
{
    if (dialog->said == SAID_BY_DIALOG)
        dialog_say(dialog, SAID_NOTHING, GTK_MESSAGE_INFO, NULL);
}

void dialog_on_trouble(const char *sentence, gpointer data)
{
    Dialog *dialog = data;

    if (sentence)
        dialog_say(dialog, SAID_BY_LIVE, GTK_MESSAGE_ERROR, sentence);
    else if (dialog->said == SAID_BY_LIVE)
        dialog_say(dialog, SAID_NOTHING, GTK_MESSAGE_INFO, NULL);
}

static void say_notices(Dialog *dialog)
{
    char **notices = translate_notices(live_result(dialog->live), FALSE);
    char *all = g_strjoinv("\n", notices);

    if (*all)
        dialog_say(dialog, SAID_BY_LIVE, GTK_MESSAGE_INFO, all);
    g_free(all);
    g_strfreev(notices);
}

/* ------------------------------------------------------------------------ state */

static const char *status_of(Dialog *dialog, LiveDoing doing)
{
    if (doing == LIVE_TRANSFER)
        return _("Result so far");
    if (live_is_final(dialog->live))
        return _("Result");
    if (doing == LIVE_DRAFT)
        return _("Draft, being computed…");
    return live_result(dialog->live) ? _("Draft") : _("Your photo");
}

/* Only where it is another: a label that is set has all of the window laid out again. */
static void show_status(Dialog *dialog, const char *status)
{
    if (g_str_equal(gtk_label_get_text(GTK_LABEL(dialog->status)), status))
        return;
    gtk_label_set_text(GTK_LABEL(dialog->status), status);
    gtk_widget_set_tooltip_text(dialog->status, status);
}

static void set_button(Dialog *dialog, int response, gboolean sensitive)
{
    gtk_dialog_set_response_sensitive(GTK_DIALOG(dialog->window), response, sensitive);
}

void dialog_set_computing(Dialog *dialog, gboolean computing)
{
    gboolean style = dialog->used || style_row_get(dialog->style);

    settings_set_computing(dialog->main, computing);
    gtk_widget_set_sensitive(style_row_widget(dialog->style), !computing);
    gtk_widget_set_sensitive(region_panel_widget(dialog->regions), !computing);
    gtk_widget_set_sensitive(dialog->more, !computing);
    set_button(dialog, RESPONSE_TRANSFER, !computing && style);
    set_button(dialog, GTK_RESPONSE_OK, !computing && style);
    set_button(dialog, RESPONSE_USE, computing);
    variants_set_computing(dialog->variants, computing);
}

/* Of a transfer, which may have been the one before Apply, or of the carrying, which has failed. */
static void on_computed(Dialog *dialog)
{
    gboolean cancelled = dialog->cancelling, applying = dialog->applying;

    progress_view_hide(&dialog->progress);
    dialog->cancelling = dialog->applying = FALSE;
    if (cancelled)
        dialog_say(dialog, SAID_BY_DIALOG, GTK_MESSAGE_INFO, _("Stopped. Your photo is as it was."));
    if (dialog_follow_pixels(dialog) || !live_is_final(dialog->live))
        return;
    if (applying)
        live_carry(dialog->live);
    else if (dialog->said == SAID_NOTHING)
        say_notices(dialog);
}

static void on_state(gpointer data)
{
    Dialog *dialog = data;
    LiveDoing doing = live_doing(dialog->live);
    gboolean computing = doing >= LIVE_TRANSFER, ended = dialog->was_computing && !computing;
    JobState state;

    show_status(dialog, status_of(dialog, doing));
    if (computing != dialog->was_computing)
        dialog_set_computing(dialog, computing);
    if (doing == LIVE_IDLE)
        strengths_show(dialog->strengths, live_result(dialog->live));
    dialog->was_computing = computing;
    if (computing) {
        live_poll(dialog->live, &state);
        progress_view_show(&dialog->progress, &state);
    } else if (ended && !dialog->finished) {
        on_computed(dialog);
    }
}

static void on_result(const DpsField *field, gpointer data)
{
    Dialog *dialog = data;

    showing_set_field(dialog->showing, field);
    variants_set_result(dialog->variants, field);
}

static void on_variant(LiveVariant variant, const DpsField *field, gpointer data)
{
    variants_set(((Dialog *) data)->variants, variant, field);
}

static void on_carried(gpointer data)
{
    Dialog *dialog = data;

    dialog->finished = TRUE;
    gtk_dialog_response(GTK_DIALOG(dialog->window), GTK_RESPONSE_OK);
}

/* --------------------------------------------------------------------- responses */

static void cancel(Dialog *dialog, gboolean use)
{
    dialog->cancelling = !use;
    dialog->applying = FALSE;
    live_cancel(dialog->live, use);
}

static void transfer(Dialog *dialog, gboolean apply)
{
    GError *error = NULL;

    dialog_say(dialog, SAID_NOTHING, GTK_MESSAGE_INFO, NULL);
    if (!region_panel_check(dialog->regions, &error)) {
        dialog_say(dialog, SAID_BY_LIVE, GTK_MESSAGE_ERROR, error->message);
        g_error_free(error);
        return;
    }
    if (style_row_get(dialog->style))
        style_files_used(style_row_get(dialog->style));
    if (dialog_follow_pixels(dialog) && apply)
        return;
    dialog_say(dialog, SAID_NOTHING, GTK_MESSAGE_INFO, NULL);
    dialog->applying = apply && !live_is_final(dialog->live);
    if (apply && !dialog->applying)
        live_carry(dialog->live);
    else
        live_transfer(dialog->live);
}

static void show_help(Dialog *dialog)
{
    GError *error = NULL;

    dialog_say(dialog, SAID_NOTHING, GTK_MESSAGE_INFO, NULL);
    if (!help_open(&error))
        dialog_say(dialog, SAID_BY_DIALOG, GTK_MESSAGE_INFO, error->message);
    g_clear_error(&error);
}

/* Before GIMP's own handler: see the button. */
static gboolean on_key(GtkWidget *window, GdkEventKey *event, Dialog *dialog)
{
    if (event->keyval != GDK_KEY_F1 || event->state & gtk_accelerator_get_default_mod_mask())
        return FALSE;
    show_help(dialog);
    return TRUE;
}

/* Runs before GimpProcedureDialog's own handler, which would close the window. */
static void on_response(GtkDialog *window, int response, Dialog *dialog)
{
    gboolean computing = live_doing(dialog->live) >= LIVE_TRANSFER;

    if (dialog->finished || response == GTK_RESPONSE_CLOSE)
        return;
    if (response == RESPONSE_HELP)
        show_help(dialog);
    else if (computing && (response == GTK_RESPONSE_CANCEL || response == RESPONSE_USE))
        cancel(dialog, response == RESPONSE_USE);
    else if (!computing && (response == RESPONSE_TRANSFER || response == GTK_RESPONSE_OK))
        transfer(dialog, response == GTK_RESPONSE_OK);
    else if (!computing)
        return;
    g_signal_stop_emission_by_name(window, "response");
}

/* Escape and the window's own button. */
static gboolean on_delete(GtkWidget *window, GdkEvent *event, Dialog *dialog)
{
    if (live_doing(dialog->live) < LIVE_TRANSFER)
        return FALSE;
    cancel(dialog, FALSE);
    return TRUE;
}

/* The layer has been scaled, cropped or converted. */
static void follow_photo(Dialog *dialog)
{
    if (live_doing(dialog->live) >= LIVE_TRANSFER)
        dialog_say(dialog, SAID_BY_DIALOG, GTK_MESSAGE_INFO,
                   _("Your photo's size or mode was changed, so the transfer was stopped. Start it "
                     "again when you are ready."));
    dialog->applying = dialog->cancelling = FALSE;
    region_panel_refresh(dialog->regions);
    live_touch(dialog->live, LIVE_CONTENT);
    dialog_follow_pixels(dialog);
}

/* Nothing is left to do where the photo has been closed. */
static gboolean on_watch(gpointer data)
{
    Dialog *dialog = data;

    if (gimp_item_is_valid(GIMP_ITEM(dialog->content))) {
        if (showing_follow(dialog->showing))
            follow_photo(dialog);
        return G_SOURCE_CONTINUE;
    }
    dialog->watch = 0;
    gtk_dialog_response(GTK_DIALOG(dialog->window), GTK_RESPONSE_CLOSE);
    return G_SOURCE_REMOVE;
}

/* ---------------------------------------------------------------------- running */

Live *dialog_run(GimpProcedure *procedure, GimpDrawable *content, GimpDrawable **earlier,
                 GimpProcedureConfig *config)
{
    const LiveTold told = { on_result, on_state, dialog_on_trouble, dialog_on_found, on_variant, on_carried };
    Dialog dialog = { .content = content, .config = config };

    gimp_ui_init("deep-photo-style");
    dialog.live = live_new(content, config, &told, &dialog);
    dialog_make_window(&dialog, procedure, &dialog_changed);
    gtk_widget_set_visible(dialog.replace, *earlier != NULL);
    dialog_choose_first(&dialog);
    dialog_set_computing(&dialog, FALSE);
    if (style_row_get(dialog.style))
        live_touch(dialog.live, LIVE_STYLE);

    g_signal_connect(config, "notify", G_CALLBACK(dialog_on_config), &dialog);
    g_signal_connect(dialog.window, "response", G_CALLBACK(on_response), &dialog);
    g_signal_connect(dialog.window, "key-press-event", G_CALLBACK(on_key), &dialog);
    g_signal_connect(dialog.window, "delete-event", G_CALLBACK(on_delete), &dialog);
    g_signal_connect(dialog.window, "focus-in-event", G_CALLBACK(dialog_on_focus), &dialog);
    dialog.watch = g_timeout_add(WATCH, on_watch, &dialog);
    gimp_procedure_dialog_run(GIMP_PROCEDURE_DIALOG(dialog.window));
    if (dialog.watch)
        g_source_remove(dialog.watch);
    if (dialog.following)
        g_source_remove(dialog.following);
    g_signal_handlers_disconnect_by_data(config, &dialog);
    if (!gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(dialog.replace)))
        *earlier = NULL;
    gtk_widget_destroy(dialog.window);
    g_free(dialog.strength);
    if (!dialog.finished)
        g_clear_pointer(&dialog.live, live_free);
    return dialog.live;
}
