/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* figures.h - what a benchmark measured, as lines for people and as JSON. */

#ifndef CLI_FIGURES_H
#define CLI_FIGURES_H

#include <json-glib/json-glib.h>

#include "bench/bench.h"

/* Prints one line, under a heading where it is the first of its kind: `before` is the figure that was
 * printed before it, or NULL.  `device` is what was to be measured. */
void figures_print(const DpsFigure *figure, const DpsFigure *before, const char *device);

/* Adds the members "ceilings", "operations", "evaluations" and "transfers", arrays of the figures of
 * each kind.  The keys are listed in photo-style(1). */
void figures_add(JsonBuilder *builder, const DpsFigure *figures, guint count);

#endif
