/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* pairing.h - which mask of the content belongs to which mask of the style.
 *
 * Two lists of drawables become a list of pairs.  Nothing is read here: pixels are layers.h's
 * business.  A pair's drawables are borrowed from the lists. */

#ifndef PAIRING_H
#define PAIRING_H

#include <libgimp/gimp.h>

typedef struct {
    GimpDrawable *content, *style; /* one of them may be NULL: a region without counterpart */
    char *name;
} MaskPair;

void mask_pair_free(MaskPair *pair);

/* Pairs the masks of two NULL-terminated lists (NULL is an empty one).
 *
 * By name ("name"): the two masks of a pair have the same name, not minding case; a mask whose
 * name the other list lacks is a region without counterpart.  By order ("order"): first with
 * first, second with second; both lists must be equally long.  Automatically ("auto"): by name
 * if every name of one list is in the other, otherwise by order.
 *
 * Returns an array of MaskPair that g_ptr_array_unref frees, empty when both lists are; NULL
 * and an error when an entry is not a layer, channel or layer mask, when one list is empty, or
 * when the masks can't be paired. */
GPtrArray *masks_pair(GimpDrawable **content, GimpDrawable **style, const char *pairing,
                      GError **error);

#endif
