/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The whole run, through the public interface alone: sizes, repeatability, progress, cancelling,
 * regions, amount, and what can't be done. */

#include "check.h"
#include "host.h"

typedef struct {
    int calls, cancel_at, previews, ends;
    double fraction;
    DpsStage stage;
} Watch;

static void watch(const DpsProgress *p, void *data)
{
    Watch *w = data;

    CHECK(p->fraction >= w->fraction && p->fraction <= 1, "fraction %g after %g", p->fraction,
          w->fraction);
    CHECK(p->stage >= w->stage || p->stage == DPS_STAGE_OPTIMISE, "stage %d after %d", p->stage,
          w->stage);
    w->fraction = p->fraction;
    w->stage = p->stage;
    CHECK(p->part >= 0 && p->part <= 1, "part %g", p->part);
    w->ends += p->preview && p->part == 1;
    w->previews += p->preview != NULL;
    w->calls++;
}

static bool stop(void *data)
{
    const Watch *w = data;

    return w->cancel_at && w->calls >= w->cancel_at;
}

static DpsJob job_for(const DpsImage *content, const DpsImage *style)
{
    DpsJob job = { .content = content, .style = style };

    dps_options_default(&job.options);
    job.options.preset = DPS_PRESET_DRAFT;
    job.options.threads = 1;
    return job;
}

/* Every seed has light of its own: its planes are dimmed differently. */
static DpsImage photo(int width, int height, unsigned seed)
{
    DpsImage image = host_photo(3, width, height, seed);

    image_clip(&image);
    for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < image_pixels(&image); i++)
            image_plane(&image, c)[i] *= 1 - 0.08f * (float) ((seed + (unsigned) c * 3) % 10);
    return image;
}

static void test_sizes(void)
{
    static const int sizes[][2] = { { 1, 1 }, { 2, 2 },   { 3, 1 },    { 1, 9 },
                                    { 7, 5 }, { 63, 64 }, { 129, 40 }, { 5000, 7 } };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        DpsImage content = photo(sizes[i][0], sizes[i][1], 1), style = photo(37, 53, 9);
        DpsJob job = job_for(&content, &style);
        DpsResult r;
        DpsStatus status = dps_run(&job, &r);
        CHECK(status == DPS_OK, "%dx%d: %s", sizes[i][0], sizes[i][1], r.message.text);
        CHECK(host_same_shape(&r.image, 3, sizes[i][0], sizes[i][1]), "%dx%d gave %dx%d",
              sizes[i][0], sizes[i][1], r.image.width, r.image.height);
        CHECK(status || image_is_finite(&r.image), "%dx%d", sizes[i][0], sizes[i][1]);
        dps_result_clear(&r);
        dps_image_clear(&content);
        content = photo(37, 53, 1);
        dps_image_clear(&style);
        style = photo(sizes[i][0], sizes[i][1], 9);
        status = dps_run(&job, &r);
        CHECK(status == DPS_OK, "a style of %dx%d: %s", sizes[i][0], sizes[i][1], r.message.text);
        dps_result_clear(&r);
        dps_image_clear(&content);
        dps_image_clear(&style);
    }
}

static void test_repeatable(void)
{
    DpsImage content = photo(64, 64, 1), style = photo(64, 64, 9);
    DpsJob job = job_for(&content, &style);
    DpsResult a, b, c;

    CHECK(dps_run(&job, &a) == DPS_OK && dps_run(&job, &b) == DPS_OK, "%s", a.message.text);
    CHECK(!memcmp(a.image.data, b.image.data, image_values(&a.image) * sizeof(float)),
          "two runs with one thread differ");
    CHECK(host_difference(&a.image, &content) > 0.05, "the result is the content");
    CHECK(a.evaluations > 10 && a.levels >= 1, "%d evaluations, %d levels", a.evaluations,
          a.levels);
    CHECK(a.level[a.levels - 1].losses.matting >= 0, "energy %g",
          a.level[a.levels - 1].losses.matting);
    job.options.seed = 5;
    CHECK(dps_run(&job, &c) == DPS_OK, "%s", c.message.text);
    CHECK(host_difference(&a.image, &c.image) > 1e-4, "the seed changes nothing");
    dps_result_clear(&a);
    dps_result_clear(&b);
    dps_result_clear(&c);
    dps_image_clear(&content);
    dps_image_clear(&style);
}

/* A grey style gives a grey picture, to the margin within which colours are left alone and half a step in
 * which they are told apart. */
