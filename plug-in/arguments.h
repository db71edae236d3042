/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* arguments.h - the engine's options as arguments of the procedure: those of dps.h's table, each with
 * its name, range, choices and words.
 *
 * Pictures, masks and files are no options: they are main.c's. */

#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <libgimp/gimp.h>

#include "report/option-set.h"

void arguments_add(GimpProcedure *procedure);

/* Reads the arguments into settings that were just initialised.  Those that differ from their
 * defaults count as given.  FALSE and an error for a choice that there isn't. */
gboolean arguments_read(GimpProcedureConfig *config, OptionSet *settings, GError **error);

/* Makes the arguments what the options are. */
void arguments_write(const DpsOptions *options, GimpProcedureConfig *config);

#endif
