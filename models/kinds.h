/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* kinds.h - the table by which what networks know becomes a dozen kinds of things.
 *
 * The table is data/models/kinds.ini, or the user's own in its place.  Photos and models are elsewhere. */

#ifndef MODELS_KINDS_H
#define MODELS_KINDS_H

#include <glib.h>

#include "dps.h"

typedef struct {
    int count; /* 1 to DPS_KINDS, the last of which is "rest" where no other place is said for it */
    DpsKind kind[DPS_KINDS]; /* names live as long as the program */
    GHashTable *of_class;    /* class, as fold_class gives it: its kind's number */
    int rest;
} Kinds;

/* The user's table where there is one, else ours.  NULL and an error, a sentence with the file's name. */
Kinds *kinds_load(GError **error);
void kinds_free(Kinds *kinds);

/* The number of the kind that a class belongs to.  Of a name with several words for one thing, with commas
 * or semicolons between them ("door;double door"), the first that is known counts. */
int kinds_of_class(const Kinds *kinds, const char *class_name);

/* Our table as it stands in its file; to be freed. */
char *kinds_text(void);

/* The classes of a data set, such as "ADE20K", in the order of their numbers, to be freed with g_strfreev;
 * NULL: there is none of this name.  All names, with commas between them: to be freed. */
char **kinds_data_set(const char *name);
char *kinds_data_sets(void);

#endif
