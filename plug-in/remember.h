/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* remember.h - style and regions of the last run, for "Repeat" and for the next dialog.
 *
 * GIMP saves numbers and choices itself, but drawables it can't save.  Their ids are kept in
 * GIMP for as long as it runs, no longer: an id means nothing in the next session. */

#ifndef REMEMBER_H
#define REMEMBER_H

#include <libgimp/gimp.h>

/* Keeps what the config says about style, masks and label maps, and for which content. */
void remember_store(GimpProcedureConfig *config, GimpDrawable *content);

/* Puts what was kept into the config.  FALSE and an error, a sentence that says what to do, if
 * there was no run before in this session, if something is gone, or if there were regions and
 * `content` is in another image than their photo: masks belong to one photo.  The config then
 * has no regions. */
gboolean remember_restore(GimpProcedureConfig *config, GimpDrawable *content, GError **error);

#endif
