/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "worker.h"

/* Belongs to the task, which may outlive worker_free by a turn of the main loop. */
struct Worker {
    GTask *task;
    GCancellable *cancellable;
    WorkerCall call;
    WorkerDone done;
    gpointer data;

    GMutex lock; /* guards what follows, until it has finished */
    GCond end;
    gboolean finished;
    DpsStatus status;
};

static void destroy(gpointer data)
{
    Worker *worker = data;

    g_object_unref(worker->cancellable);
    g_mutex_clear(&worker->lock);
    g_cond_clear(&worker->end);
    g_free(worker);
}

/* In a thread of its own. */
static void run(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Worker *worker = data;
    DpsStatus status = worker->call(worker->data);

    g_mutex_lock(&worker->lock);
    worker->status = status;
    worker->finished = TRUE;
    g_cond_signal(&worker->end);
    g_mutex_unlock(&worker->lock);
    g_task_return_boolean(task, TRUE);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    Worker *worker = g_task_get_task_data(G_TASK(result));

    if (worker->done)
        worker->done(worker->data);
}

void worker_start(Worker **started, WorkerCall call, WorkerDone done, gpointer data)
{
    Worker *worker = *started = g_new0(Worker, 1);

    worker->call = call;
    worker->done = done;
    worker->data = data;
    worker->cancellable = g_cancellable_new();
    g_mutex_init(&worker->lock);
    g_cond_init(&worker->end);
    worker->task = g_task_new(NULL, worker->cancellable, on_done, NULL);
    g_task_set_task_data(worker->task, worker, destroy);
    g_task_run_in_thread(worker->task, run);
}

void worker_cancel(Worker *worker)
{
    g_cancellable_cancel(worker->cancellable);
}

bool worker_cancelled(void *worker)
{
    return g_cancellable_is_cancelled(((Worker *) worker)->cancellable);
}

gboolean worker_finished(Worker *worker)
{
    gboolean finished;

    g_mutex_lock(&worker->lock);
    finished = worker->finished;
    g_mutex_unlock(&worker->lock);
    return finished;
}

DpsStatus worker_wait(Worker *worker)
{
    g_mutex_lock(&worker->lock);
    while (!worker->finished)
        g_cond_wait(&worker->end, &worker->lock);
    g_mutex_unlock(&worker->lock);
    return worker->status;
}

void worker_free(Worker *worker)
{
    if (!worker)
        return;
    worker_cancel(worker);
    worker_wait(worker);
    worker->done = NULL;
    g_object_unref(worker->task);
}
