/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Methods that change colours alone: what a run makes of them, and what does not matter to them.  The
 * formulas are tested in tests/regions. */

#include "check.h"
#include "host.h"
#include "image/luma.h"

#include <string.h>

enum { W = 96, H = 64 };

typedef struct {
    DpsImage content, style, guess;
    DpsRegion region[2]; /* left and right; the style lacks the right one */
} Case;

/* The first estimate of a run. */
static void watch(const DpsProgress *p, void *data)
{
    Case *c = data;

    if (p->stage == DPS_STAGE_GUESS && p->preview) {
        dps_image_clear(&c->guess);
        image_copy(p->preview, &c->guess);
    }
}

static void open_case(Case *c)
{
    *c = (Case) { host_photo(3, W, H, 4), host_photo(3, 70, 80, 9), { 0 }, { { .name = "left" } } };
    c->region[1].name = "right";
    image_clip(&c->content);
    image_clip(&c->style);
    for (size_t i = 0; i < image_values(&c->style); i++) /* darker, and warmer */
        c->style.data[i] *= i < image_pixels(&c->style) ? 0.7f : 0.4f;
    CHECK(dps_image_init(&c->region[0].content, 1, W, H) &&
              dps_image_init(&c->region[1].content, 1, W, H) &&
              dps_image_init(&c->region[0].style, 1, 1, 1),
          "memory");
    c->region[0].style.data[0] = 1;
    for (int i = 0; i < W * H; i++)
        c->region[i % W < W / 2 ? 0 : 1].content.data[i] = 1;
}

static void close_case(Case *c)
{
    dps_image_clear(&c->content);
    dps_image_clear(&c->style);
    dps_image_clear(&c->guess);
    dps_image_clear(&c->region[0].content);
    dps_image_clear(&c->region[0].style);
    dps_image_clear(&c->region[1].content);
}

static DpsJob job_for(Case *c, int method)
{
    DpsJob job = { .content = &c->content, .style = &c->style };

    dps_options_default(&job.options);
    job.options.method = (DpsMethod) method;
    job.options.threads = 1;
    return job;
}

static DpsImage result_of(const DpsJob *job)
{
    DpsResult r;
    DpsImage image = { 0 };

    if (CHECK(dps_run(job, &r) == DPS_OK, "%s", r.message.text)) {
        CHECK(r.evaluations == 0 && r.levels == 1 && !strcmp(r.network, "none"),
              "%d evaluations, %d levels, network %s", r.evaluations, r.levels, r.network);
        image = r.image;
        r.image = (DpsImage) { 0 };
    }
    dps_result_clear(&r);
    return image;
}

/* Each does something of its own, for which weights, network and start do not matter. */
static void test_what_counts(Case *c)
{
    DpsImage plain[4] = { { 0 } };

    for (int m = DPS_METHOD_COLOURS; m <= DPS_METHOD_HISTOGRAM; m++) {
        DpsJob job = job_for(c, m);
        plain[m] = result_of(&job);
        CHECK(host_difference(&plain[m], &c->content) > 0.05, "%d changes nothing", m);
        for (int other = DPS_METHOD_COLOURS; other < m; other++)
            CHECK(host_difference(&plain[m], &plain[other]) > 0.002, "%d and %d", m, other);
        job.options.preset = DPS_PRESET_REFERENCE; /* without its network */
        job.options.network = "/there/is/none.safetensors";
        job.options.style_weight = 7;
        job.options.content_weight = 3;
        job.options.photorealism = 1;
        job.options.seed = 5;
        job.options.start = DPS_START_NOISE;
        job.options.minimiser = DPS_MINIMISER_ADAM;
        DpsImage same = result_of(&job);
        CHECK(host_difference(&plain[m], &same) == 0, "%d: other options matter", m);
        dps_image_clear(&same);
    }
    for (int m = 0; m < 4; m++)
        dps_image_clear(&plain[m]);
}

