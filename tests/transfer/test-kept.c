/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Runs that take over what the run before has kept: to the last bit what a run of its own gives, after
 * other weights, other options, and runs that were broken off. */
#include "check.h"
#include "host.h"

#include <string.h>

typedef struct {
    int calls, limit; /* calls after which it is cancelled; 0: never */
} Asked;

static bool cancelled(void *data)
{
    Asked *asked = data;

    return ++asked->calls > asked->limit && asked->limit;
}

static DpsImage content, style;
static DpsRegion region[3];

static DpsOptions defaults(void)
{
    DpsOptions o;

    dps_options_default(&o);
    o.preset = DPS_PRESET_DRAFT;
    o.device = "cpu";
    o.threads = 1;
    o.size = 90;
    return o;
}

/* *calls: how often it asked whether to go on, which it does before each operation of the device. */
static DpsStatus run(const DpsOptions *o, DpsKept *kept, int limit, DpsResult *result, int *calls)
{
    Asked asked = { .limit = limit };
    DpsJob job = { .content = &content,
                   .style = &style,
                   .regions = 3,
                   .region = region,
                   .options = *o,
                   .kept = kept,
                   .cancelled = cancelled,
                   .data = &asked };

    DpsStatus status = dps_run(&job, result);
    *calls = asked.calls;
    return status;
}

/* A run with what is kept, and one without; `less`: the device has less to do in the first. */
static void compare(const char *what, const DpsOptions *o, DpsKept *kept, bool less)
{
    DpsResult with, without;
    int calls[2];
    DpsStatus status[] = { run(o, kept, 0, &with, &calls[0]),
                           run(o, NULL, 0, &without, &calls[1]) };

    CHECK(status[0] == DPS_OK && status[1] == DPS_OK, "%s: %d, %d", what, status[0], status[1]);
    CHECK(with.evaluations == without.evaluations && with.regions == without.regions &&
              with.notices == without.notices,
          "%s: %d and %d evaluations, %d and %d regions", what, with.evaluations,
          without.evaluations, with.regions, without.regions);
    CHECK((calls[0] < calls[1]) == less, "%s: %d and %d operations", what, calls[0], calls[1]);
    for (int i = 0; i < with.regions && i < without.regions; i++)
        CHECK(strcmp(with.region[i].reason.text, without.region[i].reason.text) == 0, "%s: %s, %s",
              what, with.region[i].reason.text, without.region[i].reason.text);
    CHECK(with.image.data && without.image.data &&
              memcmp(with.image.data, without.image.data,
                     image_values(&with.image) * sizeof(float)) == 0,
          "%s: another picture", what);
    dps_result_clear(&with);
    dps_result_clear(&without);
}

/* Broken off after so many questions: what is kept must serve all the same. */
static void break_off(const DpsOptions *o, DpsKept *kept, int limit)
{
    DpsResult result;
    int calls;
    DpsStatus status = run(o, kept, limit, &result, &calls);

    CHECK(status == DPS_CANCELLED, "cancelled after %d: %d", limit, status);
    dps_result_clear(&result);
}

static void weights(DpsKept *kept)
{
    DpsOptions o = defaults();

    compare("first", &o, kept, false);
    compare("the same", &o, kept, true);
    o.style_weight = 2.5;
    compare("more style", &o, kept, true);
    o.content_weight = 0.3;
    o.photorealism = 2e3;
    o.amount = 0.7;
    o.take = DPS_TAKE_COLOUR;
    compare("other weights", &o, kept, true);
    o.photorealism = 0;
    compare("no matting", &o, kept, false);
    o = defaults();
    compare("back again", &o, kept, false);
}

static void options(DpsKept *kept)
{
    DpsOptions o = defaults();

    o.seed = 7;
    compare("another seed", &o, kept, false);
    o.size = 70;
    compare("another size", &o, kept, false);
    o.unmatched = DPS_UNMATCHED_WHOLE;
    compare("another counterpart", &o, kept, false);
    o.style_statistics = DPS_STATISTICS_MOMENTS;
    compare("other statistics", &o, kept, false);
    o.style_statistics = DPS_STATISTICS_GRAM;
    o.unmatched = DPS_UNMATCHED_KEEP;
    o.preset = DPS_PRESET_ARTISTIC;
    o.size = 64;
    compare("another preset", &o, kept, false);
    o = defaults();
    compare("the first options", &o, kept, false);
}

static void breaks(DpsKept *kept)
{
    static const int limits[] = { 1, 3, 40, 400, 1000 };
    DpsOptions o = defaults();

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        o.seed = (unsigned) i;
        break_off(&o, kept, limits[i]);
        compare("after a cancelled run", &o, kept, false);
        break_off(&o, kept, limits[i]);
    }
}

int main(void)
{
    float half[2][2] = { { 1, 0 }, { 0, 1 } }, corner[4] = { 0, 0, 0, 1 };
    DpsKept *kept = dps_kept_new();

    content = host_photo(3, 140, 90, 1);
    style = host_photo(3, 90, 70, 9);
    image_clip(&content);
    image_clip(&style);
    region[0] = (DpsRegion){ "left", { 1, 2, 1, half[0] }, { 1, 2, 1, half[0] }, false };
    region[1] = (DpsRegion){ "right", { 1, 2, 1, half[1] }, { 1, 2, 1, half[1] }, false };
    region[2] = (DpsRegion){ "corner", { 1, 2, 2, corner }, { 0 }, false };
    if (CHECK(kept != NULL, "no memory")) {
        weights(kept);
        options(kept);
        breaks(kept);
    }
    dps_kept_free(kept);
    dps_kept_free(NULL);
    dps_image_clear(&content);
    dps_image_clear(&style);
    return check_done("kept");
}
