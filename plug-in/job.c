/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "job.h"

#include <string.h>

#include "worker.h"

struct Job {
    DpsJob work;
    JobPrepare prepare;
    gpointer prepare_data;
    DpsResult result;
    Worker *worker;
    gint64 started;

    GMutex lock; /* guards what follows */
    JobState state;
    DpsImage preview; /* empty when the main thread has taken it */
};

static void keep_preview(Job *job, const DpsImage *preview)
{
    gsize values = (gsize) preview->channels * preview->width * preview->height;

    dps_image_clear(&job->preview);
    if (dps_image_init(&job->preview, preview->channels, preview->width, preview->height))
        memcpy(job->preview.data, preview->data, values * sizeof *preview->data);
}

static void on_progress(const DpsProgress *progress, void *data)
{
    Job *job = data;

    g_mutex_lock(&job->lock);
    job->state.stage = progress->stage;
    job->state.fraction = progress->fraction;
    job->state.level = progress->level;
    job->state.levels = progress->levels;
    job->state.evaluation = progress->evaluation;
    if (progress->preview)
        keep_preview(job, progress->preview);
    g_mutex_unlock(&job->lock);
}

static bool on_cancelled(void *data)
{
    return worker_cancelled(((Job *) data)->worker);
}

static DpsStatus work(gpointer data)
{
    Job *job = data;
    DpsStatus status = DPS_OK;

    if (job->prepare)
        status = job->prepare(&job->work, job->prepare_data, &job->result.message);
    return status == DPS_OK ? dps_run(&job->work, &job->result) : status;
}

Job *job_start(const DpsJob *what, JobPrepare prepare, gpointer data)
{
    Job *job = g_new0(Job, 1);

    job->work = *what;
    job->prepare = prepare;
    job->prepare_data = data;
    job->work.progress = on_progress;
    job->work.cancelled = on_cancelled;
    job->work.data = job;
    job->started = g_get_monotonic_time();
    g_mutex_init(&job->lock);
    worker_start(&job->worker, work, NULL, job);
    return job;
}

void job_free(Job *job)
{
    if (!job)
        return;
    worker_free(job->worker);
    dps_result_clear(&job->result);
    dps_image_clear(&job->preview);
    g_mutex_clear(&job->lock);
    g_free(job);
}

void job_cancel(Job *job)
{
    worker_cancel(job->worker);
}

void job_poll(Job *job, JobState *state)
{
    g_mutex_lock(&job->lock);
    *state = job->state;
    g_mutex_unlock(&job->lock);
    state->seconds = (g_get_monotonic_time() - job->started) / (double) G_USEC_PER_SEC;
    state->cancelling = worker_cancelled(job->worker);
    state->finished = worker_finished(job->worker);
}

gboolean job_take_preview(Job *job, DpsImage *preview)
{
    g_mutex_lock(&job->lock);
    *preview = job->preview;
    job->preview = (DpsImage){ 0 };
    g_mutex_unlock(&job->lock);
    return preview->channels != 0;
}

DpsStatus job_finish(Job *job, const DpsResult **result)
{
    DpsStatus status = worker_wait(job->worker);

    *result = &job->result;
    return status;
}
