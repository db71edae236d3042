/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* learnt-read.h - learnt styles (dps.h) from .dps files, for both programs. */

#ifndef LEARNT_READ_H
#define LEARNT_READ_H

#include <glib.h>

#include "dps.h"

/* Whether a file is named as learnt styles are. */
gboolean learnt_is_named(const char *path);

/* To be freed with dps_learnt_free; NULL and an error, a sentence that names the file, where it is none. */
DpsLearnt *learnt_read(const char *path, GError **error);

#endif
