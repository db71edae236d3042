/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* look-parts.h - a result's look (dps.h) as a table, and where it has regions one more for each of them: which they
 * are, what they lose, and what their files are called. */

#ifndef LOOK_PARTS_H
#define LOOK_PARTS_H

#include <glib.h>

#include "dps.h"

typedef struct {
    const char *name;     /* borrowed */
    const DpsImage *mask; /* borrowed; NULL: everywhere */
    DpsLook look;
    double lost; /* mean CIEDE2000 */
    char *path, *mask_path; /* files; mask_path NULL: none */
} LookPart;

typedef struct {
    int count; /* the whole, each region that covers anything of the content, and what no region covers */
    LookPart *part;
    DpsImage rest;   /* that mask */
    double together; /* what the regions' looks lose together; with no regions what the whole's does */
} LookParts;

/* Of the regions only the content's masks count; they and their names must outlive the parts.  `out` is the file of
 * the whole, with an ending.  FALSE when memory is short.  Free it with look_parts_clear. */
gboolean look_parts_init(LookParts *parts, const char *out, int regions, const DpsRegion *region,
                         const DpsImage *content);
void look_parts_clear(LookParts *parts);

/* Fits a look to each part of what became of the content.  DPS_OK, or a status and a sentence. */
DpsStatus look_parts_fit(LookParts *parts, const DpsImage *content, const DpsImage *result,
                         const DpsWork *work, DpsMessage *message);

/* A mask as a grey picture, three planes, that the caller clears; FALSE when memory is short. */
gboolean look_parts_grey(const DpsImage *mask, DpsImage *grey);

/* A sentence about what the regions' looks lose together, to be freed. */
char *look_parts_say_together(const LookParts *parts);

#endif
