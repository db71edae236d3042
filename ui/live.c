/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "live-private.h"

#include <glib/gi18n.h>

#include "report/translate.h"

/* Milliseconds: changes that follow each other sooner are one; how often a run is looked at. */
#define PAUSE 30
#define TICK 20

static void begin(Live *live, LiveDoing what);

static void say(Live *live, const char *sentence)
{
    live->told.trouble(sentence, live->data);
}

static void say_error(Live *live, GError *error)
{
    say(live, error->message);
    g_error_free(error);
}

/* --------------------------------------------------------------------- results */

gboolean live_has_result(const Live *live)
{
    return live_output_get(&live->output)->maps.data != NULL;
}

static void set_field(Live *live, DpsField *field)
{
    live_output_set(&live->output, field, live_regions(live));
    live->told.result(live_output_get(&live->output), live->data);
}

/* What has come out so far.  After a change of a number the old result stays until there is something that
 * comes near to it: the first steps of a draft would only flicker. */
static void show_progress(Live *live, const JobState *state)
{
    DpsField field;
    gboolean rough;

    if (!live->input.known && state->stage >= DPS_STAGE_GUESS) {
        live->input.known = TRUE;
        live->told.regions(live->data);
    }
    if (state->cancelling || !job_take_field(live->job, &field, &rough))
        return;
    if (live->fresh || !rough)
        set_field(live, &field);
    else
        dps_field_clear(&field);
}

static gboolean on_tick(gpointer data)
{
    Live *live = data;
    JobState state;

    if (live->job && live->doing != LIVE_VARIATION) {
        job_poll(live->job, &state);
        show_progress(live, &state);
    }
    live->told.state(live->data);
    return G_SOURCE_CONTINUE;
}

static void set_doing(Live *live, LiveDoing doing)
{
    live->doing = doing;
    if (doing != LIVE_IDLE && !live->tick)
        live->tick = g_timeout_add(TICK, on_tick, live);
    if (doing == LIVE_IDLE && live->tick) {
        g_source_remove(live->tick);
        live->tick = 0;
    }
    live->told.state(live->data);
}

void live_go_on(Live *live)
{
    LiveDoing next = live->next;

    live->next = LIVE_IDLE;
    if (next != LIVE_IDLE) {
        begin(live, next);
        return;
    }
    set_doing(live, LIVE_IDLE);
    if (live->doing == LIVE_IDLE && !live->job && !live->timer)
        live_begin_variant(live);
}

/* ------------------------------------------------------------------------ runs */

static void finish_run(Live *live, gboolean transfer)
{
    DpsField field;
    JobState state;
    gboolean rough;

    job_poll(live->job, &state);
    show_progress(live, &state);
    if (job_take_field(live->job, &field, &rough))
        set_field(live, &field);
    g_clear_pointer(&live->source, job_free);
    live->source = g_steal_pointer(&live->job);
    live->fresh = FALSE;
    live->final = live->input.stale == LIVE_NOTHING &&
                  (transfer || live_input_is_draft(&live->input));
}

static void on_job_done(gpointer data)
{
    Live *live = data;
    const DpsResult *result;
    DpsStatus status = job_finish(live->job, &result);
    gboolean transfer = live->doing == LIVE_TRANSFER;

    if (status == DPS_OK || (status == DPS_CANCELLED && live->use && live_has_result(live))) {
        finish_run(live, transfer);
    } else {
        char *trouble = status == DPS_CANCELLED ? NULL : translate_message(&result->message);

        if (trouble)
            say(live, trouble);
        else if (transfer && live->next == LIVE_IDLE)
            live->next = LIVE_DRAFT;
        g_free(trouble);
        g_clear_pointer(&live->job, job_free);
    }
    live->use = FALSE;
    live_go_on(live);
}

static void begin_run(Live *live, LiveDoing what)
{
    DpsJob job;

    live_input_job(&live->input, what == LIVE_DRAFT, &job);
    live->job = job_start(&job, live_input_prepare, &live->input.request, on_job_done, live);
}

/* --------------------------------------------------------------------- carrying */

static void on_carried(gpointer data)
{
    Live *live = data;
    DpsStatus status = carry_finish(live->carry, &live->picture);

    g_clear_pointer(&live->carry, carry_free);
    if (status == DPS_OK)
        live->told.carried(live->data);
    if (status == DPS_NO_MEMORY)
        say(live, _("There is not enough memory for this transfer; choose a smaller size or close "
                    "other programs."));
    live_go_on(live);
}

static gboolean begin_carry(Live *live, GError **error)
{
    if (request_set_options(&live->input.request, live->input.config, error) &&
        request_set_kind(&live->input.request, live->input.config, error))
        live->carry = carry_start(live->input.content, &live->input.encoding,
                                  live_output_get(&live->output), &live->input.request.job.options,
                                  on_carried, live, error);
    return live->carry != NULL;
}

