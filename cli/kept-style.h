/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* kept-style.h - a style that one photo of a batch leaves to the others: as the engine shrinks it, in an open file that
 * their processes share.  What comes out is the same, to the last bit; what is saved is reading a large style anew for
 * each photo. */

#ifndef CLI_KEPT_STYLE_H
#define CLI_KEPT_STYLE_H

#include "picture.h"

/* An open file for one style, which has no name and ends with the processes that have it; -1: there can't be any. */
int kept_style_new(void);

/* The style for runs that shrink it to `side` (dps_style_side); FALSE: nobody has left it. */
gboolean kept_style_take(int file, int side, Picture *style);

/* Shrinks the style, where a run would see the same, and leaves it to others unless somebody has. */
void kept_style_leave(int file, int side, int threads, Picture *style);

#endif
