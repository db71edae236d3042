/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* translate.h - what the engine says, in the user's language. */

#ifndef REPORT_TRANSLATE_H
#define REPORT_TRANSLATE_H

#include <glib.h>

#include "dps.h"

/* Each is to be freed. */
char *translate_message(const DpsMessage *message);
/* "the rest" is the engine's own word; other names are the user's. */
char *translate_region_name(const DpsRegionReport *region);

/* "Optimising". */
const char *translate_stage(DpsStage stage);

/* What the user should know of a result: its notices, what is odd about its regions, and what became of those
 * that the style lacks; with `all` also of those that the content lacks.  NULL-terminated, to be freed with g_strfreev. */
char **translate_notices(const DpsResult *result, gboolean all);

#endif
