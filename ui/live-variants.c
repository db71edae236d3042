/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "live-private.h"

#define ALL_VARIANTS ((1u << LIVE_VARIANTS) - 1)

void live_want_variants(Live *live, LiveChange change)
{
    live->variants |= change == LIVE_REGIONS ? 1u << LIVE_MORE_STYLE : ALL_VARIANTS;
}

static void on_variant_done(gpointer data)
{
    Live *live = data;
    const DpsResult *result;
    DpsField field;
    gboolean rough;

    if (job_finish(live->job, &result) != DPS_CANCELLED) {
        live->variants &= ~(1u << live->variant);
        if (job_take_field(live->job, &field, &rough)) {
            live->told.variant(live->variant, &field, live->data);
            dps_field_clear(&field);
        }
    }
    g_clear_pointer(&live->job, job_free);
    live_go_on(live);
}

static void drop(Live *live, LiveVariant variant)
{
    live->variants &= ~(1u << variant);
    live->told.variant(variant, NULL, live->data);
}

/* A style that weighs more is the same to who weighs nothing, and a look knows no regions. */
static void drop_variants(Live *live)
{
    if (live_input_is_quick(&live->input))
        drop(live, LIVE_MORE_STYLE);
    if (live->input.request.job.look) {
        drop(live, LIVE_NO_REGIONS);
        drop(live, LIVE_FOUND_REGIONS);
    }
}

void live_begin_variant(Live *live)
{
    Request *request;
    DpsJob job;
    int k = 0;

    if (!live_has_result(live))
        return;
    drop_variants(live);
    while (k < LIVE_VARIANTS && !(live->variants & 1u << k))
        k++;
    if (k == LIVE_VARIANTS)
        return;
    live->variant = k;
    live_input_variant(&live->input, k, &job, &request);
    live->job = job_start(&job, live_input_prepare, request, on_variant_done, live);
    live->doing = LIVE_VARIATION;
}