static void test_grey(void)
{
    const double margin = 10.0 / 255 + 0.5 / 32;
    DpsImage content = photo(64, 48, 1), style = photo(64, 48, 9);
    DpsJob job = job_for(&content, &style);
    DpsResult r;
    double colour = 0;

    for (int c = 1; c < 3; c++)
        memcpy(image_plane(&style, c), style.data, image_pixels(&style) * sizeof(float));
    CHECK(dps_run(&job, &r) == DPS_OK, "%s", r.message.text);
    for (size_t i = 0; i < image_pixels(&r.image); i++) {
        double v[3], mean = 0, square = 0;
        for (int c = 0; c < 3; c++)
            mean += v[c] = (double) image_plane(&r.image, c)[i] / 3;
        for (int c = 0; c < 3; c++)
            square += pow(3 * v[c] - mean, 2);
        colour = fmax(colour, sqrt(square));
    }
    printf("a grey style leaves colours of %.4f\n", colour);
    CHECK(colour < margin, "a grey style leaves colours of %g", colour);
    dps_result_clear(&r);
    dps_image_clear(&content);
    dps_image_clear(&style);
}

static void test_amount(void)
{
    DpsImage content = photo(80, 60, 1), style = photo(64, 64, 9);
    DpsJob job = job_for(&content, &style);
    DpsResult none, half, all;

    CHECK(dps_run(&job, &all) == DPS_OK, "%s", all.message.text);
    job.options.amount = 0;
    CHECK(dps_run(&job, &none) == DPS_OK, "%s", none.message.text);
    job.options.amount = 0.5;
    CHECK(dps_run(&job, &half) == DPS_OK, "%s", half.message.text);
    CHECK(host_difference(&none.image, &content) < 1e-6, "amount 0 changes the content");
    double worst = 0;
    for (size_t i = 0; i < image_values(&content); i++)
        worst = fmax(worst, fabs(half.image.data[i] - 0.5 * (content.data[i] + all.image.data[i])));
    CHECK(worst < 1e-6, "amount 0.5 is off by %g", worst); /* 6e-8 */
    dps_result_clear(&none);
    dps_result_clear(&half);
    dps_result_clear(&all);
    dps_image_clear(&content);
    dps_image_clear(&style);
}

/* In the content's memory comes the same result; not where the content is still needed. */
static void test_give_way(void)
{
    DpsImage style = photo(64, 64, 9);

    for (int i = 0; i < 3; i++) {
        DpsImage content = photo(300, 200, 1);
        DpsJob job = job_for(&content, &style);
        DpsResult apart, result;
        job.options.amount = i == 1 ? 0.5 : 1;
        job.options.detail = i == 2 ? 0.5 : 0;
        CHECK(dps_run(&job, &apart) == DPS_OK, "%s", apart.message.text);
        size_t before = dps_estimate(&job);
        job.give_way = &content;
        const float *memory = content.data;
        CHECK((dps_estimate(&job) < before) == (i == 0), "%zu bytes, %zu before",
              dps_estimate(&job), before);
        CHECK(dps_run(&job, &result) == DPS_OK, "%s", result.message.text);
        CHECK(host_difference(&apart.image, &result.image) == 0, "case %d: another result", i);
        CHECK((result.image.data == memory) == (i == 0) && (content.data == NULL) == (i == 0),
              "case %d: whose memory is it?", i);
        dps_result_clear(&apart);
        dps_result_clear(&result);
        dps_image_clear(&content);
    }
    dps_image_clear(&style);
}

static void test_progress_and_cancel(void)
{
    DpsImage content = photo(180, 120, 1), style = photo(100, 100, 9);
    DpsJob job = job_for(&content, &style);
    Watch w = { 0 };
    DpsResult r;

    job.progress = watch;
    job.cancelled = stop;
    job.data = &w;
    CHECK(dps_run(&job, &r) == DPS_OK, "%s", r.message.text);
    CHECK(w.fraction == 1 && w.stage == DPS_STAGE_FINISH, "ended at %g in stage %d", w.fraction,
          w.stage);
    CHECK(w.previews > 5, "%d previews", w.previews);
    CHECK(w.ends == r.levels, "what came out of %d of %d levels", w.ends, r.levels);
    dps_result_clear(&r);
    int calls = w.calls;
    for (int at = 1; at < calls; at += 1 + calls / 5) {
        w = (Watch){ .cancel_at = at };
        DpsStatus status = dps_run(&job, &r);
        CHECK(status == DPS_CANCELLED && !r.image.data, "cancelled at call %d: status %d", at,
              status);
        CHECK(w.calls <= at + 1, "%d calls after being cancelled at %d", w.calls, at);
        dps_result_clear(&r);
    }
    dps_image_clear(&content);
    dps_image_clear(&style);
}

