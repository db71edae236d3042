/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "progress.h"

#include <glib/gi18n.h>

#include "report/translate.h"

/* Before that an estimate of the time left is a guess. */
#define LEAST_SECONDS 1.0
#define LEAST_FRACTION 0.05

void progress_view_init(ProgressView *view)
{
    view->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    view->info = gtk_info_bar_new();
    view->message = gtk_label_new(NULL);
    gtk_label_set_line_wrap(GTK_LABEL(view->message), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(view->message), 90);
    gtk_label_set_xalign(GTK_LABEL(view->message), 0.0);
    gtk_label_set_selectable(GTK_LABEL(view->message), TRUE);
    gtk_container_add(GTK_CONTAINER(gtk_info_bar_get_content_area(GTK_INFO_BAR(view->info))),
                      view->message);
    view->bar = gtk_progress_bar_new();
    gtk_progress_bar_set_show_text(GTK_PROGRESS_BAR(view->bar), FALSE);
    atk_object_set_name(gtk_widget_get_accessible(view->bar), _("Progress"));
    view->running = gtk_box_new(GTK_ORIENTATION_VERTICAL, 3);
    view->left = gtk_label_new(NULL);
    gtk_label_set_xalign(GTK_LABEL(view->left), 0.0);
    gtk_label_set_ellipsize(GTK_LABEL(view->left), PANGO_ELLIPSIZE_END);
    gtk_box_pack_start(GTK_BOX(view->running), view->left, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(view->running), view->bar, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(view->box), view->info, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(view->box), view->running, FALSE, FALSE, 0);
    gtk_widget_show_all(view->box);
    gtk_widget_hide(view->info);
    gtk_widget_hide(view->running);
}

static char *time_left(const JobState *state)
{
    double seconds;

    if (state->seconds < LEAST_SECONDS || state->fraction < LEAST_FRACTION)
        return g_strdup("");
    seconds = state->seconds * (1.0 - state->fraction) / state->fraction;
    if (seconds < 90)
        return g_strdup_printf(g_dngettext(NULL, " · about %d second left",
                                           " · about %d seconds left", (int) seconds + 1),
                               (int) seconds + 1);
    return g_strdup_printf(g_dngettext(NULL, " · about %d minute left", " · about %d minutes left",
                                       (int) (seconds / 60 + 0.5)),
                           (int) (seconds / 60 + 0.5));
}

void progress_view_show(ProgressView *view, const JobState *state)
{
    char *left = time_left(state), *text;

    if (state->cancelling)
        text = g_strdup(_("Stopping…"));
    else if (state->stage == DPS_STAGE_OPTIMISE && state->levels > 1)
        text = g_strdup_printf(_("%s, size %d of %d%s"), translate_stage(state->stage),
                               state->level + 1, state->levels, left);
    else
        text = g_strconcat(translate_stage(state->stage), "…", left, NULL);
    if (!g_str_equal(gtk_label_get_text(GTK_LABEL(view->left)), text))
        gtk_label_set_text(GTK_LABEL(view->left), text);
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(view->bar), state->fraction);
    gtk_widget_show(view->running);
    g_free(text);
    g_free(left);
}

void progress_view_hide(ProgressView *view)
{
    gtk_widget_hide(view->running);
}

void progress_view_say(ProgressView *view, GtkMessageType type, const char *sentence)
{
    if (sentence) {
        gtk_info_bar_set_message_type(GTK_INFO_BAR(view->info), type);
        gtk_label_set_text(GTK_LABEL(view->message), sentence);
    }
    gtk_widget_set_visible(view->info, sentence != NULL);
}
