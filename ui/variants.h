/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* variants.h - a strip of small pictures of what else might please; a click takes one over.
 *
 * Where the pictures come from, and what taking one over means, is the caller's business. */

#ifndef VARIANTS_H
#define VARIANTS_H

#include "live.h"
#include "showing.h"

typedef enum {
    LOOK_NO_REGIONS, /* as LiveVariant */
    LOOK_FOUND_REGIONS,
    LOOK_MORE_STYLE,
    LOOK_COLOUR, /* of the result there is */
    LOOK_HALF,
    LOOKS
} Look;

typedef struct Variants Variants;

/* Lives as long as its widget. */
Variants *variants_new(Showing *showing, void (*taken)(Look look, gpointer data), gpointer data);
GtkWidget *variants_widget(Variants *variants);

/* A small draft; NULL takes away what was there. */
void variants_set(Variants *variants, LiveVariant variant, const DpsField *field);

/* Another result, of which colour and half are shown soon; borrowed until another takes its place. */
void variants_set_result(Variants *variants, const DpsField *field);

/* While it computes none can be taken. */
void variants_set_computing(Variants *variants, gboolean computing);

#endif
