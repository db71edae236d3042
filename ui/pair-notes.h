/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* pair-notes.h - the line under a pair: how much its masks cover, and what is wrong with them. */

#ifndef PAIR_NOTES_H
#define PAIR_NOTES_H

#include "pairs.h"

GtkWidget *pair_note_new(void);

/* Says what there is to say before a run; what is wrong stands out.  Of the photo's mask and the style's. */
void pair_note_show(GtkWidget *note, const PairCover cover[2]);

#endif
