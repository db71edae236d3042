/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a run may be told beside its preset: the network's layers and pooling, the minimiser, the
 * picture to begin with; and paintings.  Through the public interface. */

#include "check.h"
#include "host.h"

#include <string.h>

#define VGG16 GOLDEN_DIR "/network-vgg16.safetensors"
#define SQUEEZENET GOLDEN_DIR "/network-squeezenet.safetensors"

typedef struct {
    DpsImage content, style, begun, shown; /* begun, shown: the run's first picture and its last */
    double first[2], last[2]; /* style and content loss after the first step and the last */
    int steps;
} Case;

static void watch(const DpsProgress *p, void *data)
{
    Case *c = data;

    if (p->stage == DPS_STAGE_GUESS) {
        dps_image_clear(&c->begun);
        image_copy(p->preview, &c->begun);
    }
    if (p->stage != DPS_STAGE_OPTIMISE || !p->preview)
        return;
    dps_image_clear(&c->shown);
    image_copy(p->preview, &c->shown);
    c->last[0] = p->losses.style;
    c->last[1] = p->losses.content;
    if (c->steps++ == 0)
        memcpy(c->first, c->last, sizeof c->first);
}

/* A gradient with stripes, and blotches of other colours. */
static DpsImage picture(int width, int height, const float *colour, double wave)
{
    DpsImage image = host_photo(3, width, height, 4);

    for (int c = 0; c < 3; c++)
        for (int i = 0; i < width * height; i++) {
            double x = i % width, y = i / (double) width;
            double v = 0.5 + 0.3 * sin(wave * x) * cos(0.7 * wave * y) + 0.2 * y / height;
            float *p = &image_plane(&image, c)[i];
            *p = (float) (0.2 * *p + 0.8 * v * colour[c]);
        }
    image_clip(&image);
    return image;
}

static void open_case(Case *c)
{
    *c = (Case) { .content = picture(64, 48, (float[]) { 0.6f, 0.8f, 1 }, 0.2),
                  .style = picture(60, 64, (float[]) { 1, 0.6f, 0.2f }, 0.9) };
}

static void close_case(Case *c)
{
    dps_image_clear(&c->content);
    dps_image_clear(&c->style);
    dps_image_clear(&c->begun);
    dps_image_clear(&c->shown);
}

static DpsJob job_for(Case *c, DpsPreset preset)
{
    DpsJob job = { .content = &c->content, .style = &c->style, .progress = watch, .data = c };

    dps_options_default(&job.options);
    job.options.preset = preset;
    job.options.threads = 1;
    c->steps = 0;
    return job;
}

static DpsImage result_of(const DpsJob *job)
{
    DpsResult r;
    DpsStatus status = dps_run(job, &r);
    DpsImage image = { 0 };

    CHECK(status == DPS_OK, "%s", r.message.text);
    if (!status) {
        CHECK(image_is_finite(&r.image), "not numbers");
        CHECK(host_same_shape(&r.image, 3, job->content->width, job->content->height), "%dx%d",
              r.image.width, r.image.height);
        image_copy(&r.image, &image);
    }
    dps_result_clear(&r);
    return image;
}

static void refuse(const DpsJob *job, const char *expect)
{
    DpsResult r;
    DpsStatus status = dps_run(job, &r);

    CHECK(status == DPS_BAD_INPUT, "%s: status %d", expect, status);
    CHECK(strstr(r.message.text, expect), "expected \"%s\" in: %s", expect, r.message.text);
    dps_result_clear(&r);
}

/* ------------------------------------------------------------------- minimisers */

/* Every minimiser brings the loss down, the default most. */
static void test_minimisers(Case *c)
{
    double total[5];

    for (int i = 0; i <= DPS_MINIMISER_DESCENT; i++) {
        DpsJob job = job_for(c, DPS_PRESET_DRAFT);
        DpsResult r;
        job.options.minimiser = (DpsMinimiser) i;
        CHECK(dps_run(&job, &r) == DPS_OK, "%s: %s", dps_choice_name("minimiser", i),
              r.message.text);
        CHECK(host_difference(&r.image, &c->content) > 0.05, "%s changes nothing",
              dps_choice_name("minimiser", i));
        total[i] = r.level[r.levels - 1].losses.total;
        CHECK(c->steps > 3, "%d steps", c->steps);
        printf("%s: total %g\n", dps_choice_name("minimiser", i), total[i]);
        dps_result_clear(&r);
    }
    CHECK(total[DPS_MINIMISER_AUTO] == total[DPS_MINIMISER_PRECONDITIONED], "%g and %g", total[0],
          total[1]);
    for (int i = DPS_MINIMISER_LBFGS; i <= DPS_MINIMISER_DESCENT; i++)
        CHECK(total[i] > total[0], "%s: %g, preconditioned %g", dps_choice_name("minimiser", i),
              total[i], total[0]);
    CHECK(total[DPS_MINIMISER_LBFGS] < total[DPS_MINIMISER_DESCENT], "L-BFGS %g, descent %g",
          total[DPS_MINIMISER_LBFGS], total[DPS_MINIMISER_DESCENT]);
}

