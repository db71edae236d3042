/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "job.h"

#include <glib/gi18n.h>
#include <string.h>

/* Of the time of a run, making fields takes at most one part in so many. */
#define FIELD_SHARE 8

/* Of a level's evaluations: from then on its picture is near to what comes out. */
#define SMOOTH_FROM 0.4

struct Job {
    DpsJob work;
    JobPrepare prepare;
    gpointer prepare_data;
    WorkerDone done;
    gpointer done_data;
    DpsResult result;
    Worker *worker;
    gint64 started, next; /* next: before that no field is made; the worker's */

    GMutex lock; /* guards what follows */
    JobState state;
    DpsField field; /* empty when the main thread has taken it */
    gboolean field_rough;
};

static void keep_field(Job *job, DpsField *field, gboolean rough)
{
    g_mutex_lock(&job->lock);
    dps_field_clear(&job->field);
    job->field = *field;
    job->field_rough = rough;
    g_mutex_unlock(&job->lock);
}

/* As often as the main thread looks, and time allows; of what comes out of a level always. */
static void make_field(Job *job, const DpsProgress *progress)
{
    const DpsWork work = { .threads = job->work.options.threads };
    const DpsImage *photo = job->work.content;
    gint64 now = g_get_monotonic_time();
    gboolean waiting;
    DpsField field;

    g_mutex_lock(&job->lock);
    waiting = job->field.maps.data != NULL;
    g_mutex_unlock(&job->lock);
    if (progress->part < 1 && (waiting || now < job->next))
        return;
    if (dps_field_fit(progress->content, progress->preview, photo->width, photo->height, &work,
                      &field))
        keep_field(job, &field,
                   progress->level + 1 < progress->levels && progress->part < SMOOTH_FROM);
    job->next = g_get_monotonic_time() + FIELD_SHARE * (g_get_monotonic_time() - now);
}

/* Maps that leave nothing of the photo: a painting has strokes that it hasn't. */
static gboolean painting_field(const DpsImage *painting, DpsField *field)
{
    gsize plane = (gsize) painting->width * painting->height;

    *field = (DpsField) { painting->width, painting->height, { 0 } };
    if (!dps_image_init(&field->maps, 12, painting->width, painting->height))
        return FALSE;
    for (int c = 0; c < 3; c++)
        memcpy(field->maps.data + (4 * c + 3) * plane, painting->data + c * plane,
               plane * sizeof(float));
    return TRUE;
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
    g_mutex_unlock(&job->lock);
    if (progress->preview && job->work.want_field)
        make_field(job, progress);
}

static bool on_cancelled(void *data)
{
    return worker_cancelled(((Job *) data)->worker);
}

/* A field for who wants one, also of a painting. */
static DpsStatus complete(DpsResult *result)
{
    if (result->field.maps.data || painting_field(&result->image, &result->field))
        return DPS_OK;
    dps_message_set(
        &result->message, DPS_SAY_NO_MEMORY,
        _("There is not enough memory for this transfer; choose a smaller size or close "
          "other programs."));
    return DPS_NO_MEMORY;
}

static DpsStatus work(gpointer data)
{
    Job *job = data;
    DpsStatus status = DPS_OK;

    if (job->prepare)
        status = job->prepare(&job->work, job->prepare_data, &job->result.message);
    if (status == DPS_OK)
        status = dps_run(&job->work, &job->result);
    return status == DPS_OK && job->work.want_field ? complete(&job->result) : status;
}

static void on_done(gpointer data)
{
    Job *job = data;

    job->done(job->done_data);
}

Job *job_start(const DpsJob *what, JobPrepare prepare, gpointer data, WorkerDone done,
               gpointer done_data)
{
    Job *job = g_new0(Job, 1);

    job->work = *what;
    job->prepare = prepare;
    job->prepare_data = data;
    job->done = done;
    job->done_data = done_data;
    job->work.progress = on_progress;
    job->work.cancelled = on_cancelled;
    job->work.data = job;
    job->started = g_get_monotonic_time();
    g_mutex_init(&job->lock);
    worker_start(&job->worker, work, done ? on_done : NULL, job);
    return job;
}

void job_free(Job *job)
{
    if (!job)
        return;
    worker_free(job->worker);
    dps_result_clear(&job->result);
    dps_field_clear(&job->field);
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

gboolean job_take_field(Job *job, DpsField *field, gboolean *rough)
{
    g_mutex_lock(&job->lock);
    *field = job->field;
    *rough = job->field_rough;
    job->field = (DpsField) { 0 };
    g_mutex_unlock(&job->lock);
    if (worker_finished(job->worker) && job->result.field.maps.data) {
        dps_field_clear(field);
        *field = job->result.field;
        *rough = FALSE;
        job->result.field = (DpsField) { 0 };
    }
    return field->maps.data != NULL;
}

DpsStatus job_finish(Job *job, const DpsResult **result)
{
    DpsStatus status = worker_wait(job->worker);

    *result = &job->result;
    return status;
}
