/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* transfer-options.h - what photo-style transfer was asked to do, by its command line and a recipe.  Nothing is
 * computed here, and no picture read. */

#ifndef CLI_TRANSFER_OPTIONS_H
#define CLI_TRANSFER_OPTIONS_H

#include "masks.h"
#include "picture.h"
#include "report/option-set.h"

typedef struct {
    OptionSet settings;
    MaskOptions masks;
    char *content, *style, *start_image; /* files */
    char *out, *report, *recipe, *depth;
    GPtrArray *notices; /* sentences about what was done differently */
    gboolean quiet;
    int kept_style; /* for a process of a batch: a file, see kept-style.h; 0: none */
    PictureTarget target; /* format and depth; the depth is -1 until the content is read */
} TransferOptions;

/* From the command line, whose first word is the program's name; FALSE and *error where it can't be followed.  Ends
 * with transfer_options_clear in any case. */
gboolean transfer_options_parse(TransferOptions *options, int argc, char **argv, GError **error);
void transfer_options_clear(TransferOptions *options);

#endif
