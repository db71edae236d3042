/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* options.h - the options of the command line that go to the engine, and how a
 * subcommand parses its arguments. */

#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <glib.h>

#include "dps.h"

typedef struct {
    DpsOptions engine; /* its strings point to the ones below */
    char *preset, *take, *unmatched, *network, *device;
    char *minimiser, *start, *start_image, *pooling, *style_layers, *content_layer;
    gint64 seed;
} EngineOptions;

/* Sets the engine's defaults and adds the options to the context. */
void options_engine_add(GOptionContext *context, EngineOptions *options);

/* After parsing: checks ranges and completes options->engine.  *error is a usage error. */
gboolean options_engine_finish(EngineOptions *options, GError **error);
void options_engine_clear(EngineOptions *options);

/* A context whose help begins with `arguments` and `summary` and ends with `examples`. */
GOptionContext *options_context(const char *arguments, const char *summary, const char *examples);

/* Parses and frees the context.  What is left in *argv must be `count` arguments, which
 * `names` calls by name. */
gboolean options_parse(GOptionContext *context, int *argc, char ***argv, int count,
                       const char *names, GError **error);

/* Sets a usage error and returns FALSE unless low <= value <= high. */
gboolean options_range(const char *option, double value, double low, double high, GError **error);

#endif
