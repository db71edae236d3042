/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What happens when the user chooses something: the config says so, and something is computed, or applied. */

#include "dialog-private.h"

#include <glib/gi18n.h>

#include "plug-in/remember.h"
#include "plug-in/under.h"
#include "preview.h"
#include "style-files.h"

/* Style and regions, as they are shown, go into the config; regions only where they are complete. */
static void store_choices(Dialog *dialog)
{
    GError *error = NULL;

    dialog->storing = TRUE;
    g_object_set(dialog->config, "under", style_row_is_under(dialog->style), "style",
                 style_row_get(dialog->style), NULL);
    if (region_panel_check(dialog->regions, &error)) {
        region_panel_store(dialog->regions, dialog->config);
        dialog_on_trouble(NULL, dialog);
    } else {
        dialog_say(dialog, SAID_BY_LIVE, GTK_MESSAGE_INFO, error->message);
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

static void show_style(Dialog *dialog, GimpDrawable *style)
{
    preview_set_drawable(dialog->style_view, style,
                         _("Open the photo whose light and colours you want."));
}

static void on_style(GimpDrawable *style, gpointer data)
{
    Dialog *dialog = data;

    show_style(dialog, style);
    region_panel_set_style(dialog->regions, style);
    if (!dialog->storing)
        store_choices(dialog);
    dialog_set_computing(dialog, FALSE);
}

static void on_style_trouble(const char *sentence, gpointer data)
{
    dialog_say(data, SAID_BY_DIALOG, GTK_MESSAGE_ERROR, sentence);
}

static void on_regions(gpointer data)
{
    dialog_forget(data);
    store_choices(data);
}

static const Request *found(gpointer data)
{
    return live_found(((Dialog *) data)->live);
}

void dialog_on_found(gpointer data)
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

/* Whether a drawable's pixels are others than when this was asked last, of the same one. */
static gboolean is_repainted(Seen *seen, GimpDrawable *drawable)
{
    Seen before = *seen;

    if (!drawable || !gimp_item_is_valid(GIMP_ITEM(drawable)))
        return FALSE;
    *seen = (Seen) { drawable, layers_stamp(drawable) };
    return drawable == before.drawable && seen->stamp != before.stamp;
}

/* Whether another picture lies under the layer by now. */
static gboolean renew_under(Dialog *dialog)
{
    GimpDrawable *before = style_row_renew(dialog->style);

    if (!before)
        return FALSE;
    dialog->used = style_row_get(dialog->style);
    show_style(dialog, dialog->used);
    region_panel_renew_style(dialog->regions, dialog->used);
    dialog->storing = TRUE;
    g_object_set(dialog->config, "style", dialog->used, NULL);
    dialog->storing = FALSE;
    under_discard(before);
    return TRUE;
}

gboolean dialog_follow_pixels(Dialog *dialog)
{
    gboolean content, style, under;

    if (!gimp_item_is_valid(GIMP_ITEM(dialog->content)))
        return FALSE;
    content = is_repainted(&dialog->seen[0], dialog->content);
    under = renew_under(dialog);
    style = is_repainted(&dialog->seen[1], dialog->used);
    if (content)
        showing_reload(dialog->showing);
    if (style)
        show_style(dialog, dialog->used);
    if (!(content || style || under) || !live_repaint(dialog->live, content ? LIVE_CONTENT : LIVE_STYLE))
        return FALSE;
    dialog_say(dialog, SAID_BY_DIALOG, GTK_MESSAGE_INFO,
               _("Your photo, or the style, has been changed since this result was computed. Transfer computes it "
                 "anew; Apply takes it as it is."));
    return TRUE;
}

/* Storing the same style again, beside other regions, is no change. */
static void touch_style(Dialog *dialog)
{
    GimpDrawable *style = NULL;

    g_object_get(dialog->config, "style", &style, NULL);
    if (style && style != dialog->used) {
        dialog_forget(dialog);
        live_touch(dialog->live, LIVE_STYLE);
        is_repainted(&dialog->seen[1], style);
        dialog->used = style;
    }
    g_clear_object(&style);
}

/* What the config says has changed. */
void dialog_on_config(GObject *config, GParamSpec *spec, Dialog *dialog)
{
    static const char *const regions[] = { "content-masks", "style-masks",
                                           "pairing",       "content-labels",
                                           "style-labels",  "auto-regions",
                                           "seed",          NULL };
    const char *name = spec->name;

    if (g_str_equal(name, "style") || g_strv_contains(regions, name))
        follow(dialog);
    if (dps_option_find(name))
        dialog_forget(dialog);
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
    dialog_say(data, SAID_BY_DIALOG, trouble ? GTK_MESSAGE_ERROR : GTK_MESSAGE_INFO, sentence);
}

/* Images may have been opened, and masks painted, while another window was in front. */
gboolean dialog_on_focus(GtkWidget *window, GdkEvent *event, Dialog *dialog)
{
    if (live_doing(dialog->live) >= LIVE_TRANSFER)
        return FALSE;
    style_row_refresh(dialog->style);
    region_panel_refresh(dialog->regions);
    if (region_panel_is_painted(dialog->regions))
        store_choices(dialog);
    dialog_follow_pixels(dialog);
    return FALSE;
}

/* The config has become what a layer's recipe says. */
static void on_recipe(gpointer data, const char *trouble)
{
    Dialog *dialog = data;

    dialog_say(dialog, SAID_BY_DIALOG, GTK_MESSAGE_ERROR, trouble);
    if (trouble)
        return;
    show_choices(dialog);
}

/* What was used before, or else what is likely. */
void dialog_choose_first(Dialog *dialog)
{
    remember_restore(dialog->config, dialog->content, NULL);
    show_choices(dialog);
    apply_options(dialog);
    dialog->used = style_row_get(dialog->style);
    is_repainted(&dialog->seen[0], dialog->content);
    is_repainted(&dialog->seen[1], dialog->used);
}

const DialogChanged dialog_changed = {
    { on_style, on_style_trouble }, { on_regions, found }, on_recipe, on_taken, { on_look }
};