/* No worker is running. */
static void begin(Live *live, LiveDoing what)
{
    GError *error = NULL;
    gboolean ok = FALSE;

    if (!gimp_item_is_valid(GIMP_ITEM(live->input.content)))
        g_set_error_literal(&error, GIMP_PLUG_IN_ERROR, 0, _("Your photo has been closed."));
    else if (what == LIVE_CARRY)
        ok = begin_carry(live, &error);
    else
        ok = live_input_read(&live->input, &error);
    if (!ok) {
        say_error(live, error);
        set_doing(live, LIVE_IDLE);
        return;
    }
    say(live, NULL);
    if (what != LIVE_CARRY)
        begin_run(live, what);
    set_doing(live, what);
}

/* Now, or when the worker that is running has given up. */
static void begin_soon(Live *live, LiveDoing what)
{
    if (live->job || live->carry) {
        live->next = what;
        if (live->job)
            job_cancel(live->job);
    } else {
        begin(live, what);
    }
}

/* ---------------------------------------------------------------------- public */

Live *live_new(GimpDrawable *content, GimpProcedureConfig *config, const LiveTold *told,
               gpointer data)
{
    Live *live = g_new0(Live, 1);

    live_input_init(&live->input, content, config);
    live->told = *told;
    live->data = data;
    live->fresh = TRUE;
    return live;
}

static gboolean on_timer(gpointer data)
{
    Live *live = data;

    live->timer = 0;
    begin_soon(live, LIVE_DRAFT);
    return G_SOURCE_REMOVE;
}

void live_touch(Live *live, LiveChange change)
{
    live->input.stale = MAX(live->input.stale, change);
    live_want_variants(live, change);
    live->fresh = live->fresh || change >= LIVE_REGIONS;
    live->final = FALSE;
    if (change == LIVE_CONTENT)
        live_cancel(live, FALSE);
    else if (live->doing >= LIVE_TRANSFER || live->next >= LIVE_TRANSFER)
        return;
    if (live->job)
        job_cancel(live->job);
    if (live->timer)
        g_source_remove(live->timer);
    live->timer = g_timeout_add(PAUSE, on_timer, live);
    live->told.state(live->data);
}

gboolean live_repaint(Live *live, LiveChange change)
{
    gboolean stays = live_is_final(live) && !live_input_is_draft(&live->input);

    if (stays)
        live->input.stale = MAX(live->input.stale, change);
    else
        live_touch(live, change);
    return stays;
}

void live_set_strength(Live *live, const char *strength)
{
    live_output_set_strength(&live->output, strength, live_regions(live));
    if (live_has_result(live))
        live->told.result(live_output_get(&live->output), live->data);
}

static void drop_timer(Live *live)
{
    if (live->timer)
        g_source_remove(live->timer);
    live->timer = 0;
}

void live_transfer(Live *live)
{
    drop_timer(live);
    begin_soon(live, LIVE_TRANSFER);
}

void live_carry(Live *live)
{
    drop_timer(live);
    begin_soon(live, LIVE_CARRY);
}

void live_take_picture(Live *live, DpsImage *picture)
{
    *picture = live->picture;
    live->picture = (DpsImage) { 0 };
}

void live_cancel(Live *live, gboolean use)
{
    if (live->doing < LIVE_TRANSFER)
        return;
    live->use = use;
    if (live->job)
        job_cancel(live->job);
    if (live->carry)
        carry_cancel(live->carry);
}

LiveDoing live_doing(Live *live)
{
    LiveDoing doing = live->doing == LIVE_VARIATION ? LIVE_IDLE : live->doing;

    if (live->timer)
        doing = MAX(doing, LIVE_DRAFT);
    return MAX(live->next, doing);
}

void live_poll(Live *live, JobState *state)
{
    *state = (JobState) { .stage = live->carry ? DPS_STAGE_FINISH : DPS_STAGE_PREPARE };
    if (live->job)
        job_poll(live->job, state);
}

gboolean live_is_final(Live *live)
{
    return live->final && live_has_result(live);
}

DpsField live_field(Live *live)
{
    return (DpsField) { gimp_drawable_get_width(live->input.content),
                        gimp_drawable_get_height(live->input.content),
                        live_output_get(&live->output)->maps };
}

const Request *live_regions(const Live *live)
{
    return live->input.known ? &live->input.request : NULL;
}

const Request *live_found(Live *live)
{
    return live->input.known && live->input.request.found ? &live->input.request : NULL;
}

const Request *live_request(Live *live)
{
    return live->input.request.drawable ? &live->input.request : NULL;
}

const DpsResult *live_result(Live *live)
{
    const DpsResult *result = NULL;

    if (live->source)
        job_finish(live->source, &result);
    return result;
}

void live_free(Live *live)
{
    drop_timer(live);
    if (live->tick)
        g_source_remove(live->tick);
    job_free(live->job);
    carry_free(live->carry);
    job_free(live->source);
    live_input_clear(&live->input);
    live_output_clear(&live->output);
    dps_image_clear(&live->picture);
    g_free(live);
}
