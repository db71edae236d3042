/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "dialog-private.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n.h>

#include "help.h"
#include "plug-in/remember.h"
#include "preview.h"
#include "report/translate.h"
#include "settings.h"
#include "strengths.h"
#include "style-files.h"

/* Milliseconds between two looks whether the photo is still open. */
#define WATCH 250

/* -------------------------------------------------------------------- sentences */

static void say(Dialog *dialog, Said said, GtkMessageType type, const char *sentence)
{
    dialog->said = sentence ? said : SAID_NOTHING;
    progress_view_say(&dialog->progress, type, sentence);
}

/* What a sentence of the dialog's own was about is past. */
static void forget(Dialog *dialog)
{
    if (dialog->said == SAID_BY_DIALOG)
        say(dialog, SAID_NOTHING, GTK_MESSAGE_INFO, NULL);
}

static void on_trouble(const char *sentence, gpointer data)
{
    Dialog *dialog = data;

    if (sentence)
        say(dialog, SAID_BY_LIVE, GTK_MESSAGE_ERROR, sentence);
    else if (dialog->said == SAID_BY_LIVE)
        say(dialog, SAID_NOTHING, GTK_MESSAGE_INFO, NULL);
}

static void say_notices(Dialog *dialog)
{
    char **notices = translate_notices(live_result(dialog->live), FALSE);
    char *all = g_strjoinv("\n", notices);

    if (*all)
        say(dialog, SAID_BY_LIVE, GTK_MESSAGE_INFO, all);
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

static void set_computing(Dialog *dialog, gboolean computing)
{
    gboolean style = style_row_get(dialog->style) != NULL;

    settings_set_computing(dialog->main, computing);
    gtk_widget_set_sensitive(style_row_widget(dialog->style), !computing);
    gtk_widget_set_sensitive(region_panel_widget(dialog->regions), !computing);
    gtk_widget_set_sensitive(dialog->more, !computing);
    set_button(dialog, RESPONSE_TRANSFER, !computing && style);
    set_button(dialog, GTK_RESPONSE_OK, !computing && style);
    set_button(dialog, RESPONSE_USE, computing);
    variants_set_computing(dialog->variants, computing);
}

/* Of a transfer, or of the carrying: whether it was the one before Apply. */
static void on_computed(Dialog *dialog)
{
    progress_view_hide(&dialog->progress);
    if (dialog->cancelling)
        say(dialog, SAID_BY_DIALOG, GTK_MESSAGE_INFO, _("Stopped. Your photo is as it was."));
    else if (live_is_final(dialog->live) && dialog->applying)
        live_carry(dialog->live);
    else if (live_is_final(dialog->live))
        say_notices(dialog);
    dialog->cancelling = FALSE;
    if (live_doing(dialog->live) != LIVE_CARRY)
        dialog->applying = FALSE;
}

static void on_state(gpointer data)
{
    Dialog *dialog = data;
    LiveDoing doing = live_doing(dialog->live);
    gboolean computing = doing >= LIVE_TRANSFER, ended = dialog->was_computing && !computing;
    JobState state;

    show_status(dialog, status_of(dialog, doing));
    if (computing != dialog->was_computing)
        set_computing(dialog, computing);
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

    say(dialog, SAID_NOTHING, GTK_MESSAGE_INFO, NULL);
    if (!region_panel_check(dialog->regions, &error)) {
        say(dialog, SAID_BY_LIVE, GTK_MESSAGE_ERROR, error->message);
        g_error_free(error);
        return;
    }
    if (style_row_get(dialog->style))
        style_files_used(style_row_get(dialog->style));
    dialog->applying = apply;
    if (apply && live_is_final(dialog->live))
        live_carry(dialog->live);
    else
        live_transfer(dialog->live);
}

static void show_help(Dialog *dialog)
{
    GError *error = NULL;

    say(dialog, SAID_NOTHING, GTK_MESSAGE_INFO, NULL);
    if (!help_open(&error))
        say(dialog, SAID_BY_DIALOG, GTK_MESSAGE_INFO, error->message);
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

/* Nothing is left to do where the photo has been closed. */
static gboolean on_watch(gpointer data)
{
    Dialog *dialog = data;

    if (gimp_item_is_valid(GIMP_ITEM(dialog->content)))
        return G_SOURCE_CONTINUE;
    dialog->watch = 0;
    gtk_dialog_response(GTK_DIALOG(dialog->window), GTK_RESPONSE_CLOSE);
    return G_SOURCE_REMOVE;
}

/* ----------------------------------------------------------------------- changes */

/* Style and regions, as they are shown, go into the config; regions only where they are complete. */
static void store_choices(Dialog *dialog)
{
    GError *error = NULL;

    dialog->storing = TRUE;
    g_object_set(dialog->config, "under", style_row_is_under(dialog->style), "style",
                 style_row_get(dialog->style), NULL);
    if (region_panel_check(dialog->regions, &error)) {
        region_panel_store(dialog->regions, dialog->config);
        on_trouble(NULL, dialog);
    } else {
        say(dialog, SAID_BY_LIVE, GTK_MESSAGE_INFO, error->message);
        g_error_free(error);
    }
    dialog->storing = FALSE;
}

/* What the config has of style and regions is shown. */
static void show_choices(Dialog *dialog)
{
    GimpDrawable *style = NULL;
    gboolean under;

    g_object_get(dialog->config, "style", &style, "under", &under, NULL);
    dialog->storing = TRUE;
    if (!under || !style_row_set_under(dialog->style))
        style_row_set(dialog->style, style);
    region_panel_load(dialog->regions, dialog->config);
    dialog->storing = FALSE;
    store_choices(dialog);
    g_clear_object(&style);
}

static gboolean on_following(gpointer data)
{
    Dialog *dialog = data;

    dialog->following = 0;
    store_choices(dialog);
    return G_SOURCE_REMOVE;
}

/* "Reset" and "Load Saved Settings" know neither style nor regions, and leave the config without. */
static void follow(Dialog *dialog)
{
    if (!dialog->storing && !dialog->following)
        dialog->following = g_idle_add(on_following, dialog);
}

static void on_style(GimpDrawable *style, gpointer data)
{
    Dialog *dialog = data;

    preview_set_drawable(dialog->style_view, style,
                         _("Open the photo whose light and colours you want."));
    region_panel_set_style(dialog->regions, style);
    if (!dialog->storing)
        store_choices(dialog);
    set_computing(dialog, FALSE);
}

static void on_style_trouble(const char *sentence, gpointer data)
{
    say(data, SAID_BY_DIALOG, GTK_MESSAGE_ERROR, sentence);
}

static void on_regions(gpointer data)
{
    forget(data);
    store_choices(data);
}

static const Request *found(gpointer data)
{
    return live_found(((Dialog *) data)->live);
}

static void on_found(gpointer data)
{
    region_panel_show_found(((Dialog *) data)->regions);
}

static void apply_options(Dialog *dialog)
{
    char *strength;
    DpsOptions options;

    live_read_options(dialog->config, &options);
    showing_set_options(dialog->showing, &options);
    g_object_get(dialog->config, "strength", &strength, NULL);
    if (g_strcmp0(strength ? strength : "", dialog->strength ? dialog->strength : "") != 0)
        live_set_strength(dialog->live, strength);
    g_free(dialog->strength);
    dialog->strength = strength;
}

/* Storing the same style again, beside other regions, is no change. */
static void touch_style(Dialog *dialog)
{
    GimpDrawable *style = NULL;

    g_object_get(dialog->config, "style", &style, NULL);
    if (style && style != dialog->used) {
        forget(dialog);
        live_touch(dialog->live, LIVE_STYLE);
    }
    if (style)
        dialog->used = style;
    g_clear_object(&style);
}

/* What the config says has changed. */
static void on_config(GObject *config, GParamSpec *spec, Dialog *dialog)
{
    static const char *const regions[] = { "content-masks", "style-masks",
                                           "pairing",       "content-labels",
                                           "style-labels",  "auto-regions",
                                           "seed",          NULL };
    const char *name = spec->name;

    if (g_str_equal(name, "style") || g_strv_contains(regions, name))
        follow(dialog);
    if (dps_option_find(name))
        forget(dialog);
    if (live_is_applied(name))
        apply_options(dialog);
    else if (g_str_equal(name, "regions-model")) /* what was found before counts no more */
        live_touch(dialog->live, LIVE_STYLE);
    else if (g_str_equal(name, "style"))
        touch_style(dialog);
    else if (g_strv_contains(regions, name))
        live_touch(dialog->live, LIVE_REGIONS);
    else if (dps_option_find(name))
        live_touch(dialog->live, LIVE_OPTIONS);
}

static void on_taken(Look look, gpointer data)
{
    Dialog *dialog = data;
    double weight;

    switch (look) {
    case LOOK_NO_REGIONS:
    case LOOK_FOUND_REGIONS:
        region_panel_choose(dialog->regions, look == LOOK_FOUND_REGIONS);
        break;
    case LOOK_MORE_STYLE:
        g_object_get(dialog->config, "style-weight", &weight, NULL);
        g_object_set(dialog->config, "style-weight", LIVE_MORE * weight, NULL);
        break;
    case LOOK_COLOUR:
        g_object_set(dialog->config, "take", dps_choice_name("take", DPS_TAKE_COLOUR), NULL);
        break;
    case LOOK_HALF:
        g_object_set(dialog->config, "amount", 0.5, NULL);
        break;
    case LOOKS:
        break;
    }
}

static void on_look(const char *sentence, gboolean trouble, gpointer data)
{
    say(data, SAID_BY_DIALOG, trouble ? GTK_MESSAGE_ERROR : GTK_MESSAGE_INFO, sentence);
}

/* Images may have been opened, and masks painted, while another window was in front. */
static gboolean on_focus(GtkWidget *window, GdkEvent *event, Dialog *dialog)
{
    if (live_doing(dialog->live) >= LIVE_TRANSFER)
        return FALSE;
    style_row_refresh(dialog->style);
    region_panel_refresh(dialog->regions);
    if (region_panel_is_painted(dialog->regions))
        store_choices(dialog);
    return FALSE;
}

/* The config has become what a layer's recipe says. */
static void on_recipe(gpointer data, const char *trouble)
{
    Dialog *dialog = data;

    say(dialog, SAID_BY_DIALOG, GTK_MESSAGE_ERROR, trouble);
    if (trouble)
        return;
    show_choices(dialog);
}

/* ---------------------------------------------------------------------- running */

/* What was used before, or else what is likely. */
static void choose_first(Dialog *dialog)
{
    remember_restore(dialog->config, dialog->content, NULL);
    show_choices(dialog);
    apply_options(dialog);
    dialog->used = style_row_get(dialog->style);
}

Live *dialog_run(GimpProcedure *procedure, GimpDrawable *content, GimpDrawable **earlier,
                 GimpProcedureConfig *config)
{
    const LiveTold told = { on_result, on_state, on_trouble, on_found, on_variant, on_carried };
    const DialogChanged changed = {
        { on_style, on_style_trouble }, { on_regions, found }, on_recipe, on_taken, { on_look }
    };
    Dialog dialog = { .content = content, .config = config };

    gimp_ui_init("deep-photo-style");
    dialog.live = live_new(content, config, &told, &dialog);
    dialog_make_window(&dialog, procedure, &changed);
    gtk_widget_set_visible(dialog.replace, *earlier != NULL);
    choose_first(&dialog);
    set_computing(&dialog, FALSE);
    if (style_row_get(dialog.style))
        live_touch(dialog.live, LIVE_STYLE);

    g_signal_connect(config, "notify", G_CALLBACK(on_config), &dialog);
    g_signal_connect(dialog.window, "response", G_CALLBACK(on_response), &dialog);
    g_signal_connect(dialog.window, "key-press-event", G_CALLBACK(on_key), &dialog);
    g_signal_connect(dialog.window, "delete-event", G_CALLBACK(on_delete), &dialog);
    g_signal_connect(dialog.window, "focus-in-event", G_CALLBACK(on_focus), &dialog);
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
