/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* option-set.h - the engine's options together with the strings that they point to, and which of them
 * were given.
 *
 * What options there are, and what they may be, says dps.h's table. */

#ifndef REPORT_OPTION_SET_H
#define REPORT_OPTION_SET_H

#include <glib.h>

#include "dps.h"

typedef struct {
    DpsOptions options; /* its strings are in `text` */
    GStringChunk *text;
    GHashTable *given; /* a set of const DpsOption * */
} OptionSet;

/* The defaults, none of them given. */
void option_set_init(OptionSet *settings);
void option_set_clear(OptionSet *settings);

/* The option as a user wrote it.  FALSE and a GOptionError, which calls the option `shown`, if the text
 * is no number, is out of the option's range or none of its choices. */
gboolean option_set_parse(OptionSet *settings, const DpsOption *option, const char *shown,
                          const char *text, GError **error);

/* A number from `least` to `most`, and a whole one where `whole` is set; else a GOptionError. */
gboolean option_number_parse(const char *shown, const char *text, double least, double most,
                             gboolean whole, double *number, GError **error);

/* Sets a text or a file, which is copied. */
void option_set_set_text(OptionSet *settings, const DpsOption *option, const char *text);

gboolean option_set_given(const OptionSet *settings, const DpsOption *option);

/* The option's value as option_set_parse reads it, to be freed. */
char *option_set_print(const DpsOption *option, const DpsOptions *options);

/* "draft, normal, best", to be freed. */
char *option_set_choices(const DpsOption *option);

#endif
