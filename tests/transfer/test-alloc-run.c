/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Memory that runs out at any allocation of a whole run ends it with a status and a sentence, and
 * nothing is left behind. */

#include "check.h"
#include "failing-alloc.h"
#include "host.h"

typedef DpsStatus (*Attempt)(const DpsImage *content, const DpsImage *style, DpsMessage *message);

static DpsStatus with(const DpsImage *content, const DpsImage *style, int regions,
                      const DpsRegion *region, DpsMessage *message)
{
    DpsJob job = { .content = content, .style = style, .regions = regions, .region = region };
    DpsResult r;

    dps_options_default(&job.options);
    job.options.preset = DPS_PRESET_DRAFT;
    job.options.size = 16;
    job.options.threads = 1;
    job.options.detail = 0.5;
    job.options.unmatched = DPS_UNMATCHED_NEAREST;
    DpsStatus status = dps_run(&job, &r);
    CHECK((status == DPS_OK) == (r.image.data != NULL), "status %d", status);
    *message = r.message;
    dps_result_clear(&r);
    return status;
}

/* Label maps as in the paper's data; one region has no counterpart. */
static DpsStatus labelled(const DpsImage *content, const DpsImage *style, DpsMessage *message)
{
    static float blue_black[] = { 0, 0, 0, 0, 1, 0 }, blue_red[] = { 0, 1, 0, 0, 1, 0 };
    const DpsImage a = { 3, 2, 1, blue_black }, b = { 3, 2, 1, blue_red };
    DpsRegion *region;
    int regions;
    DpsStatus status = dps_regions_from_labels(&a, &b, &regions, &region);

    if (status) {
        dps_message_set(message, DPS_SAY_NO_MEMORY, "label maps");
        return status;
    }
    status = with(content, style, regions, region, message);
    dps_regions_free(regions, region);
    return status;
}

/* What the built-in network and the usual minimiser leave out: a file, Adam, a start of one's own, and
 * a picture that is enlarged. */
static DpsStatus painted(const DpsImage *content, const DpsImage *style, DpsMessage *message)
{
    DpsJob job = { .content = content, .style = style, .start = style };
    DpsResult r;

    dps_options_default(&job.options);
    job.options.preset = DPS_PRESET_ARTISTIC;
    job.options.network = GOLDEN_DIR "/network-squeezenet.safetensors";
    job.options.minimiser = DPS_MINIMISER_ADAM;
    job.options.start = DPS_START_IMAGE;
    job.options.size = 10;
    job.options.threads = 1;
    DpsStatus status = dps_run(&job, &r);
    CHECK((status == DPS_OK) == (r.image.data != NULL), "status %d", status);
    *message = r.message;
    if (status == DPS_OK && r.memory_estimate == 0) { /* that alone stops nothing */
        status = DPS_NO_MEMORY;
        dps_message_set(message, DPS_SAY_NO_MEMORY, "no estimate");
    }
    dps_result_clear(&r);
    return status;
}

/* What is carried over by colour maps, without anything optimised. */
static DpsStatus coloured(const DpsImage *content, const DpsImage *style, DpsMessage *message)
{
    DpsStatus status = DPS_OK;

    for (int method = DPS_METHOD_COLOURS; method <= DPS_METHOD_HISTOGRAM && !status; method++) {
        DpsJob job = { .content = content, .style = style, .want_field = true };
        DpsResult r;
        dps_options_default(&job.options);
        job.options.method = (DpsMethod) method;
        job.options.size = 16;
        job.options.threads = 1;
        status = dps_run(&job, &r);
        *message = r.message;
        dps_result_clear(&r);
    }
    return status;
}

static DpsStatus measured(const DpsImage *content, const DpsImage *style, DpsMessage *message)
{
    DpsMeasures m;

    return dps_measure(content, style, content, 0, NULL, NULL, 24, THREADS(1), &m, message);
}

static void fail_each(const char *name, Attempt attempt, const DpsImage *content,
                      const DpsImage *style)
{
    DpsMessage message[1];
    long n = 1, before = failing_alloc_live();
    bool failed = true;

    for (; failed; n++) {
        *message = (DpsMessage){ 0 };
        failing_alloc_arm(n);
        DpsStatus status = attempt(content, style, message);
        failed = failing_alloc_disarm();
        CHECK(status == (failed ? DPS_NO_MEMORY : DPS_OK), "%s, allocation %ld: status %d, %s",
              name, n, status, message->text);
        CHECK(!failed || message->code, "%s, allocation %ld: no sentence", name, n);
        CHECK(failing_alloc_live() == before, "%s, allocation %ld: %ld blocks left", name, n,
              failing_alloc_live() - before);
    }
    CHECK(n > 5, "%s needs only %ld allocations", name, n);
    printf("%s: each of %ld allocations failed once\n", name, n - 2);
}

int main(void)
{
    DpsImage content = host_photo(3, 21, 17, 1), style = host_photo(3, 18, 23, 9);

    image_clip(&content);
    image_clip(&style);
    fail_each("run", labelled, &content, &style);
    fail_each("painting", painted, &content, &style);
    fail_each("colour transfers", coloured, &content, &style);
    fail_each("measures", measured, &content, &style);
    dps_image_clear(&content);
    dps_image_clear(&style);
    return check_done("alloc-run");
}