/* Left and right half; the right one has no counterpart in the second run. */
static void test_regions(void)
{
    DpsImage content = photo(96, 64, 1), style = photo(96, 64, 9);
    DpsRegion region[2] = { { .name = "left" }, { .name = "right" } };
    DpsJob job = job_for(&content, &style);
    DpsResult r;

    for (int k = 0; k < 2; k++) {
        dps_image_init(&region[k].content, 1, 2, 1);
        region[k].content.data[k] = 1;
        region[k].style = region[k].content;
    }
    job.regions = 2;
    job.region = region;
    CHECK(dps_run(&job, &r) == DPS_OK, "%s", r.message.text);
    CHECK(r.regions == 2 && r.region[0].matched && r.region[1].matched && r.notices == 0,
          "%d regions, %d notices", r.regions, r.notices);
    CHECK(fabs(r.region[0].content_coverage - 0.5) < 0.01, "%g", r.region[0].content_coverage);
    dps_result_clear(&r);
    region[1].style = (DpsImage){ 0 };
    CHECK(dps_run(&job, &r) == DPS_OK, "%s", r.message.text);
    CHECK(!r.region[1].matched && r.region[1].reason.code == DPS_SAY_KEPT && !r.notices &&
              strstr(r.region[1].reason.text, "\"right\""),
          "%d notices: %s", r.notices, r.region[1].reason.text);
    double kept = 0, changed = 0;
    for (int y = 8; y < 56; y++)
        for (int x = 8; x < 88; x++) {
            size_t i = (size_t) y * 96 + x;
            double d = fabs(r.image.data[i] - content.data[i]);
            *(x < 40 ? &changed : &kept) += x < 40 || x > 56 ? d : 0;
        }
    CHECK(kept < 0.2 * changed, "the kept half changed by %g, the other by %g", kept, changed);
    dps_result_clear(&r);
    dps_image_clear(&region[0].content);
    dps_image_clear(&region[1].content);
    dps_image_clear(&content);
    dps_image_clear(&style);
}

static void refuse(const DpsJob *job, const char *expect)
{
    DpsResult r;
    DpsStatus status = dps_run(job, &r);

    CHECK(status == DPS_BAD_INPUT || status == DPS_BAD_FILE, "%s: status %d", expect, status);
    CHECK(strstr(r.message.text, expect), "expected \"%s\" in: %s", expect, r.message.text);
    CHECK(!r.image.data, "%s: there is a picture", expect);
    dps_result_clear(&r);
}

static void test_refusals(void)
{
    DpsImage content = photo(20, 20, 1), style = photo(20, 20, 9), grey = host_photo(1, 20, 20, 1);
    DpsJob good = job_for(&content, &style), job = good;

    job.content = &grey;
    refuse(&job, "planes");
    job = good;
    job.style = NULL;
    refuse(&job, "style is empty");
    job = good;
    job.options.amount = 2;
    refuse(&job, "amount is 2");
    job.options.amount = NAN;
    refuse(&job, "amount");
    job = good;
    job.options.size = -1;
    refuse(&job, "size is -1");
    job = good;
    job.options.device = "abacus";
    refuse(&job, "abacus");
    job = good;
    job.options.network = "/nonexistent/vgg.safetensors";
    refuse(&job, "/nonexistent/vgg.safetensors");
    job = good;
    job.options.preset = DPS_PRESET_REFERENCE;
    refuse(&job, "VGG-19");
    content.data[7] = NAN;
    refuse(&good, "not numbers");
    CHECK(dps_estimate(&good) == 0, "an estimate for a job that can't be run");
    content.data[7] = 0;
    CHECK(dps_estimate(&good) > 20 * 20 * 100, "%zu bytes", dps_estimate(&good));
    dps_image_clear(&content);
    dps_image_clear(&style);
    dps_image_clear(&grey);
}

int main(void)
{
    test_sizes();
    test_repeatable();
    test_grey();
    test_amount();
    test_give_way();
    test_progress_and_cancel();
    test_regions();
    test_refusals();
    return check_done("transfer");
}
