/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* message.h - making what the engine says: a code, an English sentence, and the parameters in it.
 *
 * Programs print it in the user's language: dps_message_print. */

#ifndef MESSAGE_H
#define MESSAGE_H

#include "dps.h"

#include <stdarg.h>

/* For xgettext, which collects what is to be translated. */
#define N_(text) text

/* Fills *message, which may be NULL, like printf.  The format stays where it is; it may have d, u, f,
 * g and s, with the sizes l and ll, and ".*s"; strings are copied, line ends and the like becoming '?',
 * and cut where they are long. */
__attribute__((format(printf, 3, 4))) void say(DpsMessage *message, DpsCode code,
                                               const char *format, ...);

/* The same of something with a name, usually a file: "NAME: sentence".  Of a long name only its end
 * is shown. */
__attribute__((format(printf, 4, 5))) void say_of(DpsMessage *message, DpsCode code,
                                                  const char *name, const char *format, ...);

/* The same of arguments in a list; name: NULL: of nothing in particular. */
void say_list(DpsMessage *message, DpsCode code, const char *name, const char *format,
              va_list args);

/* Parameter i of the message is a word of the engine's own, to be translated as well. */
void say_word(DpsMessage *message, int i);

#endif
