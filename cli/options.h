/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* options.h - how a subcommand parses its arguments, and the engine's options among them, which are
 * those of dps.h's table. */

#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "report/option-set.h"

/* A context whose help begins with `arguments` and `summary` and ends with `examples`.  Options of
 * the engine that are read with it go to `settings`, which may be NULL where there are none. */
GOptionContext *options_context(const char *arguments, const char *summary, const char *examples,
                                OptionSet *settings);

/* Adds the options of the engine that count for DPS_FOR_..., those for experts in a group of their
 * own, which is returned; NULL where there are none. */
GOptionGroup *options_engine_add(GOptionContext *context, OptionSet *settings, unsigned where);

/* Parses and frees the context.  What is left in *argv must be from `least` to `most` arguments, which
 * `names` calls by name. */
gboolean options_parse(GOptionContext *context, int *argc, char ***argv, int least, int most,
                       const char *names, GError **error);

/* A whole number that is no option of the engine, from its text; without one *value stays. */
gboolean options_integer(const char *option, const char *text, int least, int most, int *value,
                         GError **error);

#endif
