/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* dialog-private.h - the window, for the files that it is made of.
 *
 *   dialog.c          what happens when something is pressed or computed
 *   dialog-changes.c  what happens when something is chosen
 *   dialog-window.c   what the window consists of */

#ifndef DIALOG_PRIVATE_H
#define DIALOG_PRIVATE_H

#include <libgimp/gimpui.h>

#include "dialog.h"
#include "look-button.h"
#include "progress.h"
#include "recipes.h"
#include "region-panel.h"
#include "showing.h"
#include "style-row.h"
#include "variants.h"

/* GimpProcedureDialog has small numbers of its own. */
enum { RESPONSE_TRANSFER = 101, RESPONSE_USE, RESPONSE_HELP };

/* Whose sentence is shown. */
typedef enum { SAID_NOTHING, SAID_BY_LIVE, SAID_BY_DIALOG } Said;

/* A drawable, and layers_stamp of it when it was looked at last. */
typedef struct {
    GimpDrawable *drawable;
    guint stamp;
} Seen;

typedef struct {
    GimpDrawable *content;
    GimpProcedureConfig *config;
    Live *live;
    Showing *showing;

    GtkWidget *window, *settings, *main, *more, *replace, *status, *style_view, *strengths;
    char *strength; /* the config's, as it was applied last */
    StyleRow *style;
    GimpDrawable *used; /* the style that the config had last */
    Seen seen[2];       /* the photo, and that style */
    RegionPanel *regions;
    Variants *variants;
    ProgressView progress;
    Said said;
    guint watch, following;
    gboolean applying, cancelling, storing, was_computing, finished;
} Dialog;

/* Who is told of the user's choices; their data is the dialog. */
typedef struct {
    StyleRowTold style;
    RegionPanelTold regions;
    RecipeUsed recipe;
    void (*taken)(Look look, gpointer data);
    LookButtonTold look;
} DialogChanged;

extern const DialogChanged dialog_changed;

/* sentence NULL: none any more. */
void dialog_say(Dialog *dialog, Said said, GtkMessageType type, const char *sentence);

/* What a sentence of the dialog's own was about is past. */
void dialog_forget(Dialog *dialog);

/* Of LiveTold. */
void dialog_on_trouble(const char *sentence, gpointer data);
void dialog_on_found(gpointer data);

/* What can be used while something is computed, or while nothing is. */
void dialog_set_computing(Dialog *dialog, gboolean computing);

/* What was used before, or else what is likely. */
void dialog_choose_first(Dialog *dialog);

/* Has what was computed follow the pixels of photo and style, where they have been changed.  A transfer's result stays
 * as it is, and a sentence says so: TRUE. */
gboolean dialog_follow_pixels(Dialog *dialog);

/* Handlers of signals: of the config, and of the window. */
void dialog_on_config(GObject *config, GParamSpec *spec, Dialog *dialog);
gboolean dialog_on_focus(GtkWidget *window, GdkEvent *event, Dialog *dialog);

/* Makes all of the window's widgets. */
void dialog_make_window(Dialog *dialog, GimpProcedure *procedure, const DialogChanged *changed);

#endif
