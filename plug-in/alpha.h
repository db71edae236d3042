/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* alpha.h - transparency: what can't be seen must not count, its colours being whatever was there
 * before. */

#ifndef ALPHA_H
#define ALPHA_H

#include "request.h"

/* Where a drawable can be seen.  FALSE and an error where that is nowhere. */
gboolean alpha_read(GimpDrawable *drawable, Cover *cover, GError **error);

/* Takes what is transparent out of every region of the request.  The engine would count it as "the
 * rest", so the visible rest becomes a region of its own, where there is one.  Without masks that is
 * the whole picture.  It works on plain memory, in any thread. */
gboolean alpha_respect(Request *request, GError **error);

#endif
