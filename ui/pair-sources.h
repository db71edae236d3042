/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* pair-sources.h - pairs of masks from what is selected in the photos, or from their paths. */

#ifndef PAIR_SOURCES_H
#define PAIR_SOURCES_H

#include "pairs.h"

typedef enum { PAIR_FROM_SELECTION, PAIR_FROM_PATH } PairSource;

/* Makes a channel of it in the image of each photo that has such a thing, one undo step in each, and chooses
 * it in the first row that lacks a mask on that side, or in a new one.  What was selected no longer is: a
 * selection would be where the result shows.  FALSE and an error where neither photo has one.  style may be
 * NULL. */
gboolean pair_source_take(PairList *pairs, PairSource source, GimpDrawable *content,
                          GimpDrawable *style, GError **error);

#endif
