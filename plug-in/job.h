/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* job.h - one run of the engine by a worker: how far it is, what has come out so far, the outcome.
 *
 * The main thread asks from a timer, so that its main loop goes on and Cancel works while the engine
 * computes. */

#ifndef JOB_H
#define JOB_H

#include <glib.h>

#include "worker.h"

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
 * data, must live until job_free.  `done` (may be NULL) is told in the main loop that the run has ended,
 * unless job_free came first. */
Job *job_start(const DpsJob *what, JobPrepare prepare, gpointer data, WorkerDone done,
               gpointer done_data);

/* Stops the run if it is still going, waits for it, and frees everything.  NULL is fine. */
void job_free(Job *job);

/* Asks the run to stop; it ends as DPS_CANCELLED within one operation of the engine. */
void job_cancel(Job *job);

void job_poll(Job *job, JobState *state);

/* Where the job wants a field: moves what the picture so far does to the photo to *field, which the
 * caller clears; FALSE if there is nothing new since the last call.  *rough: it comes from the first
 * steps of a level that is not the last, and the next one may look quite different.  A finished job has a field even
 * where it was a painting: one that gives the painting whatever the photo is. */
gboolean job_take_field(Job *job, DpsField *field, gboolean *rough);

/* Waits for the end and gives the outcome; the result stays the job's, but for a field that
 * job_take_field has taken. */
DpsStatus job_finish(Job *job, const DpsResult **result);

#endif