/* ----------------------------------------------------------------------- starts */

static void check_begun(Case *c, DpsStart start, const DpsImage *expected, double tolerance)
{
    DpsJob job = job_for(c, DPS_PRESET_DRAFT);
    DpsImage image;

    job.options.start = start;
    job.start = expected;
    image = result_of(&job);
    double error = host_difference(&c->begun, expected);
    CHECK(error <= tolerance, "start %s: the run began %g away", dps_choice_name("start", start),
          error);
    dps_image_clear(&image);
}

static void test_starts(Case *c)
{
    DpsImage other = picture(64, 48, (float[]) { 0.2f, 1, 0.4f }, 0.5), drawn, grey;

    image_resize_lanczos(&c->style, 64, 48, THREADS(1), &drawn);
    image_copy(&c->content, &grey);
    for (int i = 0; i < 64 * 48; i++) {
        image_plane(&grey, 0)[i] = 123.68f / 256;
        image_plane(&grey, 1)[i] = 116.779f / 256;
        image_plane(&grey, 2)[i] = 103.939f / 256;
    }
    check_begun(c, DPS_START_CONTENT, &c->content, 0);
    check_begun(c, DPS_START_STYLE, &drawn, 0);
    check_begun(c, DPS_START_IMAGE, &other, 1e-6);
    check_begun(c, DPS_START_NOISE, &grey, 1e-5);
    DpsJob job = job_for(c, DPS_PRESET_DRAFT);
    DpsImage usual = result_of(&job);
    dps_image_clear(&drawn);
    image_copy(&c->begun, &drawn);
    check_begun(c, DPS_START_GUESS, &drawn, 0);
    job.options.start = DPS_START_IMAGE;
    refuse(&job, "starting picture is empty");
    dps_image_clear(&usual);
    dps_image_clear(&other);
    dps_image_clear(&drawn);
    dps_image_clear(&grey);
}

/* --------------------------------------------------------------------- previews */

/* What is shown on the way is what one gets: as much of it, and taken over in the same manner. */
static void test_previews(Case *c)
{
    for (int take = DPS_TAKE_ALL; take <= DPS_TAKE_BRIGHTNESS; take++) {
        DpsJob job = job_for(c, DPS_PRESET_DRAFT);
        job.options.take = (DpsTake) take;
        job.options.amount = 0.3;
        DpsImage image = result_of(&job);
        double error = host_difference(&c->shown, &image);
        double change = host_difference(&image, &c->content);
        printf("preview, %s: %.1e from the result, which is %.2f from the photo\n",
               dps_choice_name("take", take), error, change);
        CHECK(error < 1e-6, "the last preview is %g from the result", error); /* 0 */
        CHECK(change > 0.02, "only %g was changed", change);                  /* 0.08 */
        dps_image_clear(&image);
    }
}

/* --------------------------------------------------------------------- networks */

static void test_networks(Case *c)
{
    const char *const files[] = { VGG16, SQUEEZENET };
    DpsRegion region = { .name = "left" };

    dps_image_init(&region.content, 1, 2, 1);
    region.content.data[0] = 1;
    region.style = region.content;
    for (int i = 0; i < 2; i++) {
        DpsJob job = job_for(c, DPS_PRESET_DRAFT);
        job.region = &region;
        job.regions = 1;
        job.options.network = files[i];
        size_t bytes = dps_estimate(&job);
        CHECK(bytes > 64 * 48 * 100 && bytes < 64 * 48 * 10000, "%zu bytes", bytes);
        DpsImage most = result_of(&job), mean, few;
        job.options.pooling = DPS_POOLING_AVERAGE;
        mean = result_of(&job);
        CHECK(host_difference(&most, &mean) > 1e-4, "the pooling changes nothing");
        job.options.style_layers = i ? "relu1=0.5,fire3" : "relu1_1=0.5,relu2_1";
        job.options.content_layers = i ? "fire3" : "relu2_2";
        few = result_of(&job);
        CHECK(host_difference(&few, &mean) > 1e-4, "the layers change nothing");
        job.options.style_layers = "conv1";
        refuse(&job, "has no layer \"conv1\"");
        dps_image_clear(&most);
        dps_image_clear(&mean);
        dps_image_clear(&few);
    }
    dps_image_clear(&region.content);
}

