/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* test-job.c - a run in the plug-in's worker, as the dialog has it: what is handed over while it goes on, and how it
 * ends.  Without GIMP, so that tools/threads.sh can watch the threads. */

#include "check.h"
#include "host.h"
#include "plug-in/job.h"

enum { SIDE = 40, POLL = 2 /* milliseconds */ };

typedef struct {
    DpsImage content, style;
    DpsKept *kept;
    Job *job;
    int told;    /* how often the end was */
    int fields;  /* taken while it ran */
    double last; /* fraction */
    int cancel_at; /* an evaluation; 0: never */
    gboolean fell, other_thread;
    GThread *main;
} Run;

static void on_done(gpointer data)
{
    Run *run = data;

    run->told++;
    run->other_thread = run->other_thread || g_thread_self() != run->main;
}

static gboolean on_poll(gpointer data)
{
    Run *run = data;
    JobState state;
    DpsField field;
    gboolean rough;

    job_poll(run->job, &state);
    run->fell = run->fell || state.fraction < run->last;
    run->last = state.fraction;
    if (job_take_field(run->job, &field, &rough)) {
        run->fields++;
        dps_field_clear(&field);
    }
    if (run->cancel_at && state.evaluation >= run->cancel_at)
        job_cancel(run->job);
    return G_SOURCE_CONTINUE;
}

static DpsJob described(Run *run, DpsPreset preset)
{
    DpsJob job = { .content = &run->content, .style = &run->style, .want_field = true, .kept = run->kept };

    dps_options_default(&job.options);
    job.options.preset = preset;
    job.options.threads = 2;
    return job;
}

/* Starts it, and goes round the main loop until its end is told. */
static DpsStatus to_the_end(Run *run, const DpsJob *what, JobPrepare prepare, const DpsResult **result)
{
    run->told = run->fields = 0;
    run->last = 0;
    run->job = job_start(what, prepare, NULL, on_done, run);
    guint timer = g_timeout_add(POLL, on_poll, run);
    while (!run->told)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
    DpsStatus status = job_finish(run->job, result);
    CHECK(run->told == 1 && !run->other_thread, "told %d times", run->told);
    CHECK(!run->fell, "progress went back");
    return status;
}

static void check_whole(Run *run, DpsPreset preset)
{
    const DpsResult *result;
    const DpsJob what = described(run, preset);
    DpsField field = { 0 };
    JobState state;
    gboolean rough;
    DpsStatus status = to_the_end(run, &what, NULL, &result);

    CHECK(status == DPS_OK, "%s", result->message.text);
    CHECK(result->image.width == SIDE && result->image.data, "no picture");
    job_poll(run->job, &state);
    CHECK(state.finished && state.fraction == 1, "%g", state.fraction);
    CHECK(job_take_field(run->job, &field, &rough) || run->fields > 0, "no field");
    dps_field_clear(&field);
    CHECK(!job_take_field(run->job, &field, &rough), "the same field twice");
    job_free(run->job);
}

/* One after the other with what they have in common, each broken off a little later, as while somebody moves a
 * slider. */
static void check_cancelling(Run *run)
{
    const DpsResult *result;
    DpsJob what = described(run, DPS_PRESET_DRAFT);

    for (run->cancel_at = 1; run->cancel_at < 12; run->cancel_at++) {
        what.options.style_weight = run->cancel_at;
        DpsStatus status = to_the_end(run, &what, NULL, &result);
        CHECK(status == DPS_OK || status == DPS_CANCELLED, "%s", result->message.text);
        CHECK((status == DPS_OK) == (result->image.data != NULL), "a picture of what was cancelled");
        job_free(run->job);
    }
    run->cancel_at = 0;
}

/* Freed at the start and in the midst of it: the end is then not told. */
static void check_freeing(Run *run)
{
    const DpsJob what = described(run, DPS_PRESET_DRAFT);
    JobState state = { 0 };

    run->told = 0;
    for (int evaluations = 0; evaluations < 6; evaluations++) {
        run->job = job_start(&what, NULL, NULL, on_done, run);
        for (state.evaluation = 0; state.evaluation < evaluations && !state.finished;) {
            job_poll(run->job, &state);
            g_usleep(200);
        }
        job_free(run->job);
        while (g_main_context_iteration(NULL, FALSE))
            ;
    }
    CHECK(run->told == 0, "told %d times of jobs that are gone", run->told);
}

static DpsStatus refuse(DpsJob *work, gpointer data, DpsMessage *message)
{
    dps_message_set(message, DPS_SAY_BAD_REGIONS, "There is nothing.");
    return DPS_BAD_INPUT;
}

static void check_refusal(Run *run)
{
    const DpsResult *result;
    const DpsJob what = described(run, DPS_PRESET_DRAFT);
    DpsStatus status = to_the_end(run, &what, refuse, &result);

    CHECK(status == DPS_BAD_INPUT && result->message.code == DPS_SAY_BAD_REGIONS, "%d", status);
    job_free(run->job);
    job_free(NULL);
}

int main(void)
{
    Run run = { .content = host_photo(3, SIDE, SIDE, 1),
                .style = host_photo(3, SIDE, SIDE, 2),
                .kept = dps_kept_new(),
                .main = g_thread_self() };

    check_whole(&run, DPS_PRESET_DRAFT);
    check_whole(&run, DPS_PRESET_ARTISTIC);
    check_cancelling(&run);
    check_freeing(&run);
    check_refusal(&run);
    dps_kept_free(run.kept);
    dps_image_clear(&run.content);
    dps_image_clear(&run.style);
    return check_done("job");
}
