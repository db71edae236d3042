/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* pairs.h - a list of pairs of masks in the dialog, one row for each.
 *
 * A row has a button in its colour (together.h), a mask of the photo, one of the style, and a button that removes it.  The
 * list knows no pictures and no config: whoever owns it asks what is chosen. */

#ifndef PAIRS_H
#define PAIRS_H

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "together.h"

typedef struct PairList PairList;

/* The list lives as long as its widget.  `changed` is called with `data` after every change. */
PairList *pair_list_new(GimpDrawable *content, void (*changed)(gpointer data), gpointer data);
GtkWidget *pair_list_widget(PairList *list);

/* Lists anew what can be chosen, for this style; NULL: none yet.  Calls no `changed`. */
void pair_list_refresh(PairList *list, GimpDrawable *style);

int pair_list_count(PairList *list);

/* Which rows are taken together as one region, by the names of their masks. */
Together *pair_list_together(PairList *list);

/* Row k's masks, borrowed; NULL where none is chosen. */
void pair_list_get(PairList *list, int k, GimpDrawable **content, GimpDrawable **style);

/* Of a mask: how much of its picture it covers, below 0 where that isn't known; how high it lies there, as
 * dps_mask_height says; and how much of it lies in the mask of row `with`, too. */
typedef struct {
    double cover, height, overlap;
    int with;
} PairCover;

/* What is known of row k's mask, which is said beside the row. */
void pair_list_set_cover(PairList *list, int k, gboolean of_style, const PairCover *cover);

void pair_list_clear(PairList *list);
void pair_list_add(PairList *list, GimpDrawable *content, GimpDrawable *style);

/* A row with the next channels or layer masks, or with nothing where there are no more. */
void pair_list_add_next(PairList *list);

/* The first row in which nothing is chosen on this side; the number of rows where there is none. */
int pair_list_lacking(PairList *list, gboolean of_style);

/* Chooses new masks, each in a row of its own or in one behind the last; NULL: none.  style is the photo. */
void pair_list_choose(PairList *list, int row, GimpDrawable *content, int style_row,
                      GimpDrawable *style_mask, GimpDrawable *style);

/* The masks of a row have been painted on: tells of a change. */
void pair_list_touch(PairList *list);

/* From then on rows have a button for painting: `paint` is told which row's is down, -1: none. */
void pair_list_offer_paint(PairList *list, void (*paint)(int row, gpointer data), gpointer data);
void pair_list_stop_paint(PairList *list);

/* Instead of the rows there are, one for every mask that has a namesake in the style.  A layer that looks
 * like a photo is none. */
void pair_list_match(PairList *list);

#endif
