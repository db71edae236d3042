/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* job.h - one run of the engine by a worker: how far it is, the latest preview, the outcome.
 *
 * The main thread asks from a timer, so that its main loop goes on and Cancel works while the engine
 * computes. */

#ifndef JOB_H
#define JOB_H

#include <glib.h>

#include "dps.h"

typedef struct Job Job;

typedef struct {
    DpsStage stage;
    double fraction; /* of the whole run, never falls */
    double seconds;  /* since the start */
    int level, levels, evaluation;
    gboolean cancelling, finished;
} JobState;

/* What the worker does before the run, on plain memory: it may complete *work, whose progress and
 * cancelled it has.  Anything but DPS_OK ends the job, and message says why. */
typedef DpsStatus (*JobPrepare)(DpsJob *work, gpointer data, DpsMessage *message);

/* Starts computing, with `prepare` first where it isn't NULL.  Everything that *what points to, and
 * data, must live until job_free. */
Job *job_start(const DpsJob *what, JobPrepare prepare, gpointer data);

/* Stops the run if it is still going, waits for it, and frees everything.  NULL is fine. */
void job_free(Job *job);

/* Asks the run to stop; it ends as DPS_CANCELLED within one operation of the engine. */
void job_cancel(Job *job);

void job_poll(Job *job, JobState *state);

/* Moves the latest preview to *preview, which the caller clears; FALSE if there is none since
 * the last call. */
gboolean job_take_preview(Job *job, DpsImage *preview);

/* Waits for the end and gives the outcome; the result stays the job's. */
DpsStatus job_finish(Job *job, const DpsResult **result);

#endif
