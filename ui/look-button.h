/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* look-button.h - the button that saves the present result as a look for other programs. */

#ifndef LOOK_BUTTON_H
#define LOOK_BUTTON_H

#include <libgimp/gimpui.h>

#include "live.h"

typedef struct {
    /* What was saved and what that loses, or why it couldn't be: a sentence. */
    void (*said)(const char *sentence, gboolean trouble, gpointer data);
} LookButtonTold;

/* Lives as long as its widget, and asks `live` for the result when it is pressed. */
GtkWidget *look_button_new(Live *live, GimpDrawable *content, GimpProcedureConfig *config,
                           const LookButtonTold *told, gpointer data);

#endif