/* Colours alone are what a transfer shows first. */
static void test_guess(Case *c)
{
    DpsJob job = job_for(c, DPS_METHOD_TRANSFER);
    DpsResult r;

    job.options.preset = DPS_PRESET_DRAFT;
    job.options.size = W; /* too small for two sizes */
    job.progress = watch;
    job.data = c;
    CHECK(dps_run(&job, &r) == DPS_OK, "%s", r.message.text);
    dps_result_clear(&r);
    job.options.method = DPS_METHOD_COLOURS;
    DpsImage guess = { 0 };
    CHECK(image_copy(&c->guess, &guess), "memory");
    DpsImage colours = result_of(&job);
    double apart = host_difference(&colours, &guess);
    printf("from the first estimate: %.4f\n", apart);
    CHECK(apart < 0.02, "%.3g", apart); /* 0.0055: kept to the style's colours once more */
    dps_image_clear(&guess);
    dps_image_clear(&colours);
}

/* Amount, what is taken over and the field are those of any result; what has no counterpart stays. */
static void test_choices(Case *c)
{
    for (int m = DPS_METHOD_COLOURS; m <= DPS_METHOD_HISTOGRAM; m++) {
        DpsJob job = job_for(c, m);
        DpsResult r;
        double half = 0, luma = 0, kept = 0, applied = 0;
        float in[4 * W], out[4 * W];

        job.regions = 2;
        job.region = c->region;
        job.want_field = true;
        CHECK(dps_run(&job, &r) == DPS_OK, "%s", r.message.text);
        job.options.amount = 0.5;
        DpsImage halved = result_of(&job);
        job.options.amount = 1;
        job.options.take = DPS_TAKE_COLOUR;
        DpsImage tinted = result_of(&job);
        for (size_t i = 0; i < image_values(&c->content); i++) {
            float from = c->content.data[i], to = r.image.data[i];
            half = fmax(half, fabs((double) (halved.data[i] - (from + to) / 2)));
            if (i % W >= W / 2)
                kept = fmax(kept, fabs((double) (from - to)));
        }
        for (size_t i = 0, n = image_pixels(&tinted); i < n; i++)
            luma = fmax(luma, fabs((double) (dps_luma(tinted.data[i], tinted.data[n + i],
                                                      tinted.data[2 * n + i]) -
                                             dps_luma(c->content.data[i], c->content.data[n + i],
                                                      c->content.data[2 * n + i]))));
        for (int y = 0; y < H; y++) {
            for (int i = 0; i < 3 * W; i++)
                in[4 * (i % W) + i / W] = image_plane(&c->content, i / W)[y * W + i % W];
            dps_field_apply(&r.field, &(DpsFieldRow) { 0.5, y + 0.5, 1, W }, DPS_TAKE_ALL, 1, in,
                            out);
            for (int i = 0; i < 3 * W; i++)
                applied = fmax(applied,
                               fabs((double) (out[4 * (i % W) + i / W] -
                                              image_plane(&r.image, i / W)[y * W + i % W])));
        }
        printf("%s: half %.1e, luma %.1e, kept %.1e, field %.1e\n", dps_choice_name("method", m),
               half, luma, kept, applied);
        CHECK(half < 1e-6, "half is off by %.3g", half);      /* 0 */
        CHECK(luma < 1e-4, "the luma changes by %.3g", luma); /* 1.2e-7 */
        CHECK(kept == 0, "a region without a counterpart changes by %.3g", kept);
        CHECK(applied < 1e-4, "the field is off by %.3g", applied); /* 6e-8 */
        dps_image_clear(&halved);
        dps_image_clear(&tinted);
        dps_result_clear(&r);
    }
}

int main(void)
{
    Case c;

    open_case(&c);
    test_what_counts(&c);
    test_guess(&c);
    test_choices(&c);
    close_case(&c);
    return check_done("methods");
}
