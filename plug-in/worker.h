/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* worker.h - a call of the engine in a thread of its own: a GTask that a GCancellable stops.
 *
 * The call knows neither GIMP nor GTK: it computes on plain memory, while the main loop goes on.
 * Everything here but worker_cancelled is for the main thread. */

#ifndef WORKER_H
#define WORKER_H

#include <gio/gio.h>

#include "dps.h"

typedef struct Worker Worker;

/* The call, in the worker's thread. */
typedef DpsStatus (*WorkerCall)(gpointer data);

/* Told in the main loop that the call has ended, unless worker_free came first. */
typedef void (*WorkerDone)(gpointer data);

/* Makes *worker, and then begins.  `data` must live until worker_free; `done` may be NULL. */
void worker_start(Worker **worker, WorkerCall call, WorkerDone done, gpointer data);

/* Asks the call to end.  The engine does so within one operation, where worker_cancelled is its
 * `cancelled`, and the worker that one's data. */
void worker_cancel(Worker *worker);
bool worker_cancelled(void *worker);

gboolean worker_finished(Worker *worker);

/* Waits for the end, and gives what the call gave. */
DpsStatus worker_wait(Worker *worker);

/* Stops the call if it is still going, waits for it, and frees the worker.  NULL is fine. */
void worker_free(Worker *worker);

#endif
