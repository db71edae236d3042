/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* kept.h - what one run leaves for the next of the same pair: see DpsKept in dps.h.
 *
 * Pictures and masks are copied to it and from it; what lies on the device stays its own, and a run
 * borrows it. */

#ifndef KEPT_H
#define KEPT_H

#include "options.h"

typedef struct {
    bool prepared;                     /* the next four are there */
    DpsImage content, style, estimate; /* estimate: empty where the level has none */
    RegionSet regions;
    Network *bank;
    Objective *objective; /* of the bank; NULL: not made yet */
} KeptLevel;

struct DpsKept {
    const DpsJob *job; /* of the run under way */
    DpsWork work;      /* which asks that run whether to go on */
    bool filled;       /* by a run with these options */
    DpsOptions options;
    Device *dev; /* the processor; NULL: not opened yet */
    bool photos; /* the next two are there */
    DpsImage largest[2];
    int *counterpart; /* NULL: nothing stands in for anything */
    KeptLevel level[DPS_LEVELS];
};

/* What a run may use, emptied where its options ask for that: the job's own, or NULL. */
DpsKept *kept_begin(const DpsJob *, const Schedule *);
/* After the run: a device that has failed or was told to stop is closed with all that is on it. */
void kept_end(DpsKept *, DpsStatus);

/* Photos at the largest working size, and regions + 1 counterparts or NULL, to it and from it; false
 * when memory is short, and then none are kept. */
bool kept_store_photos(DpsKept *, const DpsImage largest[2], const int *counterpart);
bool kept_restore_photos(const DpsKept *, DpsImage largest[2], int **counterpart);

/* The same for what a level has prepared. */
bool kept_store(KeptLevel *, const DpsImage *content, const DpsImage *style,
                const DpsImage *estimate, const RegionSet *regions);
bool kept_restore(const KeptLevel *, DpsImage *content, DpsImage *style, DpsImage *estimate,
                  RegionSet *regions);

#endif
