/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What stands in for a region that only the content has. */

#include "check.h"
#include "host.h"
#include "regions/colour.h"
#include "regions/counterparts.h"

enum { W = 60, H = 48, REGIONS = 4 };

/* Rows from `top` on, `rows` of them. */
static DpsImage band(int top, int rows)
{
    DpsImage mask;

    if (!dps_image_init(&mask, 1, W, H))
        abort();
    for (int y = top; y < top + rows; y++)
        for (int x = 0; x < W; x++)
            mask.data[y * W + x] = 1;
    return mask;
}

/* A smooth upper half and a rough lower half in the given light. */
static DpsImage scene(float r, float g, float b)
{
    const float light[3] = { r, g, b };
    DpsImage image = host_photo(3, W, H, 7);

    for (int c = 0; c < 3; c++)
        for (int i = 0; i < W * H; i++) {
            float *v = image_plane(&image, c) + i;
            bool upper = i < W * H / 2;
            *v = light[c] * (upper ? 0.8f + 0.02f * *v : 0.2f + 0.4f * *v);
        }
    return image;
}

typedef struct {
    DpsImage content, style;
    DpsRegion region[REGIONS];
    DpsJob job;
} Case;

/* Sky and field in the content; air, and a strip of land, in the style, which has a rest. */
static Case make_case(DpsUnmatched rule)
{
    Case c = { .content = scene(0.7f, 0.8f, 1),
               .style = scene(1, 0.7f, 0.5f),
               .region = { { "sky", band(0, H / 2), { 0 } },
                           { "field", band(H / 2, H / 2), { 0 } },
                           { "air", { 0 }, band(0, H / 2) },
                           { "land", { 0 }, band(H / 2, H / 4) } } };

    dps_options_default(&c.job.options);
    c.job.options.unmatched = rule;
    c.job.options.threads = 1;
    c.job.regions = REGIONS;
    return c;
}

static void clear_case(Case *c)
{
    dps_image_clear(&c->content);
    dps_image_clear(&c->style);
    for (int k = 0; k < REGIONS; k++) {
        dps_image_clear(&c->region[k].content);
        dps_image_clear(&c->region[k].style);
    }
}

static void find(Case *c, int of[REGIONS + 1])
{
    c->job.content = &c->content;
    c->job.style = &c->style;
    c->job.region = c->region;
    CHECK(counterparts_find(&c->job, &c->content, &c->style, THREADS(1), of), "memory");
}

static void test_nearest(void)
{
    Case c = make_case(DPS_UNMATCHED_NEAREST);
    int of[REGIONS + 1];

    find(&c, of);
    CHECK(of[0] == 2, "the sky uses region %d", of[0]);
    CHECK(of[1] == 3 || of[1] == 4, "the field uses region %d", of[1]);
    CHECK(of[4] == COUNTERPART_NONE, "a rest that the content hasn't uses region %d", of[4]);
    clear_case(&c);
}

/* The same photo brighter, or dyed: what is compared is a region against its photo. */
static void test_light_does_not_matter(void)
{
    Case c = make_case(DPS_UNMATCHED_NEAREST);
    int of[REGIONS + 1];

    dps_image_clear(&c.style);
    c.style = scene(0.7f, 0.8f, 1);
    for (size_t i = 0; i < image_values(&c.style); i++)
        c.style.data[i] = c.style.data[i] * 0.5f + 0.5f;
    find(&c, of);
    CHECK(of[0] == 2 && of[1] >= 3, "brighter: %d, %d", of[0], of[1]);
    clear_case(&c);
}

static void test_whole(void)
{
    Case c = make_case(DPS_UNMATCHED_WHOLE);
    int of[REGIONS + 1];

    find(&c, of);
    for (int k = 0; k <= REGIONS; k++)
        CHECK(of[k] == COUNTERPART_WHOLE, "region %d: %d", k, of[k]);
    clear_case(&c);
}

/* A set whose sky borrows a plane of the style's masks. */
static void borrow(Case *c, int from, double coverage, const char *words)
{
    const int counterpart[REGIONS + 1] = { from, COUNTERPART_NONE, COUNTERPART_WHOLE,
                                           COUNTERPART_WHOLE, COUNTERPART_WHOLE };
    RegionSet set;
    DpsMessage message[1];
    float part[W * H];

    CHECK(regions_prepare(REGIONS, c->region, OPAQUE(W, H), OPAQUE(W, H), THREADS(1), counterpart,
                          &set, message) == DPS_OK,
          "%s", message->text);
    CHECK(set.count == REGIONS && set.matched == 1, "%d of %d", set.matched, set.count);
    CHECK(set.report[0].borrowed && !set.report[0].matched, "the sky borrows");
    CHECK(strstr(set.report[0].reason.text, words) != NULL, "%s", set.report[0].reason.text);
    CHECK(set.report[0].style_coverage == 0, "its own coverage: %g", set.report[0].style_coverage);
    CHECK(fabs(regions_coverage(&set.style, 0) - coverage) < 1e-6, "%g instead of %g", /* 0 */
          regions_coverage(&set.style, 0), coverage);
    CHECK(!set.report[1].borrowed && strstr(set.report[1].reason.text, "keeps"), "%s",
          set.report[1].reason.text);
    CHECK(!set.report[2].borrowed && strstr(set.report[2].reason.text, "nothing to do"), "%s",
          set.report[2].reason.text);
    regions_free_part(&set, part);
    CHECK(part[0] == 1 && part[W * H - 1] == 0, "free to change: %g and %g", part[0],
          part[W * H - 1]);
    regions_clear(&set);
}

static void test_borrowing(void)
{
    Case c = make_case(DPS_UNMATCHED_NEAREST);

    borrow(&c, 2, 0.5, "the style's region \"air\"");
    borrow(&c, 4, 0.25, "the style's region \"the rest\"");
    borrow(&c, COUNTERPART_WHOLE, 1, "the whole style");
    clear_case(&c);
}

/* The distance of covariances against the case that can be worked out by hand: diagonal ones. */
static void test_spread(void)
{
    const double a[9] = { 0.04, 0, 0, 0, 0.09, 0, 0, 0, 0.01 };
    const double b[9] = { 0.01, 0, 0, 0, 0.01, 0, 0, 0, 0.16 };
    double expected = 0.01 + 0.04 + 0.09; /* sum of (sqrt a - sqrt b)^2 */

    CHECK(fabs(colour_spread(a, b) - expected) < 1e-12, "%g", colour_spread(a, b)); /* 0 */
    CHECK(fabs(colour_spread(b, a) - expected) < 1e-12, "%g", colour_spread(b, a)); /* 0 */
    CHECK(colour_spread(a, a) < 1e-12, "%g", colour_spread(a, a));                  /* 0 */
}

int main(void)
{
    test_nearest();
    test_light_does_not_matter();
    test_whole();
    test_borrowing();
    test_spread();
    return check_done("counterparts");
}
