/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "live-private.h"

#include "plug-in/found.h"

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

/* A style that weighs more is the same to who weighs nothing. */
static void drop_variant(Live *live)
{
    if (!live_input_is_quick(&live->input))
        return;
    live->variants &= ~(1u << LIVE_MORE_STYLE);
    live->told.variant(LIVE_MORE_STYLE, NULL, live->data);
}

void live_begin_variant(Live *live)
{
    Request *request;
    DpsJob job;
    int k = 0;

    if (!live_has_result(live))
        return;
    drop_variant(live);
    while (k < LIVE_VARIANTS && !(live->variants & 1u << k))
        k++;
    if (k == LIVE_VARIANTS)
        return;
    live->variant = k;
    live_input_variant(&live->input, k, &job, &request);
    live->job = job_start(&job, found_prepare, request, on_variant_done, live);
    live->doing = LIVE_VARIATION;
}
