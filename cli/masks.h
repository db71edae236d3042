/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* masks.h - the options that name regions, and the regions they give.
 *
 * Three ways: a label map for each photo, or masks with names, content's and style's
 * paired by name and those of one photo with one name taken together, or regions that the engine finds in the photos.  A name on one side
 * only makes a region without a counterpart, which the engine reports. */

#ifndef CLI_MASKS_H
#define CLI_MASKS_H

#include <glib.h>

#include "dps.h"

typedef struct {
    char *content_labels, *style_labels; /* files */
    char **content_masks, **style_masks; /* "NAME=FILE", or NULL */
    gboolean find;                       /* the photos themselves say: --auto-regions */
} MaskOptions;

/* Adds the options to the context; parsing fills *options, which masks_options_clear frees. */
void masks_options_add(GOptionContext *context, MaskOptions *options);
void masks_options_clear(MaskOptions *options);

/* Adds --auto-regions. */
void masks_options_add_find(GOptionContext *context, MaskOptions *options);

/* Whether masks or label maps are named. */
gboolean masks_options_named(const MaskOptions *options);

/* Whether the options go together; *error is a usage error.  Reads no file. */
gboolean masks_options_check(const MaskOptions *options, GError **error);

/* Appends the files that the options name (borrowed) to `files`. */
void masks_options_files(const MaskOptions *options, GPtrArray *files);

typedef struct {
    int count;
    DpsRegion *region; /* NULL when no masks were given */
    gboolean engines;  /* made by the engine */
} Masks;

/* What was read differently than a user may think is appended to `notices`. */
gboolean masks_read(Masks *masks, const MaskOptions *options, GPtrArray *notices, GError **error);
void masks_clear(Masks *masks);

/* Regions that the photos have in common, at most `most`: by the model that the options name, whose licence is
 * then appended to `notices`, or without one. */
gboolean masks_find(Masks *masks, const DpsImage *content, const DpsImage *style, int most,
                    const DpsOptions *options, GPtrArray *notices, GError **error);

#endif
