/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* command.h - what the subcommands of photo-style share: exit codes and how an
 * error is worded.
 *
 * Every error that a subcommand can meet is a GError whose message is a whole
 * sentence without the program's name: "FILE: reason; remedy."  Nothing here
 * knows what a subcommand does. */

#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <glib.h>

#include "dps.h"

enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_MISUSED = 2 };

typedef enum {
    COMMAND_ERROR_FILE,       /* a file can't be read or written */
    COMMAND_ERROR_ENGINE,     /* the engine refused or broke off */
    COMMAND_ERROR_USAGE,      /* the command line makes no sense */
    COMMAND_ERROR_INTERRUPTED /* the user asked for the end */
} CommandError;

#define COMMAND_ERROR (command_error_quark())
GQuark command_error_quark(void);

/* Before anything else: makes the exit code COMMAND_FAILED, with a sentence, where not all that was
 * printed could be written, and where the system refuses memory.  FALSE when that is impossible, or
 * there is too little room to begin. */
gboolean command_start(void);

/* Sets *error to "FILE: " and the formatted sentence. */
void command_file_error(GError **error, const char *file, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Whether so many threads that compute (0: one for each processor) can be had; else *error. */
gboolean command_check_threads(int threads, GError **error);

/* Sets *error to what the engine says. */
void command_engine_error(GError **error, const DpsMessage *message);

/* Prints the error as "photo-style: MESSAGE", frees it and returns the exit code that
 * belongs to it.  A usage error also names the help to read. */
int command_end(const char *subcommand, GError *error);

/* "photo-style: note: ..." on stderr. */
void command_note(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The same of a list of sentences, which it unrefs. */
void command_notes(GPtrArray *sentences);

/* A sentence about the terms of a model that was used; to be freed. */
char *command_licence_note(const char *model, const char *licence);

/* Prints `text` and a line's end on stdout in the locale's encoding. */
void command_print(const char *text);

/* Each takes the command line from the subcommand's name on, and returns an exit code. */
int command_transfer(int argc, char **argv);
int command_batch(int argc, char **argv);
int command_regions(int argc, char **argv);
int command_measure(int argc, char **argv);
int command_look(int argc, char **argv);
int command_apply(int argc, char **argv);
int command_devices(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_networks(int argc, char **argv);
int command_train(int argc, char **argv);
int command_describe(int argc, char **argv);

#endif