static void test_bad_choices(Case *c)
{
    DpsImage thin = picture(64, 2, (float[]) { 1, 1, 1 }, 0.2);
    DpsJob job = job_for(c, DPS_PRESET_DRAFT);

    job.options.pooling = DPS_POOLING_MAX;
    refuse(&job, "always averages");
    job.options.pooling = (DpsPooling) 7;
    refuse(&job, "option pooling is 7");
    job.options.pooling = DPS_POOLING_AVERAGE;
    job.options.content_layers = "relu4_2";
    refuse(&job, "its layers are level1 level2");
    job.options.content_layers = "";
    job.options.network = SQUEEZENET;
    job.content = &thin;
    refuse(&job, "needs 3 by 3 at least");
    dps_image_clear(&thin);
}

/* -------------------------------------------------------------------- paintings */

static void paint(Case *c, const char *network, double content, double style, double smoothness,
                  DpsImage *out)
{
    DpsJob job = job_for(c, DPS_PRESET_ARTISTIC);

    job.options.network = network;
    job.options.smoothness = smoothness;
    job.options.content_weight = content;
    job.options.style_weight = style;
    *out = result_of(&job);
}

/* The mean squared difference between neighbours in a row. */
static double variation(const DpsImage *image)
{
    double sum = 0;

    for (size_t i = 0; i + 1 < image_values(image); i++)
        if ((i + 1) % (size_t) image->width)
            sum += pow((double) image->data[i + 1] - (double) image->data[i], 2);
    return sum / (double) image_values(image);
}

/* From noise: with the style alone its loss all but vanishes, with the content alone the content's;
 * and the ratio of their weights moves the picture from one to the other. */
static void test_paintings(Case *c, const char *network)
{
    DpsImage style_only, content_only, smooth, more, less;

    paint(c, network, 0, 1, 1e-6, &style_only);
    CHECK(c->last[0] < 0.01 * c->first[0], "style %g, after the first step %g", c->last[0],
          c->first[0]); /* 8e-4, VGG-16 5e-4 */
    printf("style alone: from %g to %g\n", c->first[0], c->last[0]);
    paint(c, network, 1, 0, 1e-6, &content_only);
    CHECK(c->last[1] < 0.05 * c->first[1], "content %g, after the first step %g", c->last[1],
          c->first[1]); /* 3e-7, VGG-16 0.014 */
    printf("content alone: from %g to %g\n", c->first[1], c->last[1]);
    paint(c, network, 1, 0, 1, &smooth);
    CHECK(variation(&smooth) < variation(&content_only), "variation %g, with less smoothness %g",
          variation(&smooth), variation(&content_only));
    printf("variation: from %g to %g\n", variation(&content_only), variation(&smooth));
    dps_image_clear(&smooth);
    paint(c, network, 1, 0, 1000, &smooth);
    CHECK(variation(&smooth) < 0.1 * variation(&content_only), "much smoothness: %g",
          variation(&smooth));
    paint(c, network, 1, 0.1, 0, &less);
    double style = c->last[0], content = c->last[1];
    paint(c, network, 1, 10, 0, &more);
    CHECK(c->last[0] < style && c->last[1] > content,
          "style %g and content %g; with a hundred times the ratio %g and %g", style, content,
          c->last[0], c->last[1]);
    dps_image_clear(&style_only);
    dps_image_clear(&content_only);
    dps_image_clear(&smooth);
    dps_image_clear(&more);
    dps_image_clear(&less);
}

/* Regions are not for paintings, and that is said; the result is enlarged as a picture. */
static void test_painting_regions(Case *c)
{
    DpsRegion region = { .name = "left" };
    DpsJob job = job_for(c, DPS_PRESET_ARTISTIC);
    DpsResult with;

    job.options.size = 32;
    DpsImage without = result_of(&job);
    dps_image_init(&region.content, 1, 2, 1);
    region.content.data[0] = 1;
    region.style = region.content;
    job.region = &region;
    job.regions = 1;
    CHECK(dps_run(&job, &with) == DPS_OK, "%s", with.message.text);
    CHECK(with.notices == 1 && strstr(with.notice[0].text, "no regions"), "%d notices",
          with.notices);
    CHECK(host_difference(&with.image, &without) == 0, "the region changed the painting");
    dps_image_clear(&region.content);
    dps_image_clear(&without);
    dps_result_clear(&with);
}

int main(void)
{
    Case c;

    open_case(&c);
    test_minimisers(&c);
    test_starts(&c);
    test_previews(&c);
    test_networks(&c);
    test_bad_choices(&c);
    test_paintings(&c, NULL);
    test_paintings(&c, VGG16);
    test_painting_regions(&c);
    close_case(&c);
    return check_done("choices");
}
